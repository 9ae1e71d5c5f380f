from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from portfolio.reports.files import FORMATS, write_file
from portfolio.reports.models import StatusReport
from portfolio.reports.weeks import parse_week, week_name
from tests.factories import EngineerFactory, TeamFactory, WorkPackageFactory
from tests.reports.rows import frozen_before, promised_demand


def run(*options):
    out = io.StringIO()
    call_command("export_status", *options, stdout=out)
    return out.getvalue()


def test_the_current_week_is_frozen_once_and_written_in_every_format(team, tmp_path):
    promised_demand(team, worlds={8: 4})
    folder = tmp_path / "new"

    run("--out", str(folder))
    run("--out", str(folder))

    report = StatusReport.objects.get()
    stem = f"status-{team.slug}-{week_name(timezone.localdate())}-v1"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        f"{stem}.{name}": write_file(report, name) for name in FORMATS
    }


def test_leadership_gets_files_without_names(team, tmp_path):
    engineer = EngineerFactory(team=team, name="Ada Somebody")
    demand = promised_demand(team, worlds={8: 4})
    WorkPackageFactory(demand=demand, state="doing", engineer=engineer)

    run("--format", "csv", "--out", str(tmp_path), "--leadership")
    run("--format", "csv", "--out", str(tmp_path))

    without, named = sorted(tmp_path.iterdir(), key=lambda path: -len(path.name))
    assert without.name.endswith("-v1-leadership.csv")
    assert "Ada Somebody" in named.read_text()
    assert "Ada Somebody" not in without.read_text()


def test_a_snapshot_that_was_altered_is_refused_in_words(team, tmp_path):
    report = frozen_before(team)
    StatusReport.objects.update(content_hash="0" * 64)

    with pytest.raises(CommandError, match="is not what was frozen"):
        run("--week", str(report), "--out", str(tmp_path))


def test_an_earlier_week_is_written_from_its_snapshot(team, tmp_path):
    report = frozen_before(team)

    said = run("--week", str(report), "--format", "csv", "--out", str(tmp_path))

    [path] = tmp_path.iterdir()
    assert said == f"{path}\n"
    assert path.read_bytes() == write_file(report, "csv")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--week", "2020-W01"], "There is no snapshot of 2020-W01"),
        (["--week", "last"], "“last” is not a week; weeks look like 2026-W47"),
        (["--format", "docx"], "“docx” is not a format; known are"),
        (["--team", "nobody"], "There is no team “nobody”"),
    ],
)
def test_what_cannot_be_written_is_said_in_words(team, tmp_path, options, words):
    with pytest.raises(CommandError, match=words):
        run("--out", str(tmp_path), *options)

    assert list(tmp_path.iterdir()) == []


def test_with_two_teams_one_has_to_be_named(team, tmp_path):
    other = TeamFactory()

    with pytest.raises(CommandError, match="Say which team with --team"):
        run("--out", str(tmp_path))
    run("--out", str(tmp_path), "--team", other.slug)

    assert StatusReport.objects.get().team == other


def test_a_week_is_read_by_its_name():
    assert parse_week("2026-W48") == dt.date(2026, 11, 23)
    assert week_name(dt.date(2027, 1, 1)) == "2026-W53"
    assert parse_week("2026-W53") == dt.date(2026, 12, 28)
