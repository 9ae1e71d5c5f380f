from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from capacity.models import Leave
from capacity.services.gathering import gather_plan
from capacity.services.leave import Away, add_leave, remove_leave, save_leave
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from tests.factories import EngineerFactory, LeaveFactory, UserFactory

HALF = Decimal("0.5")


def december(day):
    return dt.date(2026, 12, day)


def revision(team):
    team.refresh_from_db()
    return team.plan_revision


@pytest.fixture
def ada(team):
    account = UserFactory(role="engineer", teams=[team], email="ada@example.com")
    return EngineerFactory(team=team, user=account, name="Ada Byron")


@pytest.fixture
def planner(client, manager):
    client.force_login(manager)
    return client


def test_leave_is_in_the_plan_and_the_trail_does_not_say_why(team, manager, ada):
    save_leave(
        engineer=ada,
        away=Away(december(21), december(23), HALF, "sick"),
        by=manager,
    )

    plan = gather_plan(team, start=december(14), trials=10, seed=7)
    event = Event.objects.about(ada).get()
    assert plan["engineers"][0]["leave"] == [["2026-12-21", "2026-12-23", 0.5]]
    assert (event.kind, event.after) == (
        "leave-entered",
        "2026-12-21 to 2026-12-23, 50 % of each day",
    )
    assert revision(team) == 1


def test_leave_is_changed_and_removed(team, manager, ada):
    leave = save_leave(engineer=ada, away=Away(december(21), december(23)), by=manager)

    save_leave(
        leave=leave, engineer=ada, away=Away(december(21), december(22)), by=manager
    )
    remove_leave(leave=leave, by=manager)

    assert not Leave.objects.exists()
    assert list(
        Event.objects.about(ada).by_time().values_list("kind", "before", "after")
    ) == [
        ("leave-entered", "", "2026-12-21 to 2026-12-23"),
        ("leave-changed", "2026-12-21 to 2026-12-23", "2026-12-21 to 2026-12-22"),
        ("leave-removed", "2026-12-21 to 2026-12-22", ""),
    ]
    assert revision(team) == 3


@pytest.mark.parametrize(
    ("away", "why"),
    [
        (Away(december(4), december(3)), "The last day comes before the first."),
        (Away(december(1), dt.date(2031, 1, 1)), "More than three years away"),
        (Away(december(1), december(1), Decimal(2)), "above 0 and at most 1"),
        (
            Away(december(22), december(30)),
            r"away 21 Dec.* – 23 Dec.* already",
        ),
        (Away(december(23), december(23), HALF), r"away 21 Dec.* – 23 Dec.* already"),
    ],
)
def test_what_cannot_be_is_refused(team, manager, ada, away, why):
    LeaveFactory(engineer=ada, first_day=december(21), last_day=december(23))

    with pytest.raises(RuleBroken, match=why):
        save_leave(engineer=ada, away=away, by=manager)

    assert (Leave.objects.count(), revision(team)) == (1, 0)


def test_two_halves_of_a_day_are_no_contradiction(manager, ada):
    LeaveFactory(
        engineer=ada, first_day=december(21), last_day=december(21), share=HALF
    )

    save_leave(engineer=ada, away=Away(december(21), december(21), HALF), by=manager)

    assert Leave.objects.count() == 2


def test_many_are_entered_at_once_or_none(team, manager, ada):
    known = Away(december(1), december(2))
    LeaveFactory(engineer=ada, first_day=december(1), last_day=december(2))

    made = add_leave(
        team=team,
        entries=[(ada, known), (ada, Away(december(7), december(8)))],
        by=manager,
    )
    with pytest.raises(RuleBroken, match=r"Ada Byron: They are away 7 Dec.* already"):
        add_leave(
            team=team,
            entries=[
                (ada, Away(december(14), december(15))),
                (ada, Away(december(8), december(9))),
            ],
            by=manager,
        )

    assert [each.first_day for each in made] == [december(7)]
    assert (Leave.objects.count(), revision(team)) == (2, 1)


def test_the_page_lists_what_is_to_come_by_person(planner, team, ada):
    bob = EngineerFactory(team=team, name="Bob")
    year = dt.date.today().year  # noqa: DTZ011 - a year
    for engineer, first in ((ada, 1), (bob, 1), (ada, -1)):
        day = dt.date(year + first, 5, 1)
        LeaveFactory(engineer=engineer, first_day=day, last_day=day)
    LeaveFactory(first_day=dt.date(year + 1, 5, 1), last_day=dt.date(year + 1, 5, 1))
    address = reverse("capacity:leave")

    shown = [
        [each.engineer.name for each in planner.get(address + query).context["leave"]]
        for query in ("", f"?person={bob.pk}", f"?person={ada.pk}&past=1")
    ]
    sheet = planner.get(address + "?csv=1").content.decode("utf-8-sig").splitlines()

    assert shown == [["Ada Byron", "Bob"], ["Bob"], ["Ada Byron", "Ada Byron"]]
    assert sheet[:2] == [
        "Person,First day,Last day,Share,Kind",
        f"Ada Byron,{year + 1}-05-01,{year + 1}-05-01,1.00,Vacation",
    ]


@pytest.mark.parametrize("entries", [1, 3])
def test_the_page_costs_the_same_queries_for_any_length(
    planner, ada, entries, django_assert_num_queries
):
    for number in range(entries):
        day = dt.date(2100, 1, 1 + number)
        LeaveFactory(engineer=ada, first_day=day, last_day=day)

    # Session, person, team, people, leave, whether there is any, and triage.
    with django_assert_num_queries(6):
        planner.get(reverse("capacity:leave"))


def test_a_manager_enters_leave_of_anybody_in_the_team(planner, team, ada):
    EngineerFactory(team=team, name="Bob")

    response = planner.post(
        reverse("capacity:new-leave"),
        {
            "engineer": ada.pk, "first_day": "2026-12-21", "last_day": "",
            "share": "0.5", "kind": "training",
        },
    )  # fmt: skip

    leave = Leave.objects.get()
    assert response.url == reverse("capacity:leave")
    assert (leave.engineer, leave.last_day, leave.share, leave.kind) == (
        ada,
        december(21),
        HALF,
        "training",
    )


def test_what_is_wrong_is_said_and_kept(planner, team, ada):
    EngineerFactory(team=team)
    LeaveFactory(engineer=ada, first_day=december(21), last_day=december(23))
    form = {
        "engineer": ada.pk, "first_day": "2026-12-22", "share": "1", "kind": "other"
    }  # fmt: skip

    overlapping = planner.post(reverse("capacity:new-leave"), form).content.decode()
    nobody = planner.post(reverse("capacity:new-leave"), {}).content.decode()

    assert "already; change that entry instead." in overlapping
    assert 'value="2026-12-22"' in overlapping
    assert "Say who is away." in nobody


def test_an_unusual_share_is_shown_and_kept(planner, ada):
    leave = LeaveFactory(
        engineer=ada, first_day=december(1), last_day=december(1), share="0.3"
    )
    address = reverse("capacity:leave-entry", args=[leave.pk])

    page = planner.get(address).content.decode()
    planner.post(
        address, {"first_day": "2026-12-02", "share": "0.3", "kind": "vacation"}
    )

    leave.refresh_from_db()
    assert '<option value="0.3" selected>30 % of each day</option>' in page
    assert (leave.first_day, leave.share) == (december(2), Decimal("0.3"))


def test_engineers_enter_their_own_leave_and_see_no_other(client, team, ada):
    other = LeaveFactory(
        engineer=EngineerFactory(team=team),
        first_day=dt.date(2100, 1, 4),
        last_day=dt.date(2100, 1, 4),
    )
    client.force_login(ada.user)

    client.post(
        reverse("capacity:new-leave"),
        {
            "engineer": other.engineer.pk, "first_day": "2100-01-05", "share": "1",
            "kind": "vacation",
        },
    )  # fmt: skip

    page = client.get(reverse("capacity:leave"))
    assert [each.engineer for each in page.context["leave"]] == [ada]
    assert "Your leave" in page.content.decode()
    for name in ("leave-entry", "remove-leave"):
        assert (
            client.post(reverse(f"capacity:{name}", args=[other.pk])).status_code == 404
        )


def test_leave_is_removed_after_it_was_asked(planner, ada):
    leave = LeaveFactory(engineer=ada, first_day=december(1), last_day=december(1))
    address = reverse("capacity:remove-leave", args=[leave.pk])

    asked = planner.get(address)
    planner.post(address)

    assert asked.status_code == 200
    assert not Leave.objects.exists()


def chosen(text, **rest):
    return {"file": SimpleUploadedFile("leave.csv", text.encode()), **rest}


def test_a_file_is_checked_before_it_is_entered(planner, team, ada):
    LeaveFactory(engineer=ada, first_day=december(1), last_day=december(2))
    EngineerFactory(team=team, name="Bob")
    address = reverse("capacity:import-leave")
    text = (
        "person,first day,last day,share,kind\n"
        "Ada Byron,2026-12-01,2026-12-02,,\n"
        "ada@example.com,21.12.2026,23.12.2026,half,\n"
        "Nobody,2026-12-21,,,\n"
        "Bob,tomorrow,,,\n"
    )

    checked = planner.post(address, chosen(text))
    before = Leave.objects.count()
    planner.post(address, {"entries": checked.context["entries"]})

    page = " ".join(checked.content.decode().split())
    assert "1 new entry" in page
    assert "Line 5: The first day is “tomorrow”" in page
    assert "“Nobody” names nobody of the team." in page
    assert "entered already" in page
    assert before == 1
    assert [str(each.share) for each in Leave.objects.all()] == ["1.00", "0.50"]
    assert revision(team) == 1


def test_what_was_checked_cannot_be_changed_on_the_way(planner, ada):
    response = planner.post(
        reverse("capacity:import-leave"), {"entries": "forged"}, follow=True
    )

    assert "What was checked has changed." in response.content.decode()
    assert not Leave.objects.exists()


def test_an_engineer_imports_a_calendar_of_their_own(client, team, ada):
    EngineerFactory(team=team, name="Bob")
    client.force_login(ada.user)
    address = reverse("capacity:import-leave")
    text = "first day,last day\n2026-12-21,2026-12-23\n"

    checked = client.post(address, chosen(text))
    client.post(address, {"entries": checked.context["entries"]})

    assert Leave.objects.get().engineer == ada


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "The submitted file is empty."),
        ("a,b\n1,2\n", "No column says when leave begins."),
        ("from\n", "It has no entries."),
    ],
)
def test_a_file_that_says_nothing_is_refused_at_its_field(planner, ada, text, why):
    response = planner.post(reverse("capacity:import-leave"), chosen(text))

    assert why in response.content.decode()


@pytest.mark.parametrize("role", ["requester", "viewer"])
def test_who_is_no_engineer_has_no_leave(client, team, role):
    client.force_login(UserFactory(role=role, teams=[team]))

    for name in ("leave", "new-leave", "import-leave"):
        assert client.get(reverse(f"capacity:{name}")).status_code == 403


def test_an_engineer_without_an_account_in_the_team_is_told_what_to_do(client, team):
    client.force_login(UserFactory(role="engineer", teams=[team]))

    response = client.get(reverse("capacity:leave"))

    assert response.status_code == 403
    assert "Your manager can choose it" in response.content.decode()
