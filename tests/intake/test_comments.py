from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from intake.mentions import mentions_in
from intake.models import Follower
from intake.services.commenting import people_to_mention, write_comment
from intake.services.following import follow_demand
from intake.services.joining import join_demand
from intake.services.triage import accept_demand, reopen_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event, Notice
from tests.factories import DemandFactory, TeamFactory, UnitFactory, UserFactory


@pytest.fixture
def engineer(team):
    return UserFactory(role="engineer", teams=[team], name="Jonas Weber")


def told(person):
    return list(
        Notice.objects.of(person).order_by("pk").values_list("title", flat=True)
    )


def page_of(client, person, demand):
    client.force_login(person)
    return client.get(demand.get_absolute_url())


@pytest.mark.parametrize(
    ("words", "meant", "unknown"),
    [
        ("@Jonas Weber please look", ["Jonas Weber"], []),
        ("@jonas weber, and @Jonas Weber again", ["Jonas Weber"], []),
        ("Ask @Mira.", ["Mira"], []),
        ("@Jonas look", [], ["Jonas"]),
        ("@Ada Lovelace is somebody else", [], ["Ada"]),
        ("@ada@example.com is away", ["Ada Nwosu"], []),
        ("@Mirabell is not Mira", [], ["Mirabell"]),
        ("write to mira@example.com", [], []),
        ("@Ada and @Mira", ["Ada Nwosu", "Mira"], []),
        ("a lone @ and @Nobody and @Nobody", [], ["Nobody"]),
    ],
)
def test_an_at_and_a_name_mean_one_person(words, meant, unknown):
    people = [
        UserFactory.build(pk=1, name="Jonas Weber", business_unit=None),
        UserFactory.build(pk=2, name="Jonas Wagner", business_unit=None),
        UserFactory.build(pk=3, name="Mira", business_unit=None),
        UserFactory.build(
            pk=4, name="Ada Nwosu", email="ada@example.com", business_unit=None
        ),
    ]

    found = mentions_in(words, people)

    assert [person.name for person in found.people] == meant
    assert found.unknown == unknown


def test_a_comment_for_all_is_an_event_and_told(
    client, demand, requester, manager, engineer
):
    reader = UserFactory(business_unit=requester.business_unit)
    follow_demand(demand=demand, person=reader)

    write_comment(demand=demand, by=manager, words="@Jonas Weber knows the system.")

    event = Event.objects.about(demand).get()
    assert (event.kind, event.why) == ("comment", "@Jonas Weber knows the system.")
    assert told(engineer) == [f"{demand.reference}: {manager} mentions you"]
    assert told(requester) == told(reader) == [f"{demand.reference}: {manager} writes"]
    assert told(manager) == []
    assert Notice.objects.filter(by_mail=True).count() == 3
    page = page_of(client, requester, demand)
    assert "knows the system." in page.content.decode()
    assert page.context["timeline"][-1].what == "Comment"


def test_what_is_internal_reaches_nobody_outside_the_team(
    client, demand, requester, manager, engineer
):
    follow_demand(demand=demand, person=requester)
    leader = UserFactory(role="viewer")
    follow_demand(demand=demand, person=leader)
    follow_demand(demand=demand, person=engineer)

    write_comment(
        demand=demand, by=manager, words="Their second try.", is_internal=True
    )

    assert told(engineer) == [f"{demand.reference}: {manager} writes"]
    assert told(requester) == told(leader) == []
    readers = [requester, leader, manager, engineer, UserFactory(role="administrator")]
    pages = [page_of(client, each, demand) for each in readers]
    assert ["Their second try." in each.content.decode() for each in pages] == [
        False,
        False,
        True,
        True,
        True,
    ]
    assert [len(page.context["timeline"]) for page in pages] == [0, 0, 1, 1, 1]


def test_what_is_internal_stays_so_on_the_board(client, demand, manager, engineer):
    accept_demand(demand=demand, by=manager)
    write_comment(demand=demand, by=engineer, words="Not so easy.", is_internal=True)
    address = reverse("board:demand", args=[demand.reference])
    seen = {}

    for person in (UserFactory(role="viewer"), engineer):
        client.force_login(person)
        seen[person.role] = client.get(address).content.decode()

    assert {role: "Not so easy." in page for role, page in seen.items()} == {
        "viewer": False,
        "engineer": True,
    }
    assert "Wrote a comment" not in seen["viewer"]


def test_a_comment_of_the_requester_reaches_the_managers_until_there_is_an_owner(
    demand, requester, manager, engineer
):
    write_comment(demand=demand, by=requester, words="When?")
    demand.owner = engineer
    demand.save(update_fields=["owner"])
    write_comment(demand=demand, by=requester, words="Hello?")

    assert (len(told(manager)), len(told(engineer))) == (1, 1)


def test_nobody_is_named_who_could_not_read_it(demand, requester, manager, engineer):
    stranger = UserFactory(name="Vera Fremd")
    colleague = UserFactory(name="Kim Nah", business_unit=requester.business_unit)

    for by, is_internal in ((requester, False), (manager, False), (manager, True)):
        mentions = write_comment(
            demand=demand,
            by=by,
            words=f"@Vera Fremd @Kim Nah @{engineer.name} @{requester.name}",
            is_internal=is_internal,
        )
        expected = {
            (requester, False): {colleague, requester},
            (manager, False): {engineer, requester},
            (manager, True): {engineer},
        }[by, is_internal]
        assert set(mentions.people) == expected

    assert told(stranger) == []


def test_a_requester_of_another_unit_names_only_whom_the_page_names(team, manager):
    demand = DemandFactory(team=team)
    mover = demand.requester
    UserFactory(business_unit=mover.business_unit, name="Left Behind")
    mover.business_unit = UserFactory().business_unit
    mover.save()
    write_comment(demand=demand, by=manager, words="Hello")

    people = people_to_mention(demand, mover, in_team=False)

    assert set(people) == {mover, manager}


@pytest.mark.parametrize(
    ("role", "words", "is_internal", "reason"),
    [
        ("viewer", "Nice", False, "changes and writes nothing"),
        ("requester", "Nice", True, "Only people of"),
        ("manager", "Nice", True, "Only people of"),
        ("requester", "  ", False, "it is empty"),
    ],
)
def test_who_may_not_write_reads_why(demand, role, words, is_internal, reason):
    person = UserFactory(role=role, teams=[TeamFactory()])

    with pytest.raises(RuleBroken, match=reason):
        write_comment(demand=demand, by=person, words=words, is_internal=is_internal)

    assert not Event.objects.exists()


def test_the_same_form_sent_twice_makes_one_comment(client, demand, requester):
    client.force_login(requester)
    address = reverse("intake:comment", args=[demand.reference])
    sent = {"words": "When? @Nobody", "token": str(uuid.uuid4())}

    response = client.post(address, sent, follow=True)
    client.post(address, sent)

    assert Event.objects.about(demand).count() == 1
    text = response.content.decode()
    assert "Nobody who can read it is called @Nobody; nobody was told." in text
    assert "When? @Nobody" in text


def test_an_empty_comment_is_asked_for_on_the_page(client, demand, requester):
    client.force_login(requester)

    response = client.post(
        reverse("intake:comment", args=[demand.reference]),
        {"words": " ", "token": str(uuid.uuid4())},
    )

    assert "Write a comment; it is empty." in response.content.decode()
    assert not Event.objects.exists()


@pytest.mark.parametrize("name", ["comment", "following"])
def test_what_one_cannot_read_is_neither_commented_nor_followed(client, demand, name):
    client.force_login(UserFactory())

    response = client.post(
        reverse(f"intake:{name}", args=[demand.reference]),
        {"words": "Hi", "token": str(uuid.uuid4()), "follow": "yes"},
    )

    assert response.status_code == 404
    assert not Event.objects.exists()
    assert not Follower.objects.exists()


def test_following_is_a_button_that_comes_back(client, team, demand, manager):
    colleague = UserFactory(role="engineer", teams=[team])
    client.force_login(colleague)
    address = reverse("intake:following", args=[demand.reference])
    board = reverse("board:demand", args=[demand.reference])

    for _ in range(2):
        response = client.post(address, {"follow": "yes", "next": board})
    accept_demand(demand=demand, by=manager)
    client.post(address, {"follow": "no"})
    write_comment(demand=demand, by=manager, words="Not told any more")

    assert response.url == board
    assert told(colleague) == [f"{demand.reference}: accepted"]


def test_a_foreign_address_is_no_place_to_come_back_to(client, demand, requester):
    client.force_login(requester)

    response = client.post(
        reverse("intake:following", args=[demand.reference]),
        {"follow": "yes", "next": "https://example.org/"},
    )

    assert response.url == demand.get_absolute_url()


def test_who_may_not_read_it_any_more_is_told_nothing(demand, manager, requester):
    leaver = UserFactory(business_unit=requester.business_unit)
    follow_demand(demand=demand, person=leaver)
    leaver.business_unit = UserFactory().business_unit
    leaver.save()

    mentions = write_comment(
        demand=demand, by=manager, words=f"Secret, @{leaver.email}"
    )
    accept_demand(demand=demand, by=manager)

    assert (mentions.people, mentions.unknown) == ([], [leaver.name])
    assert told(leaver) == []


def test_followers_by_choice_move_along_under_what_they_followed(
    team, demand, manager, requester
):
    original = DemandFactory(team=team)
    follower = UserFactory(business_unit=requester.business_unit)
    follow_demand(demand=demand, person=follower)
    follow_demand(demand=original, person=manager)
    join_demand(demand=demand, original=original, by=manager)

    accept_demand(demand=original, by=UserFactory(role="manager", teams=[team]))
    titles = told(follower), told(manager)
    reopen_demand(demand=demand, by=manager, why="Not the same.")

    assert titles == (
        [
            f"{demand.reference}: joined with another request",
            f"{demand.reference}: what it was joined with is accepted",
        ],
        [f"{original.reference}: accepted"],
    )
    assert demand.followers.by_choice().get().person == follower
    assert original.followers.get().person == manager


def offered(client, person, demand, begun="", **rest):
    client.force_login(person)
    address = reverse("intake:names", args=[demand.reference])
    return client.get(address, {"q": begun, **rest}).json()["names"]


def test_names_are_offered_to_the_team_by_any_word_they_begin_with(
    client, demand, manager, requester, engineer
):
    UserFactory(name="Jonas Elsewhere")
    manager.name = "Sabine Weber-Koch"
    manager.save()
    UserFactory(role="engineer", teams=[demand.team], name="Ann Weber", is_active=False)

    found = {
        begun: offered(client, manager, demand, begun)
        for begun in ("", "jo", "weber", "Jonas W", "onas", "sab")
    }

    assert found == {
        "": sorted(["Jonas Weber", requester.name]),
        "jo": ["Jonas Weber"],
        "weber": ["Jonas Weber"],
        "Jonas W": ["Jonas Weber"],
        "onas": [],
        "sab": [],
    }


def test_inside_the_team_only_its_people_are_offered(
    client, demand, manager, requester, engineer
):
    inside = offered(client, manager, demand, inside="yes")
    asked_inside = offered(client, requester, demand, inside="yes")

    assert (inside, asked_inside) == (["Jonas Weber"], [])


def test_a_requester_is_offered_their_unit_and_whom_the_page_names(
    client, demand, manager, requester, engineer
):
    colleague = UserFactory(business_unit=requester.business_unit, name="Cora")
    UserFactory(name="Of another unit")
    before = offered(client, requester, demand)
    write_comment(demand=demand, by=engineer, words="Which lines?")

    after = offered(client, requester, demand)

    assert (before, after) == ([colleague.name], [colleague.name, "Jonas Weber"])


def test_who_left_is_not_offered(client, demand, manager, requester):
    follower = UserFactory(business_unit=requester.business_unit, name="Follows")
    follow_demand(demand=demand, person=follower)
    with_them = offered(client, manager, demand, "foll")
    follower.business_unit = UnitFactory()
    follower.save()

    assert (with_them, offered(client, manager, demand, "foll")) == (["Follows"], [])


def test_names_are_for_who_may_write_there(client, demand):
    address = reverse("intake:names", args=[demand.reference])
    answers = []
    for role in ("viewer", "requester"):
        client.force_login(UserFactory(role=role))
        answers.append(client.get(address).status_code)
    client.logout()

    assert [*answers, client.get(address).status_code] == [403, 404, 302]
