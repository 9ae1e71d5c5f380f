"""`manage.py backtest_throughput` from a file to figures, without a database."""

import json
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

MONDAY = date(2024, 1, 1)


def written(tmp_path, lines):
    path = tmp_path / "done.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def days(weeks):
    return [MONDAY + timedelta(days=3 * number) for number in range(weeks * 7 // 3)]


def test_json_is_all_there_is_and_both_ways_to_write_a_file_agree(tmp_path, capsys):
    items = written(tmp_path, ["finished_on,series", *(f"{day},a" for day in days(36))])
    call_command("backtest_throughput", items, json=True, trials=40)
    by_item = json.loads(capsys.readouterr().out)

    counted = written(tmp_path, ["series,date,n", *(f"a,{d},1" for d in days(36))])
    call_command("backtest_throughput", counted, json=True, trials=40)
    by_day = json.loads(capsys.readouterr().out)

    assert by_item == by_day
    assert by_item["series"] == 1
    assert set(by_item["horizons"]["4"]) >= {"n", "p50", "p85", "p95", "median_width"}


def test_people_get_a_table(tmp_path, capsys):
    path = written(tmp_path, ["series,finished_on", *(f"a,{d}" for d in days(36))])

    call_command("backtest_throughput", path, trials=40)

    printed = capsys.readouterr().out
    assert printed.startswith("1 series; shares of outcomes on or before")
    assert "bootstrap_12_weeks" in printed


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            ["series,finished_on", "a,2024-02-30"],
            "Line 2, finished_on, is “2024",
        ),
        (["series,when", "a,2024-02-03"], "Line 1 has no column “date”"),
        (["series,date,n", "a,2024-02-03,x"], "Line 2, n, is “x”; a number"),
        (["series,finished_on"], "has no rows"),
        (["series,finished_on", "a,2024-02-03"], "34 are needed"),
        (["series,date,n", "a,2024-02-03,0"], "Nothing was ever finished"),
    ],
)
def test_bad_files_are_refused_in_one_sentence(tmp_path, lines, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("backtest_throughput", written(tmp_path, lines), json=True)
