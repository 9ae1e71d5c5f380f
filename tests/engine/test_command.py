"""``python -m capacity.engine`` prints a forecast, or says in one sentence why not."""

import json
import signal
import subprocess
import sys
from pathlib import Path

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


@pytest.mark.parametrize(
    ("options", "blanks"),
    [
        (["--indent", "PLAN"], 2),
        (["PLAN", "--indent"], 2),
        (["--indent", "4", "PLAN"], 4),
        (["PLAN", "--indent=1", "--threads", "1"], 1),
    ],
)
def test_indented_output_is_the_same_answer(plan_file, capsys, options, blanks):
    main([plan_file])
    plain = capsys.readouterr().out
    assert main([word.replace("PLAN", plan_file) for word in options]) == 0
    indented = capsys.readouterr().out

    assert json.loads(indented) == json.loads(plain)
    assert indented.startswith("{\n" + " " * blanks + '"plan_hash"')


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


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ["--trials", "0"],
            "Argument --trials: '0' is given; a whole number from 1 to 1000000 is "
            "allowed.",
        ),
        (
            ["--seed", "-1"],
            f"Argument --seed: '-1' is given; a whole number from 0 to {2**63 - 1} is "
            "allowed.",
        ),
        (
            ["--threads", "0"],
            "Argument --threads: '0' is given; a whole number from 1 to 256 is "
            "allowed.",
        ),
        (
            ["--threads", "two"],
            "Argument --threads: 'two' is given; a whole number from 1 to 256 is "
            "allowed.",
        ),
        (
            ["--trials", "1e4"],
            "Argument --trials: '1e4' is given; a whole number from 1 to 1000000 is "
            "allowed.",
        ),
        (
            ["--trials"],
            "Argument --trials: expected one argument; --help lists what is allowed.",
        ),
        (
            ["--fast"],
            "Unrecognized arguments: --fast; --help lists what is allowed.",
        ),
    ],
)
def test_a_wrong_option_ends_with_2_and_one_sentence(
    plan_file, capsys, options, sentence
):
    with pytest.raises(SystemExit) as ended:
        main([plan_file, *options])

    assert ended.value.code == 2
    assert capsys.readouterr().err == f"{sentence}\n"


def test_no_plan_at_all_ends_with_2(capsys):
    with pytest.raises(SystemExit) as ended:
        main([])

    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "The following arguments are required: plan; --help lists what is allowed.\n"
    )


def test_a_missing_file_ends_with_2(tmp_path, capsys):
    assert main([str(tmp_path / "none.json")]) == 2

    assert capsys.readouterr().err == (
        f"{tmp_path / 'none.json'} cannot be read: No such file or directory.\n"
    )


def test_a_directory_ends_with_2(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2

    assert capsys.readouterr().err == f"{tmp_path} cannot be read: Is a directory.\n"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The plan is empty; a JSON object was expected."),
        (b" \n", "The plan is empty; a JSON object was expected."),
        (b"\xff\xfe\xff", "The plan is not written in UTF-8."),
        (
            b'{"seed": ' + b"9" * 5000,
            "The plan has a number of more than 4300 digits; ",
        ),
        (b"[" * 100_000, "The plan is nested too deeply to be read."),
    ],
)
def test_what_is_no_plan_file_ends_with_2(tmp_path, capsys, content, sentence):
    path = tmp_path / "plan.json"
    path.write_bytes(content)

    assert main([str(path)]) == 2

    said = capsys.readouterr().err
    assert said.startswith(sentence)
    assert said.count("\n") == 1


def test_a_reader_that_goes_away_ends_it_without_a_word(plan_file):
    command = f'"{sys.executable}" -m capacity.engine {plan_file}'

    ran = subprocess.run(
        ["bash", "-c", f"{command} | true; echo ${{PIPESTATUS[0]}}"],
        check=True,
        capture_output=True,
        text=True,
    )

    assert (ran.stdout, ran.stderr) == ("141\n", "")


def test_a_full_disk_ends_with_1_and_one_sentence(plan_file, capsys, monkeypatch):
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main([plan_file]) == 1

    said = capsys.readouterr().err
    assert said == "The answer cannot be written: No space left on device.\n"


def test_a_closed_standard_output_ends_with_1(plan_file, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)

    assert main([plan_file]) == 1

    said = capsys.readouterr().err
    assert said == "The answer cannot be written: standard output is closed.\n"


def test_a_closed_standard_input_ends_with_2(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)

    assert main(["-"]) == 2

    said = capsys.readouterr().err
    assert said == "Standard input is closed; a plan was expected there.\n"


def test_who_interrupts_gets_130_and_no_traceback():
    command = [sys.executable, "-m", "capacity.engine", "-"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell lets what it runs in the background, such as tests, ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as run:
        # It has begun to read once the pipe has taken more than it holds.
        run.stdin.write(b" " * 200_000)
        run.stdin.flush()
        run.send_signal(signal.SIGINT)
        said = run.communicate()

    assert (run.returncode, *said) == (130, b"", b"")


def test_ids_are_written_as_they_are_in_any_locale(tmp_path, monkeypatch):
    asked = plan(engineer("Zoë"), work("Größe 1 ✓", 1))
    path, answer = tmp_path / "plan.json", tmp_path / "answer.json"
    path.write_text(json.dumps(asked.to_json()))

    with answer.open("w", encoding="ascii") as out:
        monkeypatch.setattr(sys, "stdout", out)
        assert main([str(path)]) == 0

    assert "Größe 1 ✓" in answer.read_text(encoding="utf-8")
