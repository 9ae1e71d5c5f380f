from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from portfolio.reports.content import content_hash
from portfolio.reports.files import write_file
from portfolio.reports.models import StatusReport
from portfolio.reports.services.freezing import freeze_report
from portfolio.reports.weeks import week_name
from tests.factories import (
    CommitmentFactory,
    DemandFactory,
    RankedDemandFactory,
    TeamFactory,
    UserFactory,
)
from tests.reports.rows import frozen_before, promised_demand


@pytest.fixture
def page(client, manager):
    client.force_login(manager)
    return client


def test_a_frozen_week_stays_as_it_was(team, manager, today):
    demand = promised_demand(team, worlds={8: 4})
    report = freeze_report(team=team, week=today, by=manager)
    demand.title = "Renamed"
    demand.save(update_fields=["title"])

    report.refresh_from_db()

    assert report.content["commitments"][0]["title"] == "Orders into the warehouse"
    assert content_hash(report.content) == report.content_hash
    assert report.forecast is not None
    assert list(
        Event.objects.about(report).values_list("kind", "after", "actor_name")
    ) == [("frozen", "v1", manager.name)]


def test_freezing_again_adds_a_version(team, manager, today):
    first = freeze_report(team=team, week=today, by=manager)
    second = freeze_report(team=team, week=today, by=manager)

    assert (first.version, second.version) == (1, 2)
    assert StatusReport.objects.count() == 2


def test_another_week_cannot_be_frozen(team, manager, today):
    last = today - dt.timedelta(days=7)

    with pytest.raises(RuleBroken) as refused:
        freeze_report(team=team, week=last, by=manager)

    assert str(refused.value) == (
        f"Only the current week, {week_name(today)}, can be frozen; "
        f"{week_name(last)} is not."
    )
    assert not StatusReport.objects.exists()


def test_a_second_version_is_compared_with_the_week_before_and_not_the_first(
    team, manager, today
):
    before = frozen_before(team)
    freeze_report(team=team, week=today, by=manager)

    second = freeze_report(team=team, week=today, by=manager)

    assert second.content["changes"]["since_week"] == before.content["week"]


def test_the_page_reads_as_it_would_be_frozen_then_freezes_and_downloads(page, team):
    demand = promised_demand(team, worlds={8: 2, 25: 1, 40: 1})
    draft = page.get(reverse("reports:reports")).content.decode()

    page.post(reverse("reports:freeze"))

    report = StatusReport.objects.get()
    frozen = page.get(reverse("reports:reports")).content.decode()
    answer = page.get(reverse("reports:download", args=[str(report), 1, "xlsx"]))
    assert "Not frozen yet: this is how it reads now" in draft
    assert "1 open commitment: 1 at risk." in draft
    assert demand.title in draft
    assert "75 %" in draft
    assert "version 1" in frozen
    assert reverse("reports:download", args=[str(report), 1, "csv"]) in frozen
    assert answer.content == write_file(report, "xlsx")
    assert answer["Content-Disposition"] == (
        f'attachment; filename="status-{team.slug}-{report}-v1.xlsx"'
    )


def test_beside_the_frozen_week_the_page_tells_how_it_reads_now(page, team, manager):
    freeze_report(team=team, week=timezone.localdate(), by=manager)
    CommitmentFactory(demand=RankedDemandFactory(team=team))

    frozen = page.get(reverse("reports:reports")).content.decode()
    now = page.get(reverse("reports:reports") + "?draft").content.decode()

    assert "No commitment is open." in frozen
    assert "1 open commitment: 1 without a forecast." in now
    assert "the frozen version 1" in now


def test_the_archive_has_all_weeks_and_versions(page, team, manager, today):
    old = frozen_before(team, days=14)
    freeze_report(team=team, week=today, by=manager)
    freeze_report(team=team, week=today, by=manager)

    listing = page.get(reverse("reports:reports"))
    one = page.get(reverse("reports:report", args=[str(old), 1]))

    assert [(str(report), report.version) for report in listing.context["archive"]] == [
        (week_name(today), 2),
        (week_name(today), 1),
        (str(old), 1),
    ]
    assert f"Status {old}, version 1" in one.content.decode()


def test_the_changes_of_the_week_stand_on_the_page_and_many_are_folded(page, team):
    frozen_before(team)
    RankedDemandFactory.create_batch(9, team=team)

    response = page.get(reverse("reports:reports"))

    [kind] = response.context["page"].changes
    assert (kind.name, len(kind.first), len(kind.rest)) == ("New in the backlog", 6, 3)
    assert "And 3 more" in response.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/reports/2026-W99/1/",
        "/reports/2020-W01/1/xlsx/",
        "/reports/x/1/",
        "/reports/{week}/1/docx/",
        "/reports/{week}/2/csv/",
    ],
)
def test_what_is_not_there_is_not_found(page, team, manager, today, address):
    freeze_report(team=team, week=today, by=manager)

    assert page.get(address.format(week=week_name(today))).status_code == 404


def test_the_report_of_another_team_is_not_found(page, today):
    other = freeze_report(team=TeamFactory(), week=today, by=None)

    assert page.get(f"/reports/{other}/1/csv/").status_code == 404


@pytest.mark.parametrize(
    ("role", "reads", "freezes"),
    [
        ("manager", 200, 302),
        ("viewer", 200, 403),
        ("engineer", 403, 403),
        ("requester", 403, 403),
    ],
)
def test_who_reads_and_who_freezes(team, manager, today, role, reads, freezes):
    report = freeze_report(team=team, week=today, by=manager)
    client = Client()
    client.force_login(UserFactory(role=role, teams=[team]))

    addresses = ["/reports/", f"/reports/{report}/1/", f"/reports/{report}/1/csv/"]
    answers = [client.get(address).status_code for address in addresses]

    assert answers == [reads] * 3
    assert client.post(reverse("reports:freeze")).status_code == freezes


def test_the_page_costs_the_same_queries_for_any_length(page, team, today):
    counts = []

    for number in (1, 3):
        for _ in range(number):
            CommitmentFactory(demand=RankedDemandFactory(team=team))
            DemandFactory(team=team, stage="delivered", delivered_on=today)
        with CaptureQueriesContext(connection) as queries:
            page.get(reverse("reports:reports"))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 35


def test_reports_are_read_in_the_admin_and_never_edited(client, team, today):
    report = freeze_report(team=team, week=today, by=None)
    client.force_login(UserFactory(role="administrator", is_superuser=True))
    address = reverse("admin:reports_statusreport_change", args=[report.pk])

    assert client.get(address).status_code == 200
    assert client.post(address, {"version": 9}).status_code == 403


@pytest.mark.parametrize("address", ["/reports/", "{}", "{}pdf/", "{}notes/"])
def test_a_snapshot_that_was_altered_is_told_of_and_not_shown(
    page, team, manager, today, address
):
    report = freeze_report(team=team, week=today, by=manager)
    StatusReport.objects.update(content={**report.content, "team": "Others"})

    answer = page.get(address.format(report.get_absolute_url()), follow=True)

    assert answer.status_code == 200
    assert "is not what was frozen" in answer.content.decode()
    assert "Not frozen yet" not in answer.content.decode()
