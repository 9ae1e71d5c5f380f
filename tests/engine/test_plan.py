"""Plans are read once, completely, and wrong ones are refused with one sentence."""

import json
from dataclasses import replace
from datetime import date

import pytest

from capacity.engine import Plan, PlanError, Uncertainty, load_plan
from tests.engine.made import demand, engineer, package, plan, work

FULL = {
    "start": "2026-11-23",
    "trials": 500,
    "seed": 7,
    "horizon_days": 1095,
    "closed_days": ["2026-12-25"],
    "engineers": [
        {
            "id": "eng-1",
            "skills": {"api": 1.0, "events": 0.5},
            "hours_per_day": [8.0, 8.0, 8.0, 8.0, 8.0, 0.0, 0.0],
            "overhead": 0.2,
            "from": None,
            "until": "2028-01-31",
            "leave": [["2026-12-21", "2026-12-31", 1.0]],
        }
    ],
    "interruptions": [
        {
            "id": "mail",
            "engineers": ["eng-1"],
            "per_week": 1.5,
            "effort": {"low": 0.1, "likely": 0.3, "high": 2.0},
        }
    ],
    "demands": [
        {
            "id": "INT-1",
            "earliest": "2026-12-01",
            "after": [],
            "dates": ["2027-02-01"],
            "packages": [
                {
                    "id": "design",
                    "skill": "api",
                    "effort": {"low": 2.0, "likely": 3.0, "high": 8.0},
                    "after": [],
                    "engineer": None,
                    "doing": None,
                    "wait": None,
                },
                {
                    "id": "build",
                    "skill": "events",
                    "effort": {"low": 5.0, "likely": 5.0, "high": 5.0},
                    "after": ["design"],
                    "engineer": "eng-1",
                    "doing": None,
                    "wait": {"low": 2.0, "likely": 5.0, "high": 15.0},
                },
            ],
        }
    ],
    "arrivals": [
        {
            "id": "expedite",
            "per_week": 0.2,
            "rank": 0.0,
            "packages": [
                {
                    "id": "fix",
                    "skill": "api",
                    "effort": {"low": 0.5, "likely": 2.0, "high": 8.0},
                    "after": [],
                    "engineer": None,
                    "doing": None,
                    "wait": None,
                }
            ],
        }
    ],
    "uncertainty": {"demand_sd": 0.1, "team_sd": 0.2},
    "together": [["INT-1"]],
}


def test_a_plan_is_read_and_written_without_loss():
    read = load_plan(json.dumps(FULL))

    assert read.to_json() == FULL
    assert Plan.from_json(read.to_json()) == read


def test_what_is_left_out_has_its_default():
    read = plan(work("A", 1), {"id": "Eva", "skills": {}})

    assert read.engineers[0].hours_per_day == (8, 8, 8, 8, 8, 0, 0)
    assert read.demands[0].packages[0].wait is None
    assert (read.closed_days, read.interruptions, read.arrivals) == ((), (), ())
    assert (read.uncertainty, read.together) == (Uncertainty(0.0, 0.0), ())
    assert (read.start, read.end) == (date(2026, 11, 23), date(2027, 1, 21))


def test_null_is_as_good_as_left_out():
    given = json.loads(json.dumps(FULL))
    for holder, keys in (
        (given, ("trials", "seed", "horizon_days", "closed_days", "interruptions")),
        (given, ("arrivals", "uncertainty", "together")),
        (given["engineers"][0], ("hours_per_day", "overhead", "from", "until")),
        (given["engineers"][0], ("leave",)),
        (given["demands"][0], ("earliest", "after", "dates")),
        (given["demands"][0]["packages"][1], ("after", "engineer", "doing", "wait")),
    ):
        holder.update(dict.fromkeys(keys))
    short = json.loads(json.dumps(given), object_hook=without_nulls)

    assert Plan.from_json(given) == Plan.from_json(short)


def without_nulls(mapping):
    return {key: value for key, value in mapping.items() if value is not None}


def test_a_mark_of_byte_order_and_a_minus_before_nothing_change_no_plan():
    text = json.dumps(FULL | {"uncertainty": {"demand_sd": 0.0}})
    odd = "\ufeff" + text.replace('"demand_sd": 0.0', '"demand_sd": -0.0')

    assert load_plan(odd).hash() == load_plan(odd.encode()).hash()
    assert load_plan(odd).hash() == load_plan(text).hash()


def test_the_same_plan_has_the_same_hash_however_it_is_written():
    short = plan(work("A", 1), engineer("Eva"))
    long = Plan.from_json(json.loads(json.dumps(short.to_json())))

    assert short.hash() == long.hash()
    assert short.hash() != replace(short, seed=1).hash()


WRONG = {
    "unknown key": (
        lambda: plan(engineer("Eva", hours=[8]), work("A", 1)),
        "Engineer 1 has the unknown key “hours”; did you mean “hours_per_day”?",
    ),
    "unknown key of a package": (
        lambda: plan(work("A", 1, dat="x")),
        "Demand 1 has the unknown key “dat”; did you mean “dates”?",
    ),
    "missing key": (
        lambda: Plan.from_json({"start": "2026-11-23", "engineers": []}),
        "The plan has no “demands”; it is needed.",
    ),
    "wrong type": (
        lambda: plan(engineer("Eva", overhead="much")),
        "Engineer Eva, overhead, is 'much'; a number was expected.",
    ),
    "a yes for a number": (
        lambda: plan(trials=True),
        "The plan, trials, is true or false; a number was expected.",
    ),
    "a list for an object": (
        lambda: Plan.from_json([]),
        "The plan is a list; an object was expected.",
    ),
    "an object for a list": (
        lambda: plan(closed_days={}),
        "The plan, closed_days, is an object; a list was expected.",
    ),
    "half a trial": (
        lambda: plan(trials=0.5),
        "The plan, trials, is 0.5; a whole number from 1 to 1000000 is allowed.",
    ),
    "a negative seed": (
        lambda: plan(seed=-1),
        f"The plan, seed, is -1; a whole number from 0 to {2**63 - 1} is allowed.",
    ),
    "impossible date": (
        lambda: plan(work("A", 1, earliest="2026-02-30")),
        "Demand A, earliest, is '2026-02-30'; a date that exists, written as "
        "YYYY-MM-DD, was expected.",
    ),
    "a date written otherwise": (
        lambda: plan(closed_days=["20261225"]),
        "Entry 1 of the plan, closed_days, is '20261225'; a date that exists, written "
        "as YYYY-MM-DD, was expected.",
    ),
    "the end of the calendar": (
        lambda: plan(start="9999-12-01"),
        "The plan starts on 9999-12-01 with a horizon of 60 days; it must end before "
        "the year 10000.",
    ),
    "unknown pinned engineer": (
        lambda: plan(engineer("Eva"), work("A", 1, engineer="Eve")),
        "Package build of demand A is pinned to engineer Eve, which is not in the "
        "plan; did you mean “Eva”?",
    ),
    "unknown engineer at work": (
        lambda: plan(engineer("Eva"), work("A", 1, doing="Jon")),
        "Package build of demand A is being done by engineer Jon, which is not in the "
        "plan; known are Eva.",
    ),
    "unknown interrupted engineer": (
        lambda: plan(
            interruptions=[
                {
                    "engineers": ["Eva"],
                    "per_week": 1,
                    "effort": {"low": 1, "likely": 1, "high": 1},
                }
            ]
        ),
        "Interruption stream 1 names engineer Eva, which is not in the plan; there "
        "are none.",
    ),
    "unknown package": (
        lambda: plan(demand("A", package(1, after="design"))),
        "Package build of demand A comes after package design, which is not in the "
        "plan; known are build.",
    ),
    "unknown demand": (
        lambda: plan(work("INT-1", 1, after=["INT-2"])),
        "Demand INT-1 waits for demand INT-2, which is not in the plan; did you mean "
        "“INT-1”?",
    ),
    "unknown demand of a group": (
        lambda: plan(work("INT-1", 1), together=[["INT-9"]]),
        "Group 1 of together names demand INT-9, which is not in the plan; did you "
        "mean “INT-1”?",
    ),
    "an empty group": (
        lambda: plan(together=[[]]),
        "Group 1 of together is empty; name its demands.",
    ),
    "cycle of packages": (
        lambda: plan(
            demand(
                "A",
                package(1, "x", after="z"),
                package(1, "y", after="x"),
                package(1, "z", after="y"),
            )
        ),
        "Packages of demand A wait for each other in a cycle: "
        "x after z after y after x; none may wait for itself.",
    ),
    "cycle of demands": (
        lambda: plan(
            work("A", 1, after=["B"]),
            work("B", 1, after=["C"]),
            work("C", 1, after=["B"]),
        ),
        "Demands wait for each other in a cycle: B after C after B; none "
        "may wait for itself.",
    ),
    "a demand after itself": (
        lambda: plan(work("A", 1, after=["A"])),
        "Demands wait for each other in a cycle: A after A; none may wait for itself.",
    ),
    "the same engineer twice": (
        lambda: plan(engineer("Eva"), engineer("Jon"), engineer("Eva")),
        "Engineer Eva stands twice, at places 1 and 3; ids must differ.",
    ),
    "the same demand twice": (
        lambda: plan(work("A", 1), work("A", 1)),
        "Demand A stands twice, at places 1 and 2; ids must differ.",
    ),
    "the same stream twice": (
        lambda: plan(
            engineer("Eva"),
            interruptions=[
                {
                    "id": "mail",
                    "engineers": ["Eva"],
                    "per_week": 1,
                    "effort": {"low": 1, "likely": 1, "high": 1},
                }
            ]
            * 2,
        ),
        "Interruption stream mail stands twice, at places 1 and 2; ids must differ.",
    ),
    "the same package twice": (
        lambda: plan(demand("A", package(1, "x"), package(1, "x"))),
        "Package x stands twice in demand A, at places 1 and 2; ids must differ.",
    ),
    "decreasing estimate": (
        lambda: plan(work("A", (8, 4, 9))),
        "Package build of demand A has effort low 8, likely 4, high 9; low, likely and "
        "high must not decrease.",
    ),
    "an estimate from nothing": (
        lambda: plan(work("A", (0, 1, 2))),
        "Package build of demand A has effort low 0, likely 1, high 2; low must be "
        "above 0, or all three must be 0 for no work at all.",
    ),
    "a negative estimate": (
        lambda: plan(work("A", -1)),
        "Package build of demand A has effort low -1, likely -1, high -1; low must be "
        "above 0, or all three must be 0 for no work at all.",
    ),
    "a wrong wait": (
        lambda: plan(work("A", 1, wait=-1)),
        "Package build of demand A has a wait of low -1, likely -1, high -1; low must "
        "be above 0, or all three must be 0 for no wait at all.",
    ),
    "more than an estimate": (
        lambda: plan(work("A", (1, 2, 2e6))),
        "Package build of demand A has effort low 1, likely 2, high 2e+06; at most "
        "1000000 days are allowed.",
    ),
    "no estimate at all": (
        lambda: plan(work("A", (1e-320, 1, 2))),
        "Package build of demand A has effort low 9.99989e-321, likely 1, high 2; high "
        "may be at most 1000000 times as much as low.",
    ),
    "half a character": (
        lambda: plan(work("\ud800", 1)),
        "The id of demand 1 is '\\ud800'; a text of whole characters was expected.",
    ),
    "two lines": (
        lambda: plan(work("A\nB", 1, earliest="tomorrow")),
        "Demand A\\nB, earliest, is 'tomorrow'; a date that exists, written as "
        "YYYY-MM-DD, was expected.",
    ),
    "a number for a date": (
        lambda: plan(start=20261123),
        "The plan, start, is 20261123; a date, written as YYYY-MM-DD, was expected.",
    ),
    "more digits than anybody reads": (
        lambda: plan(seed=10**5000),
        "The plan, seed, is a number of more than 60 digits; a finite number is "
        "allowed.",
    ),
    "no speed": (
        lambda: plan(engineer("Eva", speed=0)),
        "Engineer Eva has speed 0 in api; a number above 0 is allowed (leave the skill "
        "out instead).",
    ),
    "six days": (
        lambda: plan(engineer("Eva", hours_per_day=[8] * 6)),
        "Engineer Eva has 6 hours_per_day; 7 were expected, Monday first.",
    ),
    "25 hours": (
        lambda: plan(engineer("Eva", hours_per_day=[25] * 7)),
        "Engineer Eva, hours_per_day, is 25; a number from 0 to 24 is allowed.",
    ),
    "leave that ends before it begins": (
        lambda: plan(engineer("Eva", leave=[["2026-12-02", "2026-12-01", 1]])),
        "Engineer Eva has leave from 2026-12-02 to 2026-12-01; the last day must not "
        "be before the first.",
    ),
    "leave without a share": (
        lambda: plan(engineer("Eva", leave=[["2026-12-02", "2026-12-01"]])),
        "Engineer Eva, leave entry 1, has 2 values; [first day, last day, share of the "
        "day absent] was expected.",
    ),
    "leaving before joining": (
        lambda: plan(engineer("Eva", **{"from": "2026-12-02", "until": "2026-12-01"})),
        "Engineer Eva is there from 2026-12-02 until 2026-12-01; until must "
        "not be before from.",
    ),
    "work in hand that has not arrived": (
        lambda: plan(
            engineer("Eva"),
            arrivals=[
                {
                    "id": "new",
                    "per_week": 1,
                    "rank": 0.5,
                    "packages": [package(1, doing="Eva")],
                }
            ],
        ),
        "Package build of arrival stream new is being done by Eva; work that has not "
        "arrived cannot be in hand.",
    ),
    "a rank that is none": (
        lambda: plan(
            arrivals=[{"id": "new", "per_week": 1, "rank": 2, "packages": []}]
        ),
        "Arrival stream new, rank, is 2; a number from 0 to 1 is allowed.",
    ),
    "no JSON": (
        lambda: load_plan("{"),
        "The plan is no JSON: Expecting property name enclosed in double quotes in "
        "line 1, column 2.",
    ),
    "not a number": (
        lambda: load_plan(
            '{"start": "2026-11-23", "engineers": [], "demands": [], "seed": NaN}'
        ),
        "The plan, seed, is nan; a finite number is allowed.",
    ),
    "a key written twice": (
        lambda: load_plan('{"start": "2026-11-23", "start": "2026-11-24"}'),
        "The key “start” stands twice in one object of the plan; once is allowed.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_plan_is_refused_with_one_sentence(case):
    write, sentence = WRONG[case]

    with pytest.raises(PlanError) as refused:
        write()

    assert str(refused.value) == sentence


def test_long_chains_are_checked_without_deep_recursion():
    chain = [
        work(f"D{n}", 1, after=[f"D{n + 1}"] if n < 4999 else []) for n in range(5000)
    ]

    read = plan(*chain)

    assert len(read.demands) == 5000
