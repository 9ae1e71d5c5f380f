"""A file in, scores out, and one sentence where the file is wrong."""

import gzip
import json
from datetime import date, timedelta

import numpy as np
import pytest
from django.core.management import CommandError, call_command

HEADER = "estimate,actual,finished_on,skill,person,project\n"


def lines(count, *, form="%Y-%m-%d"):
    rng = np.random.default_rng(1)
    for number in range(count):
        day = date(2025, 1, 1) + timedelta(days=number // 3)
        estimate = round(float(np.exp(rng.normal(1, 0.5))), 2)
        actual = round(estimate * float(np.exp(rng.normal(0.1, 0.4))), 2)
        skill, project = "api" if number % 2 else "events", f"P{number % 3}"
        yield f"{estimate},{actual},{day.strftime(form)},{skill},7,{project}\n"


@pytest.fixture
def written(tmp_path):
    def write(*rows, header=HEADER, name="finished.csv"):
        path = tmp_path / name
        path.write_text(header + "".join(rows), encoding="utf-8")
        return str(path)

    return write


def test_backtest_prints_the_scores_as_json_alone(written, capsys):
    path = written(*lines(80), "3,0,2025-03-01,api,7,P1\n", ",2,2025-03-01,api,7,P1\n")

    call_command("backtest", path, "--json")

    printed = json.loads(capsys.readouterr().out)
    assert printed["rows"] == {
        "read": 82,
        "used": 80,
        "left_out": {"actual of 0 or less": 1, "no estimate": 1},
    }
    assert printed["tasks"]["n"] == 50
    assert set(printed["tasks"]["coverage"]) == {"p10", "p50", "p80", "p85", "p90"}
    assert {"size", "n", "inside_p10_p90", "crps", "baselines"} <= set(printed["sums"])
    assert {"coverage", "crps"} <= set(printed["tasks"]["baselines"]["lognormal"])


def test_backtest_tells_people_what_was_left_out_and_how_it_did(written, capsys):
    call_command("backtest", written(*lines(80), "3,2,,api,7,P1\n"))

    printed = capsys.readouterr().out
    assert "81 rows read, 80 used." in printed
    assert "1 left out: not finished." in printed
    assert "Throughline" in printed
    assert "empirical ratios" in printed


def test_backtest_reads_gzip_other_names_and_other_dates(tmp_path, capsys):
    path = tmp_path / "tasks.csv.gz"
    header = "plan,took,done,skill,person,project\n"
    text = header + "".join(lines(60, form="%m/%d/%Y"))
    path.write_bytes(gzip.compress(text.encode()))
    columns = "--columns=estimate=plan,actual=took,finished_on=done"

    call_command(
        "backtest", path, "--json", columns, "--date-format=%m/%d/%Y", "--sums=10"
    )

    assert json.loads(capsys.readouterr().out)["sums"]["size"] == 10


def test_backtest_leaves_whole_projects_out(written, capsys):
    call_command(
        "backtest", written(*lines(150)), "--json", "--sums=20", "--leave-out=project"
    )

    sums = json.loads(capsys.readouterr().out)["sums"]
    # Two of each project's sums; the first of each began before 30 were finished.
    assert (sums["size"], sums["n"]) == (20, 3)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("3,much,2025-03-01,,,\n", "Line 2, actual, is “much”; a number"),
        ("inf,1,2025-03-01,,,\n", "Line 2, estimate, is “inf”"),
        ("1,1e-300,2025-03-01,,,\n", "Line 2, actual, is “1e-300”"),
        ("3,1,03/01/25,,,\n", "Line 2, finished_on, is “03/01/25”; a date like"),
        ("3\n", "Line 2 has 1 cells; actual was expected in cell 2"),
    ],
)
def test_backtest_names_line_and_column_of_what_is_wrong(written, row, words):
    with pytest.raises(CommandError, match=words):
        call_command("backtest", written(row))


def test_backtest_says_which_column_is_missing(written):
    with pytest.raises(CommandError, match="has no column “actual”; it has estimate"):
        call_command("backtest", written(header="estimate,finished_on\n"))


def test_backtest_says_how_much_is_needed(written):
    with pytest.raises(CommandError, match="There are 5 finished packages"):
        call_command("backtest", written(*lines(5)))


def test_backtest_needs_projects_to_leave_one_out(written):
    path = written(*lines(40), header=HEADER.replace("project", "other"))

    with pytest.raises(CommandError, match="has fewer than two projects"):
        call_command("backtest", path, "--leave-out=project")


def test_backtest_says_when_there_is_no_such_file(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("backtest", str(tmp_path / "none.csv"))
