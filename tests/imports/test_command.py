from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from capacity.models import Engineer
from intake.models import Demand
from portfolio.core.models import BusinessUnit, Event
from tests.factories import UserFactory


class Terminal(io.StringIO):
    def isatty(self):
        return True


def run(tracker, *options, out=None):
    out = out or io.StringIO()
    call_command(
        "import_demands",
        str(tracker.file),
        "--mapping",
        str(tracker.mapping),
        *options,
        stdout=out,
    )
    return out.getvalue().splitlines()


def test_it_says_what_it_did(team, tracker):
    UserFactory(role="manager", teams=[team])
    tracker.maps(("[demand]", "[engineers]\nper_skill = 2\n[demand]"))
    tracker.says(
        {"Skill": "API", "Days": "1", "Promise": "2026-12-01"},
        {"Status": "Done", "Done on": "2026-03-02"},
    )

    lines = run(tracker)

    assert lines == [
        "Read 2 rows.",
        "Wrote 2 rows.",
        "2 rows for Integration: 2 new, 0 updated, 0 unchanged, 0 left out.",
        "  Stages: 1 accepted and 1 delivered.",
        "  With 1 work package and 1 promise.",
        "  Made 1 business unit: Finance.",
        "  Made 1 skill: API.",
        "  Made 2 engineers: API 1 and API 2.",
        "Stored.",
    ]


def test_a_dry_run_says_the_same_and_keeps_nothing(team, tracker):
    tracker.maps(("[demand]", "[engineers]\nper_skill = 2\n[demand]"))
    tracker.says({"Skill": "API", "Days": "1"}, {"Created": "2026-01-05"})

    dry = run(tracker, "--dry-run")

    team.refresh_from_db()
    assert [
        Demand.objects.count(),
        BusinessUnit.objects.count(),
        Engineer.objects.count(),
        Event.objects.count(),
        team.last_number,
        team.plan_revision,
    ] == [0] * 6
    assert dry[-1] == "Dry run: nothing was kept."
    assert dry[:-1] == run(tracker)[:-1]


def test_bad_rows_end_it_with_their_names_and_the_rest_is_counted(team, tracker):
    tracker.says(*({"Due": f"soon {place}"} for place in range(60)))

    with pytest.raises(CommandError) as wrong:
        run(tracker)

    lines = str(wrong.value).splitlines()
    assert lines[:2] == [
        "Nothing was imported. 60 problems:",
        "  Line 2, column Due: “soon 0” is not a date; 31 March 2026 would be written "
        "2026-03-31.",
    ]
    assert (len(lines), lines[-1], wrong.value.returncode) == (
        52,
        "  … and 10 more.",
        1,
    )


def test_a_wrong_mapping_ends_it_before_the_file_is_read(db, tracker):
    tracker.maps(('title = "Summary"', 'titel = "Summary"'))

    with pytest.raises(CommandError) as wrong:
        run(tracker)

    assert str(wrong.value).splitlines() == [
        f"The mapping {tracker.mapping} has 2 problems:",
        "  demand.titel: is not known here; did you mean “title”? Known are key, "
        + str(wrong.value).splitlines()[1].partition("Known are key, ")[2],
        "  demand.title: is missing: what is asked for.",
    ]


def test_a_file_that_is_not_there_is_named(team, tracker):
    with pytest.raises(CommandError) as wrong:
        run(tracker)

    assert str(wrong.value) == (
        f"{tracker.file} cannot be read: No such file or directory."
    )


def test_who_imports_stands_in_the_trail(team, tracker):
    person = UserFactory(email="mara@example.com", name="Mara")
    tracker.says({})

    run(tracker, "--by", "Mara@example.com")

    assert list(Event.objects.values_list("actor", "actor_name")) == [
        (person.pk, "Mara")
    ]


def test_nobody_known_cannot_import(team, tracker):
    tracker.says({})

    with pytest.raises(CommandError) as wrong:
        run(tracker, "--by", "nobody@example.com")

    assert str(wrong.value) == (
        "Nobody signs in as nobody@example.com; --by names an account."
    )


def test_a_terminal_sees_one_line_that_counts(team, tracker):
    tracker.says(*({} for _ in range(600)))
    out = Terminal()

    run(tracker, out=out)

    counted = out.getvalue().partition("\n")[0]
    assert counted.split("\r\x1b[K") == [
        "",
        "Read 500 rows",
        "Read 600 rows",
        "Read 600 rows",
        "Wrote 500 rows of 600",
        "Wrote 600 rows",
    ]


def test_remarks_are_said_once_with_their_lines(team, tracker):
    UserFactory(role="manager", teams=[team])
    tracker.maps(
        ('current = "Promise"', 'current = { column = "Promise", unknown = "remark" }')
    )
    tracker.says(*({"Promise": "soon"} for _ in range(11)))

    lines = run(tracker)

    assert lines[2:4] == [
        "11 remarks:",
        "  Lines 2, 3, 4, 5, 6, 7, 8, 9 and 3 more: column Promise: “soon” is not a "
        "date; 31 March 2026 would be written 2026-03-31. The promise is left out.",
    ]
