"""The hand-worked cases of ``capacity/engine/cases.md`` are what the engine says."""

import re
from datetime import date
from importlib.resources import files

import pytest

from capacity.engine import forecast
from tests.engine.made import demand, engineer, package, plan, work

PAGE = files("capacity.engine").joinpath("cases.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if re.match(r"\| \d", line)
]


def dated(day):
    return f"2026-{day}"


def split(text):
    """A text and the options in brackets behind it: ``A 1 (wait 3, after B)``."""
    head, _, options = text.rstrip(")").partition(" (")
    return head.strip(), [option.split() for option in options.split(", ") if option]


def person(text):
    name, options = split(text)
    skills, more = {}, {"leave": []}
    for option in options:
        match option:
            case ["hours", *hours]:
                more["hours_per_day"] = [float(each) for each in hours]
            case ["overhead", share]:
                more["overhead"] = float(share)
            case ["from" | "until" as key, day]:
                more[key] = dated(day)
            case ["away", first, "to", last]:
                more["leave"].append([dated(first), dated(last), 1])
            case ["half", "away", day]:
                more["leave"].append([dated(day), dated(day), 0.5])
            case [skill, *speed]:
                skills[skill] = float(speed[0]) if speed else 1.0
    return engineer(name, **more) | {"skills": skills or {"api": 1.0}}


def asked_of(options):
    """Options of a package or a demand, as keyword arguments."""
    found = {}
    for option in options:
        match option:
            case ["after", *names]:
                found["after"] = names
            case ["earliest", day]:
                found["earliest"] = dated(day)
            case ["wait", days]:
                found["wait"] = float(days)
            case ["pinned", name]:
                found["engineer"] = name
            case ["doing", name]:
                found["doing"] = name
            case [skill]:
                found["skill"] = skill
    return found


def piece(text):
    head, options = split(text)
    name, effort = head.split()
    more = asked_of(options)
    more["after"] = " ".join(more.get("after", ""))
    return package(float(effort), name, **more)


def wanted(text):
    name, several, packages = text.partition(": ")
    if several:
        return demand(name, *map(piece, packages.split(" + ")))
    head, options = split(text)
    name, effort = head.split()
    return work(name, float(effort), **asked_of(options))


def world(people, demands):
    parts, more = [], {}
    for item in filter(None, people.split("; ")):
        match item.split():
            case ["start", day]:
                more["start"] = dated(day)
            case ["closed", day]:
                more["closed_days"] = [dated(day)]
            case ["horizon", days]:
                more["horizon_days"] = int(days)
            case _:
                parts.append(person(item))
    return plan(*parts, *map(wanted, demands.split("; ")), **more)


def outcome(answer):
    if answer["cannot"]:
        return f"{answer['id']} cannot"
    day = answer["finish"]["p50"]
    if day is None:
        return f"{answer['id']} never"
    return f"{answer['id']} {date.fromisoformat(day):%a %m-%d}"


@pytest.mark.parametrize(
    ("people", "demands", "done"),
    [row[1:4] for row in ROWS],
    ids=[f"{row[0]}: {row[4]}" for row in ROWS],
)
def test_rules_by_hand(people, demands, done):
    answers = forecast(world(people, demands), threads=1).to_json()["demands"]

    assert ", ".join(map(outcome, answers)) == done


def test_the_page_has_cases_for_every_rule_that_has_dates():
    assert {row[0] for row in ROWS} == {"1", "2", "3", "4", "9"}
    assert all(len(row) == 5 for row in ROWS)
    assert len(ROWS) >= 70
