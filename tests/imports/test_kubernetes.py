"""A real portfolio the whole way: 366 enhancement proposals of Kubernetes.

What is expected is computed here from the two files in a few lines of their own.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from django.db import transaction

from capacity.models import DemandForecast, Engineer, Skill, WorkPackage
from capacity.services.forecasting import request_forecast, run_forecast
from intake.models import Demand
from portfolio.core.models import BusinessUnit, Team
from portfolio.delivery.models import Commitment, CommitmentVersion
from portfolio.delivery.rag import rag_of
from portfolio.imports.reading import read_mapping
from portfolio.imports.services.importing import import_demands

FOLDER = Path(__file__).parent.parent / "data" / "kubernetes-enhancements"
PROPOSALS = FOLDER / "proposals.csv"
IMPLEMENTED = {"implemented", "implemented (alpha)", "imlpemented"}


def read(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def imported():
    mapping = read_mapping(FOLDER / "mapping.toml")
    return import_demands(path=PROPOSALS, mapping=mapping)


@pytest.fixture(scope="module")
def outcome(django_db_setup, django_db_blocker):
    """The import, once for all; what a test changes beyond it ends with the test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield imported()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def proposals():
    return read("proposals.csv")


@pytest.fixture(scope="module")
def released():
    return {
        row["release"]: dt.date.fromisoformat(row["released"])
        for row in read("releases.csv")
    }


@pytest.fixture
def promised(proposals, released):
    """Accepted proposals whose first and last release both stand in the calendar."""
    return [
        row
        for row in proposals
        if row["status"] != "provisional"
        and row["first_promised_stable"] in released
        and row["promised_stable"] in released
    ]


def test_every_proposal_becomes_a_demand(db, outcome, proposals):
    assert (outcome.rows, outcome.new, outcome.left_out.total()) == (366, 366, 0)
    assert sorted(Demand.objects.values_list("import_key", flat=True)) == sorted(
        row["reference"] for row in proposals
    )
    status = Counter(row["status"] for row in proposals)
    assert outcome.stages == {
        "submitted": status["provisional"],
        "estimated": status["implementable"],
        "delivered": sum(status[word] for word in IMPLEMENTED),
        "withdrawn": status["withdrawn"] + status["removed"],
        "declined": status["rejected"],
        "duplicate": status["replaced"],
    }
    assert outcome.stages["delivered"] == 192
    assert Counter(
        Demand.objects.values_list("business_unit__name", flat=True)
    ).most_common(2) == [("Node", 52), ("API machinery", 48)]
    assert BusinessUnit.objects.count() == len({row["owner"] for row in proposals})


def test_the_backlog_stands_in_the_order_of_the_file(db, outcome, proposals):
    assert list(
        Demand.objects.in_backlog().by_rank().values_list("import_key", flat=True)
    ) == [row["reference"] for row in proposals if row["status"] == "implementable"]


def test_promises_are_the_days_of_their_releases(
    db, outcome, proposals, promised, released
):
    assert sorted(
        Commitment.objects.values_list(
            "demand__import_key", "original_due_on", "due_on"
        )
    ) == sorted(
        (
            row["reference"],
            released[row["first_promised_stable"]],
            released[row["promised_stable"]],
        )
        for row in promised
    )
    moved = [
        row
        for row in promised
        if row["first_promised_stable"] != row["promised_stable"]
    ]
    assert (len(promised), CommitmentVersion.objects.count()) == (
        153,
        len(promised) + len(moved),
    )
    assert Commitment.objects.open().count() == sum(
        row["status"] == "implementable" for row in promised
    )


def test_the_first_promise_was_kept_as_often_as_the_files_say(
    db, outcome, promised, released
):
    delivered = [row for row in promised if row["status"] in IMPLEMENTED]
    kept = [
        row["reference"]
        for row in delivered
        if released[row["promised_stable"]] <= released[row["first_promised_stable"]]
    ]
    assert (len(kept), len(delivered)) == (64, 103)
    closed = Commitment.objects.delivered().select_related("demand")
    assert sorted(one.demand.import_key for one in closed if one.kept_original) == (
        sorted(kept)
    )
    assert (closed.count(), all(one.kept_current for one in closed)) == (103, True)
    assert {one.closed_reference for one in closed} == {
        one.demand.reference for one in closed
    }


def test_delivery_days_are_those_of_the_releases_where_the_calendar_has_them(
    db, outcome, proposals, released
):
    def delivered_on(row):
        release = released.get(row["promised_stable"]) or released.get(
            row["target_release"]
        )
        return release or dt.date.fromisoformat(row["last_change"])

    assert sorted(
        Demand.objects.delivered().values_list("import_key", "delivered_on")
    ) == sorted(
        (row["reference"], delivered_on(row))
        for row in proposals
        if row["status"] in IMPLEMENTED
    )


def test_what_the_calendar_does_not_know_is_a_remark_with_its_lines(
    db, outcome, proposals, released
):
    unknown = sorted(
        (column, row[column], line)
        for line, row in enumerate(proposals, start=2)
        for column in ("first_promised_stable", "promised_stable")
        if row[column] and row[column] not in released
    )
    remarks = outcome.findings.remarks
    assert (
        sorted(
            (column, given, line)
            for (column, given, right), lines in remarks.items()
            for line in lines
            if "is not in releases.csv" in right
        )
        == unknown
    )
    # The other six: four promised while provisional, two created after delivery.
    assert outcome.findings.remark_count - len(unknown) == 6


def test_what_is_open_has_a_package_for_each_stage_that_is_left(db, outcome, proposals):
    left = {"": 3, "alpha": 3, "beta": 2, "stable": 1}
    assert dict(Counter(WorkPackage.objects.values_list("demand__import_key"))) == {
        (row["reference"],): left[row["stage"]]
        for row in proposals
        if row["status"] == "implementable"
    }
    skills = set(
        WorkPackage.objects.values_list("skill__name", "demand__business_unit__name")
    )
    assert all(skill == unit for skill, unit in skills)
    assert len(outcome.engineers) == 2 * len(skills) == 2 * Skill.objects.count()


def test_a_second_import_adds_nothing(db, outcome):
    team = Team.objects.get()

    second = imported()

    assert (second.new, second.updated, second.unchanged) == (0, 0, 366)
    assert (second.made, second.engineers) == ({}, [])
    assert (Demand.objects.count(), Engineer.objects.count()) == (366, 34)
    again = Team.objects.get()
    assert (again.last_number, again.plan_revision) == (366, team.plan_revision)


def rows_of(book, name, *columns):
    """Some columns of a sheet, by their headings."""
    head, *rows = book[name].iter_rows(values_only=True)
    places = [head.index(column) for column in columns]
    return [tuple(row[place] for place in places) for row in rows]


@pytest.mark.slow
def test_the_open_ones_are_forecast_and_the_status_is_exported(
    db, compiled_engine, outcome, proposals, promised, released, tmp_path
):
    team = Team.objects.get()

    queued = request_forecast(team=team, by=None, reason="Imported.")
    forecast = run_forecast(forecast_id=queued.pk)
    call_command("export_status", "--out", str(tmp_path), stdout=io.StringIO())

    rows = DemandForecast.objects.filter(forecast=forecast).select_related("demand")
    assert (forecast.state, forecast.error, len(rows)) == ("done", "", 121)
    assert [row.demand.reference for row in rows if row.cannot] == []
    assert [
        row.demand.reference for row in rows if not row.p10 <= row.p50 <= row.p85
    ] == []
    (path,) = tmp_path.glob("status-kubernetes-enhancements-*.xlsx")
    book = openpyxl.load_workbook(path)
    assert rows_of(book, "Backlog", "Rank", "Reference", "Title", "P50", "P85") == [
        (
            row.place,
            row.demand.reference,
            row.demand.title,
            dt.datetime.combine(row.p50, dt.time()),
            dt.datetime.combine(row.p85, dt.time()),
        )
        for row in rows
    ]
    # Every promise that is still open was for a release that has long come out.
    late = rag_of(chance=0.0, overdue=True)
    open_ones = [row for row in promised if row["status"] == "implementable"]
    assert sorted(
        rows_of(book, "Commitments", "Title", "Current date", "Status")
    ) == sorted(
        (
            f"{row['title']} ({row['reference']})",
            dt.datetime.combine(released[row["promised_stable"]], dt.time()),
            late.word,
        )
        for row in open_ones
    )
