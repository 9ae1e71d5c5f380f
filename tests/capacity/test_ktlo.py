from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from capacity.measuring import Measured, measure
from capacity.models import Interruption, KtloStream
from capacity.services.gathering import gather_plan
from capacity.services.ktlo import (
    Stream,
    log_interruption,
    remove_interruption,
    remove_stream,
    save_stream,
)
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from tests.factories import EngineerFactory, KtloStreamFactory, UserFactory

MONDAY = dt.date(2026, 11, 23)
DAY = dt.timedelta(days=1)


def revision(team):
    team.refresh_from_db()
    return team.plan_revision


@pytest.fixture
def ada(team):
    account = UserFactory(role="engineer", teams=[team])
    return EngineerFactory(team=team, user=account, name="Ada Byron")


@pytest.fixture
def tickets(team, ada):
    stream = KtloStreamFactory(team=team, name="Tickets")
    stream.engineers.add(ada)
    return stream


@pytest.fixture
def planner(client, manager):
    client.force_login(manager)
    return client


def declared(*engineers, name="Tickets", **more):
    return Stream(
        name,
        engineers,
        **{
            "per_week": Decimal("2.4"),
            "low": Decimal("0.1"),
            "likely": Decimal("0.3"),
            "high": Decimal("1.2"),
            **more,
        },
    )


def log_weekly(stream, engineer, weeks, *, hours=(2, 4, 8)):
    """One interruption a week up to the day before Monday."""
    Interruption.objects.bulk_create(
        Interruption(
            stream=stream,
            engineer=engineer,
            day=MONDAY - DAY - 7 * week * DAY,
            hours=hours[week % len(hours)],
        )
        for week in range(weeks)
    )


def test_a_log_says_how_often_and_how_long():
    log = [(MONDAY - DAY * (14 + each), hours) for each, hours in enumerate(range(15))]

    found = measure(log, until=MONDAY)

    # The oldest entry, of 14 hours, opens the four weeks less a day and is not counted.
    assert found == Measured(14, 27 / 7, problem=found.problem)
    assert found.problem == (
        "14 interruptions in 3 weeks tell too little; 8 in 4 weeks are needed."
    )
    longer = [*log, (MONDAY - DAY * 29, 99)]
    assert measure(longer, until=MONDAY) == Measured(
        15, 4.0, per_week=3.75, low=0.175, likely=0.875, high=1.575
    )


def test_a_log_older_than_half_a_year_is_counted_in_half_a_year():
    log = [(MONDAY - DAY * 7 * each, 8) for each in range(1, 53)]

    found = measure(log, until=MONDAY)

    assert (found.logged, found.weeks, found.per_week) == (26, 26, 1)


def test_without_any_log_nothing_is_measured():
    assert measure([], until=MONDAY).problem.startswith("0 interruptions in 0 weeks")


def test_a_stream_is_declared_and_the_plan_counts_on_it(team, manager, ada):
    stream = save_stream(team=team, declared=declared(ada), by=manager)

    plan = gather_plan(team, start=MONDAY, trials=10, seed=7)
    assert plan["interruptions"] == [
        {
            "id": f"ktlo-{stream.pk}",
            "engineers": [f"eng-{ada.pk}"],
            "per_week": 2.4,
            "effort": {"low": 0.1, "likely": 0.3, "high": 1.2},
        }
    ]
    assert Event.objects.about(stream).get().after == (
        "Tickets: 2.4 a week of 0.1 – 0.3 – 1.2 days, Ada Byron"
    )
    assert revision(team) == 1


def test_saving_what_stands_there_already_asks_for_no_forecast(team, manager, ada):
    stream = save_stream(team=team, declared=declared(ada), by=manager)

    save_stream(team=team, stream=stream, declared=declared(ada), by=manager)

    assert revision(team) == 1


def test_the_plan_counts_on_the_log_once_it_is_enough(team, ada, tickets):
    KtloStream.objects.update(is_measured=True)
    log_weekly(tickets, ada, 8)
    before = gather_plan(team, start=MONDAY, trials=10, seed=7)["interruptions"]
    log_weekly(tickets, ada, 12)

    [after] = gather_plan(team, start=MONDAY, trials=10, seed=7)["interruptions"]

    assert before[0]["per_week"] == 1.0
    assert before[0]["effort"] == {"low": 0.1, "likely": 0.3, "high": 2.0}
    assert after["per_week"] == pytest.approx(19 / 11, abs=0.001)
    assert after["effort"] == {"low": 0.25, "likely": 0.5, "high": 1.0}


def test_a_plan_of_a_day_knows_only_what_was_logged_before(team, ada, tickets):
    KtloStream.objects.update(is_measured=True)
    log_weekly(tickets, ada, 12)

    early = MONDAY - 49 * DAY
    plan = gather_plan(team, start=early, trials=10, seed=7)

    assert plan["interruptions"][0]["per_week"] == 1.0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": "tickets"}, "has a stream “tickets” already"),
        ({"low": Decimal(2)}, "Low is above 0, likely is at least low"),
    ],
)
def test_what_cannot_be_is_refused(team, manager, ada, tickets, change, why):
    with pytest.raises(RuleBroken, match=why):
        save_stream(
            team=team, declared=declared(ada, **{"name": "Keys", **change}), by=manager
        )


def test_a_stream_that_interrupts_nobody_is_refused(team, manager):
    with pytest.raises(RuleBroken, match="Say whom it interrupts"):
        save_stream(team=team, declared=declared(), by=manager)


def test_a_stream_goes_with_its_log(team, manager, ada, tickets):
    log_weekly(tickets, ada, 3)

    remove_stream(stream=tickets, by=manager)

    assert not Interruption.objects.exists()
    assert Event.objects.get(kind="ktlo-removed").before.startswith("Tickets: 1 a week")
    assert revision(team) == 1


def test_logging_asks_for_a_forecast_only_where_the_log_counts(
    team, manager, ada, tickets
):
    entry = {"engineer": ada, "day": MONDAY - DAY, "hours": Decimal(2), "by": manager}
    log_interruption(stream=tickets, **entry)
    declared_only = revision(team)
    tickets.is_measured = True
    tickets.save()

    logged = log_interruption(stream=tickets, **entry)
    remove_interruption(interruption=logged)

    assert (declared_only, revision(team)) == (0, 2)


def test_what_has_not_come_yet_and_who_is_elsewhere_is_refused(
    manager, ada, tickets, today
):
    entry = {"stream": tickets, "hours": Decimal(2), "by": manager}

    with pytest.raises(RuleBroken, match="has not come yet"):
        log_interruption(engineer=ada, day=today + DAY, **entry)
    with pytest.raises(RuleBroken, match="is not in"):
        log_interruption(engineer=EngineerFactory(), day=today, **entry)


def test_the_pages_add_show_and_remove_a_stream(planner, team, ada):
    form = {
        "name": "Tickets", "engineers": [ada.pk], "per_week": "2", "low": "0.1",
        "likely": "0.5", "high": "1", "is_measured": "on",
    }  # fmt: skip

    planner.post(reverse("capacity:new-stream"), form)
    stream = KtloStream.objects.get()
    listed = planner.get(reverse("capacity:ktlo"))
    shown = planner.get(reverse("capacity:stream", args=[stream.pk]))
    asked = planner.get(reverse("capacity:remove-stream", args=[stream.pk]))
    planner.post(reverse("capacity:remove-stream", args=[stream.pk]))

    page = " ".join(listed.content.decode().split())
    assert "Likely 1.0 focused days of every week." in page
    assert "0 interruptions in 0 weeks tell too little" in page
    assert f'value="{ada.pk}"' in shown.content.decode()
    assert "Remove this stream?" in asked.content.decode()
    assert not KtloStream.objects.exists()


def test_the_page_says_what_is_wrong_and_keeps_it(planner, ada):
    form = {
        "name": "", "engineers": [ada.pk], "per_week": "2", "low": "1",
        "likely": "0.5", "high": "1",
    }  # fmt: skip

    page = planner.post(reverse("capacity:new-stream"), form).content.decode()

    assert "Give the stream a name." in page
    assert "Likely must be at least low, which is 1." in page
    assert 'value="0.5"' in page


def test_the_list_says_what_the_log_says(planner, team, ada, tickets, today):
    for week in range(12):
        Interruption.objects.create(
            stream=tickets, engineer=ada, day=today - DAY * (7 * week + 1), hours=4
        )
    declared_page = planner.get(reverse("capacity:ktlo")).content.decode()
    KtloStream.objects.update(is_measured=True)
    measured_page = planner.get(reverse("capacity:ktlo")).content.decode()

    assert "the log says" in declared_page
    assert "11 interruptions" in measured_page
    assert "measured</span>" in measured_page


@pytest.mark.parametrize("streams", [1, 3])
def test_the_list_costs_the_same_queries_for_any_length(
    planner, team, ada, streams, django_assert_num_queries
):
    for _ in range(streams):
        KtloStreamFactory(team=team).engineers.add(ada)

    # Session, person, team; streams, whom they interrupt, their logs; and triage.
    with django_assert_num_queries(7):
        planner.get(reverse("capacity:ktlo"))


def test_an_engineer_logs_for_themselves_and_sees_their_own(client, team, ada, tickets):
    other = EngineerFactory(team=team)
    theirs = Interruption.objects.create(
        stream=tickets, engineer=other, day=MONDAY, hours=1
    )
    client.force_login(ada.user)
    today = dt.date.today()  # noqa: DTZ011 - a day

    response = client.post(
        reverse("capacity:log"),
        {
            "stream": tickets.pk, "engineer": other.pk, "hours": "1.5",
            "day": today - DAY, "note": "A flow stood still",
        },
    )  # fmt: skip
    page = client.get(reverse("capacity:log"))
    removed = client.post(reverse("capacity:unlog", args=[theirs.pk]))

    assert response.url == reverse("capacity:log")
    assert [each.engineer for each in page.context["last"]] == [ada]
    assert removed.status_code == 404
    assert Interruption.objects.get(engineer=ada).logged_by == ada.user


def test_who_logged_by_mistake_takes_it_out(client, ada, tickets):
    mine = Interruption.objects.create(
        stream=tickets, engineer=ada, day=MONDAY, hours=1
    )
    client.force_login(ada.user)

    client.post(reverse("capacity:unlog", args=[mine.pk]))

    assert not Interruption.objects.exists()


@pytest.mark.parametrize("role", ["requester", "engineer", "viewer"])
def test_only_who_plans_declares_streams(client, team, role, tickets):
    client.force_login(UserFactory(role=role, teams=[team]))

    for address in (
        reverse("capacity:ktlo"),
        reverse("capacity:new-stream"),
        reverse("capacity:stream", args=[tickets.pk]),
        reverse("capacity:remove-stream", args=[tickets.pk]),
    ):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize("role", ["requester", "viewer"])
def test_who_does_no_work_logs_nothing(client, team, role):
    client.force_login(UserFactory(role=role, teams=[team]))

    assert client.get(reverse("capacity:log")).status_code == 403
