"""`manage.py backtest_backlog` from a file to figures, without a database."""

import json
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

FIRST = date(2023, 1, 2)


def written(tmp_path, lines):
    path = tmp_path / "items.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def history():
    """Every fifth item takes half a year or is never done, the others three days."""
    yield "created_on,finished_on,estimate,priority"
    for number in range(300):
        day = FIRST + timedelta(days=2 * number)
        slow = number % 5 == 0
        done = day + timedelta(days=180 if slow else 3)
        ended = "" if number % 20 == 0 else done
        yield f"{day},{ended},{8 if slow else ''},{'low' if slow else 'high'}"


def test_json_is_all_there_is(tmp_path, capsys):
    path = written(tmp_path, history())

    call_command("backtest_backlog", path, json=True, trials=40)

    found = json.loads(capsys.readouterr().out)
    assert found["items"] == 300
    assert found["finished_before_created"] == 0
    assert found["p85"] > found["baselines"]["backlog_over_throughput"]["p85"]
    assert found["questions"][0]["on"] == "2023-07-03"
    assert found["n"] == len(found["questions"])


def test_people_get_a_table_and_early_ends_are_taken_for_the_first_day(
    tmp_path, capsys
):
    lines = [*history(), "2023-05-02,2023-05-01,,"]

    call_command("backtest_backlog", written(tmp_path, lines), trials=40)
    printed = capsys.readouterr().out
    call_command("backtest_backlog", written(tmp_path, lines), json=True, trials=40)
    found = json.loads(capsys.readouterr().out)

    assert "P85 holds" in printed
    assert found["finished_before_created"] == 1


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["created_on,finished_on", ",2024-01-01"], "Line 2, created_on, is empty"),
        (["created_on,done"], "Line 1 has no column “finished_on”"),
        (
            ["created_on,finished_on,estimate", "2024-01-01,,much"],
            "Line 2, estimate, is “much”; a number",
        ),
        (
            ["created_on,finished_on,estimate", "2024-01-01,,-2"],
            "Line 2, estimate, is -2; at least 0 was expected",
        ),
        (["created_on,finished_on"], "has no rows"),
        (["created_on,finished_on", "2024-01-01,"], "at least 182 days after"),
    ],
)
def test_bad_files_are_refused_in_one_sentence(tmp_path, lines, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("backtest_backlog", written(tmp_path, lines), json=True)
