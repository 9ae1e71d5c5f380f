from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from portfolio.reports.content import content_hash
from portfolio.reports.edition import edition_of
from portfolio.reports.files import FORMATS, write_file
from portfolio.reports.models import StatusReport
from portfolio.reports.services.approving import annotate_report, approve_report
from portfolio.reports.services.freezing import freeze_report
from tests.factories import TeamFactory, UserFactory
from tests.reports.reading import text_of

SUMMARY = "A hard week: the bank changed its interface."


def annotated(report, by):
    """Notes on the whole, on a decision and on a change, and a decision besides."""
    [decision, *_] = report.content["decisions"]
    [change, *_] = report.content["changes"]["new"]
    return annotate_report(
        report=report,
        notes={
            "summary": SUMMARY,
            "own": ["Hire somebody for SAP"],
            "decisions": {decision["key"]: "I would ask Legal"},
            "changes": {f"new:{change['reference']}": "Comes from the audit"},
        },
        by=by,
        seen=edition_of(report).key,
    )


def approved(report, by):
    return approve_report(report=report, by=by, seen=edition_of(report).key)


def events(report):
    return list(Event.objects.about(report).by_time().values_list("kind", "actor_name"))


def test_notes_stand_beside_what_is_computed_and_change_nothing_of_it(report, manager):
    key = edition_of(report).key

    report = annotated(report, manager)

    report.refresh_from_db()
    assert content_hash(report.content) == report.content_hash
    assert edition_of(report).key != key
    assert events(report)[-1] == ("annotated", manager.name)


def test_every_format_has_the_notes(report, manager):
    report = annotated(report, manager)

    texts = [text_of(name, write_file(report, name)) for name in FORMATS]

    for words in (
        SUMMARY, "Hire somebody for SAP", "I would ask Legal", "Comes from the audit"
    ):  # fmt: skip
        assert [words in text for text in texts] == [True] * len(FORMATS)


def test_notes_of_somebody_else_are_not_written_over(report, manager):
    seen = edition_of(report).key
    annotated(report, manager)

    with pytest.raises(RuleBroken, match="Somebody else wrote notes meanwhile"):
        annotate_report(report=report, notes={"summary": "Mine"}, by=manager, seen=seen)

    report.refresh_from_db()
    assert report.notes["summary"] == SUMMARY


def test_approving_fixes_the_report(report, manager):
    report = approved(annotated(report, manager), manager)

    with pytest.raises(RuleBroken, match="is approved and is not changed any more"):
        annotate_report(
            report=report, notes={}, by=manager, seen=edition_of(report).key
        )
    with pytest.raises(RuleBroken, match="is approved and is not changed any more"):
        approved(report, manager)
    report.refresh_from_db()
    assert (report.state, report.approved_by) == ("approved", manager)
    assert events(report)[-1] == ("approved", manager.name)


def test_nobody_approves_what_they_did_not_see(report, manager):
    seen = edition_of(report).key
    annotated(report, manager)

    with pytest.raises(RuleBroken, match="was changed while you read it"):
        approve_report(report=report, by=manager, seen=seen)

    report.refresh_from_db()
    assert report.is_draft


def test_an_older_version_is_not_approved(report, team, manager, today):
    freeze_report(team=team, week=today, by=manager)

    with pytest.raises(RuleBroken, match=r"Version 2 of .* is newer; approve that one"):
        approved(report, manager)


def test_a_new_version_keeps_the_notes_of_the_one_before(report, team, manager, today):
    annotated(report, manager)

    again = freeze_report(team=team, week=today, by=manager)

    assert again.is_draft
    assert again.notes["summary"] == SUMMARY


def test_the_way_over_the_pages(report, client, manager):
    client.force_login(manager)
    address = report.get_absolute_url()
    form = client.get(f"{address}notes/")
    [decision, *_] = form.context["form"].decisions

    client.post(
        f"{address}notes/",
        {
            "seen": edition_of(report).key,
            "summary": SUMMARY,
            "own": "Hire somebody for SAP\n\nMove the audit",
            decision.name: "I would ask Legal",
        },
    )
    page = client.get(address)
    client.post(f"{address}approve/", {"seen": page.context["edition"].key})
    after = client.get(address).content.decode()

    report.refresh_from_db()
    key = report.content["decisions"][0]["key"]
    assert report.notes == {
        "summary": SUMMARY,
        "own": ["Hire somebody for SAP", "Move the audit"],
        "decisions": {key: "I would ask Legal"},
    }
    assert SUMMARY in page.content.decode()
    assert "I would ask Legal" in page.content.decode()
    assert report.state == "approved"
    assert "Write notes" not in after


def test_a_form_that_meets_other_notes_keeps_what_was_typed(report, client, manager):
    client.force_login(manager)
    seen = edition_of(report).key
    annotated(report, manager)
    address = f"{report.get_absolute_url()}notes/"

    refused = client.post(address, {"seen": seen, "summary": "Mine"})
    report.refresh_from_db()
    kept = refused.context["form"]
    client.post(address, {"seen": kept["seen"].value(), "summary": "Both"})

    assert refused.status_code == 422
    assert "Somebody else wrote notes meanwhile" in refused.content.decode()
    assert kept["summary"].value() == "Mine"
    assert report.notes["summary"] == SUMMARY
    report.refresh_from_db()
    assert report.notes["summary"] == "Both"


def test_an_approval_without_what_was_read_is_refused_in_words(report, client, manager):
    client.force_login(manager)

    page = client.post(f"{report.get_absolute_url()}approve/", follow=True)

    assert "Say which report was read" in page.content.decode()
    report.refresh_from_db()
    assert report.is_draft


@pytest.mark.parametrize("act", ["notes", "approve", "send"])
@pytest.mark.parametrize("role", ["viewer", "engineer", "requester"])
def test_only_managers_take_a_report_further(report, team, role, act):
    client = Client()
    client.force_login(UserFactory(role=role, teams=[team]))

    answer = client.post(f"{report.get_absolute_url()}{act}/", {"seen": "x"})

    assert answer.status_code == 403
    assert client.get(reverse("reports:plan")).status_code == 403


def test_a_manager_of_another_team_finds_nothing(report):
    client = Client()
    client.force_login(UserFactory(role="manager", teams=[TeamFactory()]))

    for act in ("approve", "send"):
        answer = client.post(f"{report.get_absolute_url()}{act}/", {"seen": "x"})
        assert answer.status_code == 404
    assert StatusReport.objects.get(pk=report.pk).is_draft
