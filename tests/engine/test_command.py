"""``python -m capacity.engine`` prints a forecast, or says in one sentence why not."""

import json
import subprocess
import sys

import pytest

from capacity.engine import forecast
from capacity.engine.__main__ import main
from tests.engine.made import engineer, plan, work

PLAN = plan(engineer("Eva"), work("A", (1, 2, 4)), trials=50)


@pytest.fixture
def plan_file(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(PLAN.to_json()))
    return str(path)


def test_the_command_reads_a_file_and_standard_input(plan_file):
    def run(*arguments, **more):
        command = [sys.executable, "-m", "capacity.engine", *arguments]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, **more
        ).stdout

    from_file = run(plan_file)
    from_input = run("-", input=json.dumps(PLAN.to_json()))

    assert json.loads(from_file) == forecast(PLAN).to_json()
    assert from_input == from_file
    assert from_file.count("\n") == 1


def test_options_take_the_place_of_what_the_plan_says(plan_file, capsys):
    assert main([plan_file, "--trials", "7", "--seed", "9", "--threads", "1"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert (answer["trials"], answer["seed"]) == (7, 9)


def test_indented_output_is_the_same_answer(plan_file, capsys):
    main([plan_file])
    plain = capsys.readouterr().out
    main([plan_file, "--indent"])
    indented = capsys.readouterr().out

    assert json.loads(indented) == json.loads(plain)
    assert indented.startswith('{\n  "plan_hash"')


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "{",
            "The plan is no JSON: Expecting property name enclosed in double quotes ",
        ),
        (
            '{"start": "2026-02-30", "engineers": [], "demands": []}',
            "The plan, start, ",
        ),
        ('{"strat": 1}', "The plan has the unknown key “strat”; did you mean “start”?"),
    ],
)
def test_a_wrong_plan_ends_with_2_and_one_sentence(tmp_path, capsys, text, sentence):
    path = tmp_path / "plan.json"
    path.write_text(text)

    assert main([str(path)]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(sentence)
    assert said.err.endswith(".\n") or said.err.endswith("?\n")
    assert said.err.count("\n") == 1


def test_trials_out_of_range_end_with_2(plan_file, capsys):
    assert main([plan_file, "--trials", "0"]) == 2

    assert capsys.readouterr().err == (
        "The plan, trials, is 0; a whole number from 1 to 1000000 is allowed.\n"
    )


def test_a_missing_file_ends_with_2(tmp_path, capsys):
    assert main([str(tmp_path / "none.json")]) == 2

    assert capsys.readouterr().err == (
        f"{tmp_path / 'none.json'} cannot be read: No such file or directory.\n"
    )


@pytest.mark.parametrize("threads", ["0", "two"])
def test_wrong_threads_end_with_2(plan_file, capsys, threads):
    with pytest.raises(SystemExit) as ended:
        main([plan_file, "--threads", threads])

    assert ended.value.code == 2
    assert "--threads" in capsys.readouterr().err
