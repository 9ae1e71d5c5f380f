"""What the demo holds; loaded once for the whole file, because nothing changes it."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import F

from capacity.models import (
    Engineer,
    Interruption,
    KtloStream,
    Leave,
    Skill,
    WorkPackage,
)
from capacity.services.ktlo import measured_streams
from intake.answers import answers_of, asked_of, to_ask
from intake.choices import BACKLOG, Stage
from intake.evidence import EVIDENCE
from intake.models import Demand, RankMove, SlaClock, System
from portfolio.catalogue.models import Integration
from portfolio.core.models import BusinessUnit, Event, Team, User
from portfolio.delivery.models import Commitment, CommitmentVersion, ForecastScore
from portfolio.demo.days import DAY
from portfolio.demo.loading import load_demo
from portfolio.demo.people import DEMO_PASSWORD, DEMO_SIGN_INS
from portfolio.reports.content import build_content
from portfolio.reports.files import CONTENT_TYPES
from portfolio.reports.models import StatusReport

MONDAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The demo of one Monday, loaded once and taken back after the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_demo(today=MONDAY, seed=7, weeks=2, say=lambda _line: None)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(loaded, db):
    return Team.objects.get()


def counts():
    return {
        stage: Demand.objects.filter(stage=stage).count()
        for stage in Stage.values
        if Demand.objects.filter(stage=stage).exists()
    }


def test_it_has_as_many_of_everything_as_a_real_company(demo):
    found = {
        "engineers": Engineer.objects.count(),
        "countries": set(Engineer.objects.values_list("country", flat=True)),
        "units": BusinessUnit.objects.count(),
        "systems": System.objects.count(),
        "running": Integration.objects.running().count(),
        "retired": Integration.objects.filter(retired_on__isnull=False).count(),
        "streams": KtloStream.objects.count(),
        "promised": Commitment.objects.delivered().count(),
        "still promised": Commitment.objects.open().count(),
        "moves": RankMove.objects.count(),
    }

    assert found == {
        "engineers": 8,
        "countries": {"DE", "PL"},
        "units": 6,
        "systems": 40,
        "running": 85,
        "retired": 7,
        "streams": 4,
        "promised": 45,
        "still promised": 13,
        "moves": 10,
    }


def test_it_has_demands_in_every_stage_but_draft(demo):
    found = counts()

    assert found == {
        "submitted": 8,
        "needs_information": 3,
        "accepted": 6,
        "estimated": 23,
        "in_progress": 7,
        "delivered": 70,
        "declined": 6,
        "duplicate": 4,
        "withdrawn": 4,
    }


def test_every_stakeholder_unit_has_two_or_three_people_and_each_role_somebody(demo):
    people = [
        User.objects.filter(role="requester", business_unit=unit).count()
        for unit in BusinessUnit.objects.all()
    ]
    roles = {
        role: User.objects.filter(role=role).count()
        for role in ("manager", "engineer", "viewer", "administrator")
    }

    assert set(people) == {2, 3}
    assert roles == {"manager": 1, "engineer": 8, "viewer": 1, "administrator": 1}


def test_no_two_demands_have_the_same_title(demo):
    titles = Demand.objects.values_list("title", flat=True)

    assert len(set(titles)) == len(titles) == 131


def test_three_of_four_promises_were_kept(demo):
    closed = list(Commitment.objects.delivered())

    assert sum(each.kept_original for each in closed) == 35
    assert sum(each.kept_current for each in closed) == 39


def test_a_promise_that_was_moved_says_why_and_keeps_the_first_date(demo):
    moved = CommitmentVersion.objects.filter(number=2).select_related("commitment")

    assert len(moved) == 10
    for version in moved:
        first = version.commitment.versions.get(number=1)
        assert version.reason_code
        assert version.why
        assert version.commitment.original_due_on == first.due_on != version.due_on
        assert version.commitment.due_on == version.due_on
        assert first.promised_at < version.promised_at


def test_rows_hold_what_their_models_ask(demo):
    models = [
        Team, User, System, Integration, Skill, Engineer, Leave, KtloStream, Demand,
        WorkPackage, Commitment, CommitmentVersion,
    ]  # fmt: skip

    for model in models:
        for row in model.objects.all()[::4]:
            # Null where nothing is known, which only a form would have to fill.
            row.full_clean(
                exclude=[
                    field.name
                    for field in model._meta.fields
                    if field.null and not field.blank
                ]
            )


def test_the_trail_of_a_demand_is_in_order_and_ends_in_its_stage(demo):
    stages = set(Stage.values)

    for demand in Demand.objects.all():
        trail = list(Event.objects.about(demand).by_time())
        reached = [event.after for event in trail if event.after in stages]
        times = [event.at for event in trail]
        assert reached[-1] == demand.stage, demand
        assert times == sorted(set(times)), demand
        assert trail[0].kind == "submitted"
        assert trail[0].at == demand.submitted_at > demand.created_at


def test_nobody_worked_on_two_packages_on_the_same_day(demo):
    for engineer in Engineer.objects.all():
        spans = sorted(
            (first, last or MONDAY)
            for first, last in engineer.packages.filter(
                started_on__isnull=False
            ).values_list("started_on", "finished_on")
        )
        assert all(
            earlier[1] < later[0] for earlier, later in itertools.pairwise(spans)
        ), engineer


def test_packages_are_done_in_their_order_by_somebody_who_has_the_skill(demo):
    worked_on = WorkPackage.objects.filter(started_on__isnull=False)

    for package in worked_on.select_related("engineer"):
        assert package.skill in package.engineer.skills.all()
        for earlier in package.after.all():
            assert earlier.finished_on < package.started_on


def test_one_demand_needs_a_skill_that_nobody_has(demo):
    alone = Skill.objects.filter(engineer_levels__isnull=True)

    assert [skill.name for skill in alone] == ["SAP BTP"]
    assert Demand.objects.in_backlog().filter(packages__skill__in=alone).count() == 1


def test_nothing_was_moved_on_the_board_before_it_was_accepted(demo):
    for move in RankMove.objects.select_related("demand"):
        assert move.moved_at > move.demand.decided_at, move


def snapshots():
    return list(StatusReport.objects.order_by("week").select_related("forecast"))


def backlog_of(report):
    return [row["reference"] for row in report.content["backlog"]]


def test_the_weeks_before_are_frozen_on_the_weekday_of_today(demo):
    found = [
        (str(report), report.frozen_at, report.forecast.starts_on, report.version)
        for report in snapshots()
    ]

    assert found == [
        (f"2026-W{week}", dt.datetime(2026, 11, day, 7, 10, tzinfo=dt.UTC),
         dt.date(2026, 11, day), 1)
        for week, day in ((46, 9), (47, 16))
    ]  # fmt: skip
    assert set(Event.objects.filter(kind="frozen").values_list("at", "actor_name")) == {
        (frozen_at, "Sabine Krüger") for _, frozen_at, _, _ in found
    }


def test_a_frozen_week_holds_what_had_happened_by_then(demo):
    for report in snapshots():
        then = report.frozen_at
        reached = {
            event.subject_id: event.after
            for event in Event.objects.filter(at__lt=then).by_time()
            if event.after in Stage.values
        }
        promised = {
            version.commitment.demand.reference: version.due_on.isoformat()
            for version in CommitmentVersion.objects.filter(
                promised_at__lt=then
            ).select_related("commitment__demand")
            if version.commitment.demand.is_open
            or version.commitment.closed_on >= then.date()
        }

        assert {
            row["reference"]: row["stage"] for row in report.content["backlog"]
        } == {
            demand.reference: Stage(reached[demand.pk]).label
            for demand in Demand.objects.filter(pk__in=reached)
            if reached[demand.pk] in BACKLOG
        }
        assert {
            row["reference"]: row["due_on"] for row in report.content["commitments"]
        } == promised
        assert report.content["delivered_by_week"][-2]["delivered"] == len(
            Demand.objects.filter(
                delivered_on__range=(report.week - 7 * DAY, report.week - DAY)
            )
        )


def test_what_moved_between_two_frozen_weeks_makes_one_of_the_other(demo):
    """Taken out, put in and moved as the trail says: the order of the next week."""
    frozen = snapshots()
    orders = [backlog_of(report) for report in frozen]
    orders.append([each.reference for each in Demand.objects.in_backlog().by_rank()])
    moments = [report.frozen_at for report in frozen]
    moments.append(dt.datetime.combine(MONDAY, dt.time(), dt.UTC))

    for (order, since), (after, until) in itertools.pairwise(
        zip(orders, moments, strict=True)
    ):
        order = list(order)
        for event in Event.objects.filter(at__range=(since, until)).by_time():
            reference = event.subject_name.split()[0]
            if event.kind == "accepted":
                order.append(reference)
            elif event.kind in {"delivered", "withdrawn"} and reference in order:
                order.remove(reference)
            elif event.kind == "moved":
                assert int(event.before) <= len(order)
        # Where something that was accepted stood before it was moved is not told.
        moved = set(RankMove.objects.values_list("demand__reference", flat=True))
        new = set(after) - set(orders[orders.index(after) - 1])
        stay = [each for each in order if each not in moved | new]
        assert sorted(order) == sorted(after)
        assert stay == [each for each in after if each not in moved | new]


def test_a_forecast_of_the_past_knew_only_what_was_finished_then(demo):
    for report in snapshots():
        day, plan = report.forecast.starts_on, report.forecast.plan
        packages = {
            int(package["id"]): package["doing"]
            for demand in plan["demands"]
            for package in demand["packages"]
        }
        rows = WorkPackage.objects.in_bulk(packages)
        finished = WorkPackage.objects.filter(finished_on__lt=day)

        assert not set(packages) & set(finished.values_list("pk", flat=True))
        assert {pk for pk, who in packages.items() if who} == {
            pk for pk, row in rows.items() if row.started_on and row.started_on < day
        }
        assert report.forecast.calibration["finished"] == finished.count()


def test_changes_since_last_week_are_real_and_say_why(demo):
    last = snapshots()[-1]
    changes = build_content(team=demo, today=MONDAY, before=last)["changes"]

    assert changes["since_week"] == "2026-W47"
    assert (
        [row["why"] for row in changes["reranked"]]
        == [
            move.why
            for move in RankMove.objects.filter(moved_at__gt=last.frozen_at).order_by(
                "to_place"
            )
        ]
        != []
    )
    assert (
        len(changes["done"])
        == Demand.objects.filter(
            delivered_on__range=(last.frozen_at.date(), MONDAY)
        ).count()
        > 0
    )
    assert len(changes["new"]) > 0
    assert len(changes["promised"]) > 0


def test_every_frozen_week_opens_and_downloads(demo, client):
    client.force_login(User.objects.get(role="viewer"))

    for report in snapshots():
        base = f"/reports/{report}/{report.version}/"
        answers = [client.get(base)] + [
            client.get(f"{base}{fmt}/") for fmt in CONTENT_TYPES
        ]
        assert [answer.status_code for answer in answers] == [200] * len(answers)


def test_estimates_err_as_they_do_in_public_records(demo):
    done = WorkPackage.objects.filter(actual__isnull=False)
    ratios = sorted(float(each.actual / each.likely) for each in done)
    at = {share: ratios[int(len(ratios) * share)] for share in (0.1, 0.5, 0.8, 0.9)}

    assert 0.3 <= at[0.1] <= 0.5
    assert 0.95 <= at[0.5] <= 1.05
    assert 1.3 <= at[0.8] <= 1.7
    assert 1.7 <= at[0.9] <= 2.6


def test_everybody_of_the_demo_can_sign_in(demo):
    for _, email in DEMO_SIGN_INS:
        assert authenticate(username=email, password=DEMO_PASSWORD) is not None


def test_the_log_of_interruptions_says_about_what_is_declared(demo):
    streams = KtloStream.objects.filter(interruptions__isnull=False).distinct()
    measured = measured_streams([each.pk for each in streams], until=MONDAY)

    assert [each.is_measured for each in streams.order_by("name")] == [False, True]
    for stream in streams:
        found = measured[stream.pk]
        assert found.per_week == pytest.approx(float(stream.per_week), rel=0.35)
        assert found.likely == pytest.approx(float(stream.likely), rel=0.5)
    assert not Interruption.objects.filter(day__gte=MONDAY).exists()


def test_every_tier_has_an_open_request_that_answers_all_it_asks(demo):
    unanswered, tiers = [], set()
    for demand in Demand.objects.awaiting_decision().select_related(
        "tier", "answered_under"
    ):
        tiers.add(demand.tier.slug)
        answers = answers_of(demand)
        asked = [*EVIDENCE.topics, *asked_of(demand).topics]
        unanswered += [
            (demand.title, question.key)
            for topic in asked
            for question in to_ask(topic, answers)
            if question.required and not answers.get(question.key)
        ]

    assert unanswered == []
    assert tiers == {"expedite", "fixed-date", "strategic", "standard"}


def test_clocks_of_every_kind_are_there_and_most_were_met(demo):
    ended = SlaClock.objects.exclude(stopped_at=None)
    waiting = SlaClock.objects.running_on()

    assert ended.filter(state="met").count() > 200
    assert 3 <= ended.filter(state="breached").count() <= 20
    assert set(waiting.values_list("state", flat=True)) == {
        "running", "paused", "breached"
    }  # fmt: skip
    assert set(waiting.filter(state="paused").values_list("waits_for", flat=True)) == {
        "the requester"
    }
    assert waiting.exclude(paused=dt.timedelta(0)).filter(paused_since=None).exists()


def test_one_request_is_talked_about_by_who_asked_and_inside_the_team(demo):
    said = Event.objects.filter(kind="comment").by_time()
    demand = Demand.objects.get(pk=said[0].subject_id)

    assert {event.subject_id for event in said} == {demand.pk}
    assert [(event.actor, event.facts["audience"]) for event in said] == [
        (demand.requester, "all"),
        (demo.members.get(role="manager"), "all"),
        (demand.requester, "all"),
        (demo.members.get(role="manager"), "team"),
    ]
    assert all(event.at > demand.submitted_at for event in said)


def test_what_was_forecast_of_the_past_year_came_true_about_as_often_as_people_do(demo):
    first = ForecastScore.objects.first_told()

    right = first.filter(delivered_on__lte=F("p85")).count()

    assert first.count() == Demand.objects.delivered().count()
    assert 0.7 < right / first.count() < 0.9
    assert not first.filter(told_on__gte=F("delivered_on")).exists()
    assert not first.exclude(p10__lte=F("p50"), p50__lte=F("p85")).exists()
