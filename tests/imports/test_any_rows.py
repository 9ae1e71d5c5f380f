"""Whatever stands in a file: it is imported whole, or its bad rows are named."""

from __future__ import annotations

import csv

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from intake.models import Demand
from portfolio.core.models import BusinessUnit, Event, User
from tests.examples import examples
from tests.imports.conftest import COLUMNS, MAPPING

ANY = st.text(st.characters(codec="utf-8"), max_size=30) | st.text(
    st.sampled_from("0123456789-/.:,;T+|\"'\n\r\t\0 eEnaNif∞٣"), max_size=12
)
DAYS = st.dates().map(str)
USUAL = {
    "Key": st.sampled_from(["J-1", "J-2", "J-3", "J-4"]),
    "Status": st.sampled_from(["New", "To do", "Done", "declined", "In progress"]),
    "Days": st.decimals(0, 9, places=1).map(str),
    **dict.fromkeys(["Created", "Due", "Done on", "First promise", "Promise"], DAYS),
}
ROW = st.fixed_dictionaries(
    {
        column: st.just("") | ANY | USUAL.get(column, ANY) | USUAL.get(column, ANY)
        for column in COLUMNS
    }
)
# Creates and keeps nothing between two examples: each is rolled back.
FUZZ = settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
RICH = MAPPING.replace(
    "[demand]",
    '[demand]\nrequester = { column = "Skill", create = true, unknown = "remark" }\n'
    'source_system = { column = "Summary", split = "|", create = true, '
    'unknown = "remark" }\nblocked_cause = "Summary"\nblocked_since = "Due"\n'
    'rank = "Days"\nstarted_on = { column = "Created", unknown = "remark" }',
)


def counts():
    models = (Demand, BusinessUnit, Event, User)
    return [model.objects.count() for model in models]


def import_whole_or_not_at_all(tracker):
    """Import twice; checks what must hold for any file, and rolls back."""
    before = counts()
    with transaction.atomic():
        outcome = tracker.imports()
        if outcome.is_bad:
            assert (outcome.kept, counts()) == (False, before)
            assert all(str(problem) for problem in outcome.findings.problems)
        else:
            rows = outcome.rows - outcome.left_out.total()
            assert (outcome.new, Demand.objects.count()) == (rows, before[0] + rows)
            again = tracker.imports()
            assert (again.new, again.updated, again.unchanged) == (0, 0, rows)
        transaction.set_rollback(True)
    return outcome


@FUZZ
@given(rows=st.lists(ROW, min_size=1, max_size=4))
@example(rows=[dict.fromkeys(COLUMNS, "1e999")])
@example(rows=[{**dict.fromkeys(COLUMNS, ""), "Key": "٣", "Status": "done"}])
def test_any_cells_are_imported_or_named(team, tracker, rows):
    tracker.maps(mapping=RICH)
    with tracker.file.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)

    outcome = import_whole_or_not_at_all(tracker)

    assert outcome.rows <= len(rows)


@FUZZ
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "Summary": st.text(
                    st.characters(codec="utf-8", exclude_categories=["Cc"]),
                    min_size=1,
                    max_size=40,
                ).filter(str.strip),
                "Unit": st.sampled_from(
                    ["Finance", "FINANCE", "財務", "Straße", "STRASSE"]
                ),
                "Status": st.sampled_from(["New", "To do", "estimated", "declined"]),
                "Skill": st.sampled_from(["API", "api", "Events"]),
                "Days": st.sampled_from(["", "0", "1", "2.5", "900"]),
                "Promise": st.sampled_from(["", "2026-12-01"]),
            }
        ),
        min_size=1,
        max_size=6,
    )
)
def test_rows_in_order_are_all_imported(team, tracker, rows):
    with tracker.file.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows({"Key": place, **row} for place, row in enumerate(rows))

    outcome = import_whole_or_not_at_all(tracker)

    assert (outcome.is_bad, outcome.new) == (False, len(rows))


@FUZZ
@given(content=st.binary(max_size=200))
@example(content=b'"')
@example(content=b"\xff\xfe")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252", "shift_jis"])
def test_any_bytes_are_imported_or_named(team, tracker, encoding, content):
    tracker.maps(mapping=f'{MAPPING}\n[file]\nencoding = "{encoding}"\n')
    header = ",".join(COLUMNS).encode(encoding)
    tracker.file.write_bytes(header + "\n".encode(encoding) + content)

    outcome = import_whole_or_not_at_all(tracker)

    assert outcome.kept is not outcome.is_bad
