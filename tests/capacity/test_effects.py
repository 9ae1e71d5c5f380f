"""What storing a change would do, against what it does once it is stored."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from capacity.models import Engineer, Forecast, KtloStream, Leave
from capacity.services.effects import NOBODY, Effect, change_between, effect_of
from capacity.services.forecasting import request_forecast, run_forecast
from capacity.services.ktlo import Stream, save_stream
from capacity.services.leave import Away, save_leave
from capacity.services.people import Person, remove_engineer, save_engineer
from capacity.services.preparing import SHELF
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from tests.factories import CommitmentFactory


@pytest.fixture(autouse=True)
def empty_shelf():
    SHELF._kept.clear()


def run(team):
    team.refresh_from_db()
    asked = request_forecast(team=team, by=None, reason="Asked for.")
    return run_forecast(forecast_id=asked.pk)


def p85(forecast):
    return {row.demand_id: row.p85 for row in forecast.demand_forecasts.all()}


@pytest.fixture
def forecast(previewer, team, backlog):
    return run(team)


@pytest.fixture
def ada(backlog):
    return Engineer.objects.get()


@pytest.fixture
def fortnight(today):
    return Away(today, today + timedelta(days=13))


def test_what_is_tried_is_what_the_forecast_says_once_it_is_stored(
    team, manager, backlog, forecast, ada, fortnight
):
    due = backlog[0]
    CommitmentFactory(demand=due, original_due_on=p85(forecast)[due.pk])

    def leave():
        return save_leave(engineer=ada, away=fortnight, by=manager)

    effect = effect_of(team=team, act=leave)

    assert not Leave.objects.exists()
    leave()
    after = p85(run(team))
    moved = {pk: (after[pk] - day).days for pk, day in p85(forecast).items()}
    assert {each.demand.pk: each.days for each in effect.later} == moved
    assert all(days > 0 for days in moved.values())
    assert effect.earlier == []
    [promise] = effect.promises
    assert (promise.demand, promise.after, promise.is_worse) == (due, "<1 %", True)


def test_trying_leaves_no_trace(
    team, manager, forecast, ada, fortnight, django_capture_on_commit_callbacks
):
    team.refresh_from_db()
    revision = team.plan_revision

    with django_capture_on_commit_callbacks() as callbacks:
        effect_of(
            team=team, act=lambda: save_leave(engineer=ada, away=fortnight, by=manager)
        )

    team.refresh_from_db()
    assert callbacks == []
    assert (team.plan_revision, Leave.objects.count()) == (revision, 0)
    assert not Event.objects.filter(kind="leave-entered").exists()


def test_a_second_pair_of_hands_makes_dates_earlier(
    team, manager, skill, forecast, ada
):
    person = Person(name="Grace", overhead=Decimal(0), speeds={skill: Decimal(1)})

    effect = effect_of(
        team=team, act=lambda: save_engineer(team=team, person=person, by=manager)
    )

    assert [each.words for each in effect.earlier] != []
    assert effect.later == []
    assert Engineer.objects.get() == ada


def test_without_anybody_dates_are_lost(team, manager, forecast, ada, backlog):
    effect = effect_of(team=team, act=lambda: remove_engineer(engineer=ada, by=manager))

    assert [(each.demand, each.words) for each in effect.later] == [
        (demand, "no P85 date any more") for demand in backlog
    ]


def test_interruptions_make_dates_later(team, manager, forecast, ada):
    stream = Stream("Tickets", [ada], Decimal(5), *[Decimal("0.5")] * 3)

    effect = effect_of(
        team=team, act=lambda: save_stream(team=team, declared=stream, by=manager)
    )

    assert effect.later != []
    assert not KtloStream.objects.exists()


def test_closed_days_of_the_calendar_make_dates_later(
    client, team, manager, forecast, today
):
    client.force_login(manager)
    page = client.get(reverse("core:calendar", args=[team.calendar.pk])).context
    form = {
        field.html_name: "" if field.value() is None else field.value()
        for part in (page["form"], page["closed"].management_form)
        for field in part
    }
    week = [today + timedelta(days=number) for number in range(1, 8)]
    weekdays = [day for day in week if day.weekday() < 5]
    for number, day in enumerate(weekdays[:3]):
        form |= {f"closed-{number}-day": day, f"closed-{number}-name": "Closed"}
    address = reverse("capacity:try-calendar", args=[team.calendar.pk])

    panel = client.post(address, form, headers={"HX-Request": "true"}).content.decode()
    page = client.post(address, form).content.decode()
    unready = client.post(
        address, form | {"name": ""}, headers={"HX-Request": "true"}
    ).content.decode()

    assert "2 demands later, by P85" in panel
    assert "2 demands later, by P85" in page
    assert "Some answers are missing or wrong yet" in unready
    assert not team.calendar.closed_days.exists()


def test_what_changes_nobody_asks_no_worker(team, manager, backlog, ada):
    same = Person(name="Ada", overhead=Decimal(0), speeds={})

    effect = effect_of(
        team=team, act=lambda: save_engineer(team=team, person=same, by=manager)
    )
    renamed = effect_of(
        team=team,
        act=lambda: Engineer.objects.filter(pk=ada.pk).update(name="Somebody"),
    )

    assert effect.problem == NOBODY
    assert renamed == Effect()
    assert renamed.is_none


def test_what_is_refused_is_refused_when_it_is_tried(team, manager, ada, fortnight):
    save_leave(engineer=ada, away=fortnight, by=manager)

    with pytest.raises(RuleBroken, match="already"):
        effect_of(
            team=team, act=lambda: save_leave(engineer=ada, away=fortnight, by=manager)
        )


def test_a_change_names_what_is_new_other_and_gone():
    before = {
        "engineers": [{"id": "a", "skills": {"x": 1}}, {"id": "b", "skills": {}}],
        "interruptions": [{"id": "k", "per_week": 2.0}],
        "closed_days": ["2026-12-24"],
    }
    after = {
        "engineers": [{"id": "a", "skills": {"x": 2}}, {"id": "c", "skills": {}}],
        "interruptions": [],
        "closed_days": [],
    }

    assert change_between(before, before) == {}
    assert change_between(before, after) == {
        "closed_days": [],
        "engineers": [
            {"id": "a", "skills": {"x": 2}},
            {"id": "c", "skills": {}},
            {"id": "b", "skills": {}},
        ],
        "interruptions": [{"id": "k", "per_week": 0.0}],
    }


def test_the_page_of_leave_says_what_it_does_and_stores_nothing(
    client, manager, forecast, fortnight
):
    client.force_login(manager)
    address = reverse("capacity:new-leave") + "?try=1"
    form = {
        "first_day": fortnight.first_day, "last_day": fortnight.last_day,
        "share": "1", "kind": "vacation",
    }  # fmt: skip

    panel = client.post(address, form, headers={"HX-Request": "true"}).content.decode()
    page = client.post(address, form).content.decode()
    unready = client.post(address, {}, headers={"HX-Request": "true"}).content.decode()

    assert "2 demands later, by P85" in panel
    assert "<html" not in panel
    assert "<html" in page
    assert "2 demands later, by P85" in page
    assert "Some answers are missing or wrong yet" in unready
    assert not Leave.objects.exists()


def test_the_pages_of_people_and_streams_say_what_they_do(
    client, manager, forecast, ada
):
    client.force_login(manager)
    remove = reverse("capacity:remove-engineer", args=[ada.pk])
    person = {
        "name": "Ada", "overhead": "50", "hours-TOTAL_FORMS": 0,
        "hours-INITIAL_FORMS": 0,
    }  # fmt: skip
    stream = {
        "name": "Tickets", "engineers": [ada.pk], "per_week": "5", "low": "0.5",
        "likely": "0.5", "high": "0.5",
    }  # fmt: skip

    pages = [
        client.post(f"{address}?try=1", form, headers={"HX-Request": "true"})
        for address, form in (
            (remove, {}),
            (reverse("capacity:engineer", args=[ada.pk]), person),
            (reverse("capacity:new-stream"), stream),
        )
    ]

    assert ["2 demands later, by P85" in page.content.decode() for page in pages] == [
        True
    ] * 3
    assert Engineer.objects.get().overhead == 0
    assert not KtloStream.objects.exists()
    assert Forecast.objects.count() == 1


def test_leave_of_a_file_is_tried_before_it_is_entered(
    client, manager, forecast, ada, today
):
    client.force_login(manager)
    address = reverse("capacity:import-leave")
    last = today + timedelta(days=20)
    text = f"person,first day,last day\n{ada.name},{today},{last}\n"
    file = SimpleUploadedFile("leave.csv", text.encode())
    checked = client.post(address, {"file": file})

    tried = client.post(
        f"{address}?try=1", {"entries": checked.context["entries"]}
    ).content.decode()

    assert f'hx-post="{address}?try=1"' in checked.content.decode()
    assert "2 demands later, by P85" in tried
    assert not Leave.objects.exists()
