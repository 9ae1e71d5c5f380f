from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from capacity.services.leave import Away
from intake.models import Demand
from intake.services.stages import withdraw_demand
from portfolio.core.services.changes import note_plan_change
from portfolio.scenarios.changes import read_change
from portfolio.scenarios.changes.people import AddLeave, RemovePerson
from portfolio.scenarios.changes.work import SetSpeed
from portfolio.scenarios.models import Scenario, ScenarioForecast
from portfolio.scenarios.services.editing import save_scenario, set_shared
from portfolio.scenarios.services.forecasting import (
    request_scenario_forecast,
    run_scenario_forecast,
)
from tests.factories import (
    CommitmentFactory,
    RankedDemandFactory,
    TeamFactory,
    UserFactory,
    WorkPackageFactory,
)
from tests.scenarios.made import hire, move

LIST = reverse("scenarios:scenarios")


def address(name, scenario, *more):
    return reverse(f"scenarios:{name}", args=[scenario.pk, *more])


def forecast(scenario, by):
    asked = request_scenario_forecast(scenario=scenario, by=by)
    return run_scenario_forecast(forecast_id=asked.pk)


@pytest.fixture
def as_manager(client, manager):
    client.force_login(manager)
    return client


@pytest.fixture
def shared(scenario, add, backlog, ada, bob, api, manager, today):
    """Read by others, with changes that are about people, and compared."""
    CommitmentFactory(demand=backlog[0])
    add(SetSpeed.of(ada, api, Decimal("1.5")))
    add(RemovePerson.of(bob, today + dt.timedelta(days=20)))
    add(AddLeave.of(ada, Away(today, today + dt.timedelta(days=3), Decimal(1))))
    set_shared(scenario=scenario, is_shared=True, by=manager)
    forecast(scenario, manager)
    return scenario


def packages(skill, **fields):
    """One package as its form sends it."""
    row = {"name": "Build", "skill": skill.pk, "low": 2, "likely": 3, "high": 4}
    return {
        "packages-TOTAL_FORMS": 1,
        "packages-INITIAL_FORMS": 0,
        **{f"packages-0-{name}": value for name, value in {**row, **fields}.items()},
    }


def test_list_says_what_to_do_while_there_is_none(as_manager, team):
    page = as_manager.get(LIST).content.decode()

    assert "Make the first scenario" in page


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries_for_any_number(
    as_manager, team, manager, backlog, django_assert_num_queries, count
):
    for number in range(count):
        made = save_scenario(team=team, name=f"S {number}", why="", by=manager)
        ScenarioForecast.objects.create(scenario=made, state="done", trials=200)

    with django_assert_num_queries(7):
        page = as_manager.get(LIST)

    assert page.content.decode().count('data-word="Forecast"') == count


def test_list_is_filtered_by_state(as_manager, scenario, manager, team):
    save_scenario(team=team, name="Other", why="", by=manager)
    as_manager.post(address("discard", scenario))

    save_scenario(team=team, name="Newest", why="", by=manager)
    usual = as_manager.get(LIST).content.decode()
    discarded = as_manager.get(f"{LIST}?show=discarded").content.decode()

    assert usual.index("Newest") < usual.index("Other")
    assert ">Hire<" not in usual
    assert ("Other" in discarded, ">Hire<" in discarded) == (False, True)


def test_a_scenario_is_made_and_named_anew(as_manager, team, manager):
    made = as_manager.post(
        reverse("scenarios:new"), {"name": "Hire", "why": "Late."}, follow=True
    )
    scenario = Scenario.objects.get()
    as_manager.post(address("edit", scenario), {"name": "Hire two", "why": ""})

    assert "What would you change?" in made.content.decode()
    scenario.refresh_from_db()
    assert (scenario.name, scenario.why, scenario.made_by) == ("Hire two", "", manager)


def test_a_scenario_without_a_name_is_asked_for_it(as_manager, team):
    page = as_manager.post(reverse("scenarios:new"), {"name": " ", "why": "Late."})

    assert "Give it a name." in page.content.decode()
    assert "Late." in page.content.decode()


@pytest.fixture
def sent(ada, bob, backlog, waiting, leave, stream, api, events, today):
    """What each form sends."""
    day = today.isoformat()
    return {
        "add-person": {
            "name": "Eva",
            "hours_a_week": "40",
            "overhead": "20",
            f"skill-{api.pk}": "0.5",
        },
        "remove-person": {"engineer": bob.pk, "last_day": day},
        "add-leave": {"engineer": bob.pk, "first_day": day, "share": "0.5"},
        "cancel-leave": {"leave": leave.pk},
        "set-speed": {"engineer": bob.pk, "skill": api.pk, "speed": "0.5"},
        "drop-skill": {"level": f"{bob.pk}-{events.pk}"},
        "set-ktlo": {"stream": stream.pk, "per_week": "1"},
        "move-demand": {"demand": backlog[2].pk, "to_place": 1},
        "add-demand": {
            "title": "Returns",
            "unit": backlog[0].business_unit_id,
            "tier": backlog[0].tier_id,
            **packages(api),
        },
        "accept-request": {"demand": waiting.pk, "place": 1, **packages(api)},
        "drop-demand": {"demand": backlog[0].pk, "why": "Not now."},
        "estimate": {"demand": backlog[0].pk, **packages(api)},
    }


WORDS = {
    "add-person": "Eva joins with API 0.5, 40 h a week.",
    "remove-person": "Bob leaves; the last working day is ",
    "add-leave": "Bob is away ",
    "cancel-leave": "Ada is there ",
    "set-speed": "Bob learns API, at speed 0.5.",
    "drop-skill": "Bob no longer does Events.",
    "set-ktlo": "“Tickets” interrupts at 1 a week instead of 2.",
    "move-demand": "INT-0003 “Invoices” moves up from rank 3 to 1.",
    "add-demand": "New: “Returns” for ",
    "accept-request": "INT-0009 “Parcels” is accepted at rank 1, 3 likely days.",
    "drop-demand": "INT-0001 “Orders” is dropped: Not now.",
    "estimate": "INT-0001 “Orders” still takes 3 likely days instead of 10.",
}


@pytest.mark.parametrize("kind", WORDS)
def test_every_kind_of_change_is_typed_shown_again_and_stored_anew(
    as_manager, scenario, sent, kind
):
    added = as_manager.post(address("new-change", scenario, kind), sent[kind])
    row = scenario.changes.get()
    form = as_manager.get(address("change", scenario, row.pk))
    again = as_manager.post(address("change", scenario, row.pk), sent[kind])

    assert added.url == again.url == scenario.get_absolute_url()
    assert form.status_code == 200
    stored = scenario.changes.get()
    assert (stored.pk, stored.facts) == (row.pk, row.facts)
    assert read_change(stored).words.startswith(WORDS[kind])
    assert WORDS[kind][:20] in as_manager.get(added.url).content.decode()


def test_an_empty_form_says_what_is_missing(as_manager, scenario, backlog):
    nothing = {"packages-TOTAL_FORMS": 0, "packages-INITIAL_FORMS": 0}

    for kind in WORDS:
        page = as_manager.post(address("new-change", scenario, kind), nothing)
        assert "There is a problem" in page.content.decode(), kind
    assert not scenario.changes.exists()


def test_a_change_that_does_not_fit_keeps_what_was_typed(as_manager, scenario, backlog):
    page = as_manager.post(
        address("new-change", scenario, "move-demand"),
        {"demand": backlog[0].pk, "to_place": 9},
    ).content.decode()

    assert "There is no place 9" in page
    assert 'value="9"' in page


def test_a_kind_that_nobody_knows_is_not_there(as_manager, scenario):
    page = as_manager.get(address("new-change", scenario, "make-coffee"))

    assert page.status_code == 404


def test_an_estimate_begins_with_the_packages_of_the_demand_chosen(
    as_manager, scenario, backlog, api
):
    where = address("new-change", scenario, "estimate")

    before = as_manager.get(where).content.decode()
    chosen = as_manager.post(where, {"demand": backlog[0].pk, "choose": "1"})

    assert "packages-0-name" not in before
    assert 'name="packages-0-name" value="Build"' in chosen.content.decode()
    assert not scenario.changes.exists()


def test_a_row_is_added_and_what_was_typed_stays(as_manager, scenario, backlog, api):
    page = as_manager.post(
        address("new-change", scenario, "add-demand"),
        {"title": "Returns", "add": "1", **packages(api)},
    ).content.decode()

    assert 'value="Returns"' in page
    assert 'name="packages-0-name" value="Build"' in page
    assert 'name="packages-1-name"' in page


def test_a_change_is_taken_out(as_manager, scenario, add, backlog):
    row = add(move(backlog[2], 1))

    page = as_manager.post(
        address("remove-change", scenario, row.pk), follow=True
    ).content.decode()

    assert "Taken out: INT-0003" in page
    assert not scenario.changes.exists()


def test_forecast_is_asked_for_and_its_progress_told(
    as_manager, scenario, add, backlog
):
    add(move(backlog[2], 1))

    as_manager.post(address("forecast", scenario))
    run = ScenarioForecast.objects.get()
    ScenarioForecast.objects.filter(pk=run.pk).update(state="running", progress=0.4)
    told = as_manager.get(address("status", scenario))

    assert "running 40 %" in told.content.decode()
    assert 'hx-trigger="every' in told.content.decode()
    assert "HX-Trigger" not in told.headers


def test_the_page_is_drawn_anew_once_the_forecast_is_done(
    as_manager, scenario, add, backlog, manager
):
    add(move(backlog[2], 1))
    forecast(scenario, manager)

    told = as_manager.get(address("status", scenario))

    assert told.headers["HX-Trigger"] == "scenario-done"
    assert "hx-trigger" not in told.content.decode()


def test_nothing_is_asked_for_without_changes(as_manager, scenario):
    page = as_manager.post(address("forecast", scenario), follow=True)

    assert "It changes nothing yet" in page.content.decode()


def test_page_compares_demand_by_demand_and_promise_by_promise(
    as_manager, scenario, add, backlog, manager
):
    CommitmentFactory(demand=backlog[2])
    add(move(backlog[2], 1))
    forecast(scenario, manager)

    page = as_manager.get(scenario.get_absolute_url()).content.decode()

    assert "the median demand comes" in page
    assert "By P85: 1 earlier and 2 later" in page
    assert page.index("INT-0003") < page.index("promises-title")
    assert "fresh · 200 simulated worlds" in page


@pytest.mark.parametrize("count", [1, 4])
def test_page_takes_the_same_queries_for_any_number(
    as_manager, scenario, add, backlog, api, manager, django_assert_num_queries, count
):
    for number in range(count):
        demand = RankedDemandFactory(team=scenario.team, stage="estimated")
        WorkPackageFactory(demand=demand, skill=api)
        CommitmentFactory(demand=demand)
        add(hire(api, name=f"Eva {number}"))
    forecast(scenario, manager)

    with django_assert_num_queries(10):
        as_manager.get(scenario.get_absolute_url())


def test_page_says_that_the_live_plan_has_changed_since(
    as_manager, scenario, add, backlog, manager
):
    add(move(backlog[2], 1))
    forecast(scenario, manager)
    note_plan_change(team_id=scenario.team_id)

    page = as_manager.get(scenario.get_absolute_url()).content.decode()

    assert "the live plan has changed since" in page
    assert "Forecast again" in page


def test_page_says_that_its_changes_were_edited_since(
    as_manager, scenario, add, backlog, manager
):
    add(move(backlog[2], 1))
    forecast(scenario, manager)
    add(move(backlog[1], 1))

    page = as_manager.get(scenario.get_absolute_url()).content.decode()

    assert "its changes were edited since" in page


def test_page_marks_what_does_not_fit_any_more(
    as_manager, scenario, add, backlog, manager
):
    add(move(backlog[2], 1))
    withdraw_demand(demand=backlog[2], by=manager)
    forecast(scenario, manager)

    page = as_manager.get(scenario.get_absolute_url()).content.decode()

    assert "1 change no longer fits the live plan" in page
    assert "INT-0003 is withdrawn" in page


def test_demands_are_filtered_sorted_and_taken_along(
    as_manager, scenario, add, backlog, manager
):
    add(move(backlog[2], 1))
    forecast(scenario, manager)
    page = scenario.get_absolute_url()

    def rows(query):
        text = as_manager.get(f"{address('csv', scenario)}?{query}").content.decode()
        return [line.split(",")[0] for line in text.splitlines()[1:]]

    earlier = as_manager.get(f"{page}?show=earlier", headers={"HX-Request": "true"})
    assert rows("")[-1] == "INT-0003"
    assert rows("sort=gain")[0] == "INT-0003"
    assert rows("sort=rank") == ["INT-0003", "INT-0001", "INT-0002"]
    assert rows("show=earlier") == ["INT-0003"]
    assert rows("words=stock") == ["INT-0002"]
    assert rows("show=promised") == []
    assert "Orders" not in earlier.content.decode()
    assert "<html" not in earlier.content.decode()


def test_others_read_what_is_shared_without_anybody_s_name(
    client, shared, viewer, engineer
):
    for reader in (viewer, engineer):
        client.force_login(reader)
        pages = [
            client.get(where).content.decode()
            for where in (
                LIST,
                shared.get_absolute_url(),
                address("csv", shared),
                address("status", shared),
            )
        ]

        for words in (
            "API is done faster.",
            "One person fewer with Events.",
            "One absence more in the team.",
        ):
            assert words in pages[1]
        for page in pages:
            for name in ("Ada", "Bob", "speed 1.5", shared.made_by.name):
                assert name not in page
        for act in ("Apply", "Forecast again", "Take out", "Discard"):
            assert act not in pages[1]


def test_what_no_longer_fits_is_told_to_others_without_the_reason(
    client, shared, ada, manager, viewer
):
    ada.skill_levels.update(speed=Decimal("0.8"))
    forecast(shared, manager)
    client.force_login(viewer)

    page = client.get(shared.get_absolute_url()).content.decode()

    assert "It no longer fits." in page
    assert "Ada" not in page


def test_search_finds_what_one_may_read(client, scenario, manager, viewer):
    asked = reverse("core:search"), {"q": "hire"}

    client.force_login(manager)
    found = client.get(*asked).content.decode()
    client.force_login(viewer)
    hidden = client.get(*asked).content.decode()

    assert scenario.get_absolute_url() in found
    assert "scenario, open" in found
    assert scenario.get_absolute_url() not in hidden


def test_what_is_not_shared_is_not_there_for_others(client, scenario, viewer):
    client.force_login(viewer)

    assert "Hire" not in client.get(LIST).content.decode()
    assert client.get(scenario.get_absolute_url()).status_code == 404
    assert client.get(address("csv", scenario)).status_code == 404


def test_a_requester_reads_no_scenario(client, scenario, manager, requester):
    set_shared(scenario=scenario, is_shared=True, by=manager)
    client.force_login(requester)

    for where in (LIST, scenario.get_absolute_url(), address("csv", scenario)):
        assert client.get(where).status_code == 403


def test_a_manager_of_another_team_sees_nothing_of_it(client, scenario, manager):
    set_shared(scenario=scenario, is_shared=True, by=manager)
    client.force_login(UserFactory(role="manager", teams=[TeamFactory()]))

    assert client.get(scenario.get_absolute_url()).status_code == 404
    assert client.post(address("apply", scenario)).status_code == 404


def test_only_who_plans_changes_a_scenario(
    client, scenario, add, backlog, manager, viewer, engineer, requester
):
    row = add(move(backlog[2], 1))
    set_shared(scenario=scenario, is_shared=True, by=manager)
    posts = [
        address(name, scenario, *more)
        for name, more in (
            ("edit", []),
            ("forecast", []),
            ("new-change", ["move-demand"]),
            ("change", [row.pk]),
            ("remove-change", [row.pk]),
            ("share", []),
            ("apply", []),
            ("discard", []),
            ("restore", []),
        )
    ]

    for person in (viewer, engineer, requester):
        client.force_login(person)
        assert {client.post(where).status_code for where in posts} == {403}
        assert client.get(reverse("scenarios:new")).status_code == 403
        assert client.get(address("choose-change", scenario)).status_code == 403


def test_share_shows_what_others_will_read(as_manager, scenario, add, ada, api, viewer):
    add(SetSpeed.of(ada, api, Decimal("1.5")))

    page = as_manager.get(address("share", scenario)).content.decode()
    as_manager.post(address("share", scenario))
    read = set(Scenario.objects.visible_to(viewer))
    as_manager.post(address("share", scenario), {"unshare": "1"})

    assert "API is done faster." in page
    assert f"http://testserver{scenario.get_absolute_url()}" in page
    assert read == {scenario}
    assert not Scenario.objects.visible_to(viewer).exists()


def test_apply_says_what_will_happen_and_does_it(as_manager, scenario, add, backlog):
    add(move(backlog[2], 1))
    scenario.refresh_from_db()

    asked = as_manager.get(address("apply", scenario)).content.decode()
    done = as_manager.post(
        address("apply", scenario), {"revision": scenario.revision}, follow=True
    ).content.decode()

    assert "INT-0003 “Invoices” moves up from rank 3 to 1." in asked
    assert "It was not forecast yet" in asked
    assert "Applied: 1 change." in done
    assert "these changes are the live plan’s now" in done
    first = Demand.objects.in_backlog().by_rank().first()
    assert first.reference == "INT-0003"


def test_apply_lists_what_does_not_fit_and_changes_nothing(
    as_manager, scenario, add, backlog, manager
):
    add(move(backlog[2], 1))
    add(move(backlog[0], 2))
    withdraw_demand(demand=backlog[0], by=manager)
    scenario.refresh_from_db()

    asked = as_manager.get(address("apply", scenario)).content.decode()
    tried = as_manager.post(
        address("apply", scenario), {"revision": scenario.revision}
    ).content.decode()

    for page in (asked, tried):
        assert "1 change no longer fits the plan as it is" in page
        assert "INT-0001 is withdrawn" in page
    assert "Nothing was changed: 1 change no longer fits" in tried
    ranked = Demand.objects.in_backlog().by_rank()
    assert list(ranked.values_list("reference", flat=True)) == ["INT-0002", "INT-0003"]


def test_apply_of_what_was_edited_meanwhile_is_refused(
    as_manager, scenario, add, backlog
):
    add(move(backlog[2], 1))

    page = as_manager.post(address("apply", scenario), {"revision": "1"}, follow=True)

    assert "was changed by somebody else meanwhile" in page.content.decode()


def test_what_was_applied_is_not_applied_again(as_manager, scenario, add, backlog):
    add(move(backlog[2], 1))
    scenario.refresh_from_db()
    as_manager.post(address("apply", scenario), {"revision": scenario.revision})

    page = as_manager.get(address("apply", scenario), follow=True)

    assert "“Hire” is applied already." in page.content.decode()


def test_discard_is_undone(as_manager, scenario):
    gone = as_manager.post(address("discard", scenario), follow=True).content.decode()
    back = as_manager.post(address("restore", scenario), follow=True).content.decode()

    assert "is discarded. It can be taken up again." in gone
    assert "Take up again" in gone
    assert "is open again" in back
