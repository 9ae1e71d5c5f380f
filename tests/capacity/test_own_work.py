"""“My work”: what an engineer sees and may change, in few clicks and fixed queries."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from capacity.models import Interruption, KtloStream
from capacity.services.forecasting import request_forecast, run_forecast
from capacity.services.own_work import own_work
from tests.factories import (
    EngineerFactory,
    KtloStreamFactory,
    LeaveFactory,
    RankedDemandFactory,
    SkillFactory,
    UserFactory,
    WorkPackageFactory,
)

PAGE = "capacity:my-work"


@pytest.fixture
def ada(team, skill):
    account = UserFactory(role="engineer", teams=[team], name="Ada Byron")
    return EngineerFactory(team=team, user=account, with_skills=[skill])


@pytest.fixture
def worker(client, ada):
    client.force_login(ada.user)
    return client


def ranked(team, skill, *, name="Build", **more):
    demand = RankedDemandFactory(team=team, stage="estimated")
    return WorkPackageFactory(demand=demand, skill=skill, name=name, **more)


def in_hand(team, skill, engineer, **more):
    return ranked(
        team, skill, state="doing", engineer=engineer, **{"name": "Design", **more}
    )


def forecast_of(team):
    return run_forecast(forecast_id=request_forecast(team=team, by=None, reason="").pk)


def test_what_comes_next_is_what_the_forecast_foresees(team, skill, ada, today):
    held = in_hand(team, skill, ada, started_on=today)
    waiting = ranked(team, skill, name="Later")
    before = WorkPackageFactory(
        demand=waiting.demand, skill=SkillFactory(name="IAM"), name="Access",
        low="0.1", likely="0.1", high="0.1",
    )  # fmt: skip
    EngineerFactory(team=team, with_skills=[before.skill])
    waiting.after.add(before)
    ready = ranked(team, skill, name="Sooner")
    forecast_of(team)

    work = own_work(ada, today=today)

    assert [each.package for each in work.in_hand] == [held]
    assert [each.package for each in work.next] == [waiting, ready]
    first, _second = work.next
    assert first.turn.next == 100
    assert first.turn.words == "In 100 of 100 simulated worlds you take it up next."
    assert first.why == [
        f"{waiting.demand.reference} is number 2 of 3.",
        "It needs API design, which you alone have.",
        "It waits for “Access”, which is not begun.",
    ]


def test_without_a_forecast_the_first_that_is_ready_comes_next(team, skill, ada, today):
    late = ranked(team, skill, name="Late")
    late.demand.earliest = today + dt.timedelta(days=9)
    late.demand.save()
    ready = ranked(team, skill, name="Ready")
    ranked(team, SkillFactory(name="IAM"))
    ranked(team, skill, engineer=EngineerFactory(team=team, with_skills=[skill]))

    work = own_work(ada, today=today)

    assert [each.package for each in work.next] == [ready]
    assert [each.package for each in work.others] == [late]
    assert work.passed_over == [
        f"{late.demand.reference} “Late” ranks higher, but it may not begin before "
        f"{late.demand.earliest:%a} {late.demand.earliest.day} "
        f"{late.demand.earliest:%b}."
    ]


def test_what_it_took_is_proposed_from_the_calendar(team, skill, ada):
    """Three days of which one was leave and half of one an interruption."""
    monday = dt.date(2026, 11, 23)
    in_hand(team, skill, ada, started_on=monday)
    LeaveFactory(
        engineer=ada,
        first_day=monday + dt.timedelta(days=1),
        last_day=monday + dt.timedelta(days=1),
    )
    Interruption.objects.create(
        stream=KtloStreamFactory(team=team), engineer=ada, day=monday, hours=4
    )

    work = own_work(ada, today=monday + dt.timedelta(days=2))

    assert work.in_hand[0].so_far == pytest.approx(1.5)


def test_start_remaining_and_finish_are_a_click_each(worker, team, skill, ada, today):
    package = ranked(team, skill)

    worker.post(reverse("capacity:start-work", args=[package.pk]))
    worker.post(reverse("capacity:go-on-work", args=[package.pk]), {"remaining": "2"})
    page = worker.get(reverse(PAGE)).content.decode()
    ended = worker.post(
        reverse("capacity:finish-work", args=[package.pk]),
        {"on": today.isoformat(), "actual": "3.5"},
        follow=True,
    )

    package.refresh_from_db()
    assert 'value="2"' in page
    assert (package.state, package.engineer, package.actual) == (
        "done",
        ada,
        Decimal("3.50"),
    )
    assert "That was the last package of" in ended.content.decode()


def test_both_ways_back_lead_back(worker, team, skill, ada, today):
    package = in_hand(team, skill, ada)
    worker.post(
        reverse("capacity:finish-work", args=[package.pk]), {"on": today.isoformat()}
    )
    worker.post(reverse("capacity:reopen-work", args=[package.pk]))
    worker.post(reverse("capacity:put-back-work", args=[package.pk]))

    package.refresh_from_db()
    assert (package.state, package.finished_on) == ("to_do", None)


def test_an_interruption_is_logged_by_its_length(worker, team, ada, today):
    other = KtloStreamFactory(team=team, name="A pager")
    own = KtloStreamFactory(team=team, name="Tickets")
    own.engineers.add(ada)

    page = worker.get(reverse(PAGE))
    worker.post(reverse("capacity:log-own"), {"stream": own.pk, "hours": "0.5"})

    assert page.context["work"].streams == [own, other]
    [logged] = Interruption.objects.all()
    assert (logged.stream, logged.engineer, logged.day, logged.hours) == (
        own,
        ada,
        today,
        Decimal("0.50"),
    )


def test_an_interruption_of_a_measured_stream_asks_for_a_forecast(worker, team, ada):
    stream = KtloStreamFactory(team=team)
    worker.post(reverse("capacity:log-own"), {"stream": stream.pk, "hours": "1"})
    team.refresh_from_db()
    declared = team.plan_revision
    KtloStream.objects.update(is_measured=True)

    worker.post(reverse("capacity:log-own"), {"stream": stream.pk, "hours": "1"})

    team.refresh_from_db()
    assert (declared, team.plan_revision) == (0, 1)


def test_a_wrong_number_says_what_is_right_and_changes_nothing(
    worker, team, skill, ada
):
    package = in_hand(team, skill, ada)
    address = reverse("capacity:go-on-work", args=[package.pk])

    answered = worker.post(
        address, {"remaining": "two"}, headers={"HX-Request": "true"}
    )

    page = answered.content.decode()
    package.refresh_from_db()
    assert "Write the days as a number, as in 2.5." in page
    assert package.remaining is None


@pytest.mark.parametrize("name", ["go-on-work", "finish-work", "put-back-work"])
def test_work_of_a_colleague_is_not_found(worker, team, skill, name):
    package = in_hand(team, skill, EngineerFactory(team=team, with_skills=[skill]))

    answered = worker.post(
        reverse(f"capacity:{name}", args=[package.pk]),
        {"remaining": "1", "on": timezone.localdate().isoformat()},
    )

    package.refresh_from_db()
    assert (answered.status_code, package.state) == (404, "doing")


def test_work_of_another_team_is_not_found(worker, skill):
    package = WorkPackageFactory(skill=skill)

    answered = worker.post(reverse("capacity:start-work", args=[package.pk]))

    package.refresh_from_db()
    assert (answered.status_code, package.state) == (404, "to_do")


@pytest.mark.parametrize("role", ["viewer", "requester"])
def test_who_reports_no_progress_has_no_work(client, team, skill, role):
    package = ranked(team, skill)
    client.force_login(UserFactory(role=role, teams=[team]))

    read = client.get(reverse(PAGE))
    begun = client.post(reverse("capacity:start-work", args=[package.pk]))

    assert (read.status_code, begun.status_code) == (403, 403)


def test_whoever_is_no_engineer_reads_why_the_page_is_empty(client, manager):
    client.force_login(manager)

    page = client.get(reverse(PAGE))

    assert "No engineer of the team has your account yet" in page.content.decode()
    assert "My work" not in [room["name"] for room in page.context["rooms"]]


def test_only_what_comes_first_is_the_likeliest(worker, team, skill, ada):
    for _ in range(7):
        ranked(team, skill)
    forecast_of(team)

    page = worker.get(reverse(PAGE))

    assert [len(page.context["work"].next), len(page.context["work"].others)] == [4, 3]
    assert page.content.decode().count("Nothing else is likelier.") == 1


def test_no_colleague_is_named(worker, team, skill, ada, today):
    jan = EngineerFactory(team=team, name="Jan Kowalski", with_skills=[skill])
    in_hand(team, skill, jan)
    ranked(team, skill)
    forecast_of(team)

    page = worker.get(reverse(PAGE)).content.decode()

    assert "which 2 people have" in page
    assert "Jan Kowalski" not in page


def test_my_work_costs_the_same_queries_for_any_backlog(worker, team, skill, ada):
    counts = []
    for _ in range(2):
        for _ in range(2):
            in_hand(team, skill, ada, started_on=timezone.localdate())
            ranked(team, skill).after.add(ranked(team, skill, name="Before"))
            ranked(
                team, skill, state="done", engineer=ada,
                finished_on=timezone.localdate(),
            )  # fmt: skip
            Interruption.objects.create(
                stream=KtloStreamFactory(team=team), engineer=ada,
                day=timezone.localdate(), hours=1,
            )  # fmt: skip
        forecast_of(team)
        with CaptureQueriesContext(connection) as queries:
            worker.get(reverse(PAGE))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_leadership_does_not_read_who_was_at_what(client, team, skill, worker):
    package = ranked(team, skill)
    worker.post(reverse("capacity:start-work", args=[package.pk]))
    address = reverse("board:demand", args=[package.demand.reference])
    pages = {}

    for role in ("manager", "viewer"):
        client.force_login(UserFactory(role=role, teams=[team]))
        pages[role] = client.get(address).content.decode()

    told = "Package begun: Build"
    assert told in pages["manager"]
    assert told in pages["viewer"]
    after = {role: page.partition(told)[2][:120] for role, page in pages.items()}
    assert "Ada Byron" in after["manager"]
    assert "Ada Byron" not in after["viewer"]
