"""The result says what the design page, section 8, says it says."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from capacity.engine import forecast
from capacity.engine.simulation import trace
from tests.engine.made import demand, engineer, package, plan, work


def answered(*parts, **more):
    return forecast(plan(*parts, **more)).to_json()


def weeks_of(rows, *names):
    return [tuple(row[name] for name in ("week", *names)) for row in rows["weeks"]]


def test_a_small_forecast_reads_as_a_whole():
    asked = plan(
        engineer("Eva"),
        work("INT-1", 4, dates=["2026-11-25", "2026-11-26"]),
        work("INT-2", 1, "SAP", dates=["2027-01-01"]),
        horizon_days=14,
        trials=2,
        seed=7,
        together=[["INT-1"], ["INT-1", "INT-2"]],
    )

    answer = forecast(asked).to_json()

    nobody = "Nobody has the skill SAP."
    shares = ("p10", "p50", "p70", "p85", "p95")
    assert answer == {
        "plan_hash": asked.hash(),
        "trials": 2,
        "seed": 7,
        "start": "2026-11-23",
        "demands": [
            {
                "id": "INT-1",
                "cannot": None,
                "start": {"p50": "2026-11-23"},
                "finish": dict.fromkeys(shares, "2026-11-26"),
                "why_null": {},
                "chance": {"2026-11-25": 0.0, "2026-11-26": 1.0},
                "queue_days": 0.0,
                "touch_days": 4.0,
                "waits_for": None,
                "finished_by": {"first": "2026-11-26", "counts": [2]},
            },
            {
                "id": "INT-2",
                "cannot": nobody,
                "start": {"p50": None},
                "finish": dict.fromkeys(shares),
                "why_null": dict.fromkeys(shares, nobody),
                "chance": {"2027-01-01": None},
                "queue_days": None,
                "touch_days": None,
                "waits_for": None,
                "finished_by": {"first": "2026-11-23", "counts": []},
            },
        ],
        "together": [
            {
                "demands": ["INT-1"],
                "finish": {"p50": "2026-11-26", "p85": "2026-11-26"},
                "why_null": {},
                "finished_by": {"first": "2026-11-26", "counts": [2]},
            },
            {
                "demands": ["INT-1", "INT-2"],
                "finish": {"p50": None, "p85": None},
                "why_null": {
                    "p50": "INT-2 cannot be forecast.",
                    "p85": "INT-2 cannot be forecast.",
                },
                "finished_by": {"first": "2026-11-23", "counts": []},
            },
        ],
        "engineers": [
            {
                "id": "Eva",
                "weeks": [
                    {"week": "2026-11-23", "load": 4.0, "capacity": 5.0},
                    {"week": "2026-11-30", "load": 0.0, "capacity": 5.0},
                ],
            }
        ],
        "skills": [
            {
                "skill": "api",
                "weeks": [
                    {"week": "2026-11-23", "demand": 4.0, "supply": 5.0},
                    {"week": "2026-11-30", "demand": 0.0, "supply": 5.0},
                ],
            },
            {
                "skill": "SAP",
                "weeks": [
                    {"week": "2026-11-23", "demand": 1.0, "supply": 0.0},
                    {"week": "2026-11-30", "demand": 1.0, "supply": 0.0},
                ],
            },
        ],
    }
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer


@pytest.mark.parametrize("trials", [1, 7, 20, 100])
def test_percentiles_are_the_smallest_date_by_which_that_share_is_done(trials):
    asked = plan(engineer("Eva"), work("A", (1, 4, 12)), trials=trials)

    (answer,) = forecast(asked).to_json()["demands"]

    _, tally = trace(asked, trials=trials)
    days = sorted(tally.finish_day[:, 0].tolist())
    done = {f"p{share}": -(-share * trials // 100) for share in (10, 50, 70, 85, 95)}
    assert answer["finish"] == {
        name: (asked.start + timedelta(days=days[count - 1])).isoformat()
        for name, count in done.items()
    }


def test_chances_before_the_start_are_none_and_after_the_horizon_those_of_its_end():
    dates = ["2026-11-22", "2026-12-12", "2026-12-12", "2030-01-01"]

    (answer,) = answered(
        engineer("Eva"), work("A", (2, 8, 30), dates=dates), trials=50, horizon_days=20
    )["demands"]

    done = sum(answer["finished_by"]["counts"]) / 50
    assert 0 < done < 1
    assert answer["chance"] == {
        "2026-11-22": 0.0,
        "2026-12-12": done,
        "2030-01-01": done,
    }


def test_entries_that_stand_twice_count_once():
    once = plan(
        engineer("Eva"),
        work("A", 1),
        work("B", 1, after=["A"], dates=["2026-11-24"]),
        closed_days=["2026-11-24"],
        together=[["A", "B"]],
    )
    twice = plan(
        engineer("Eva"),
        work("A", 1),
        work("B", 1, after=["A", "A"], dates=["2026-11-24"] * 2),
        closed_days=["2026-11-24"] * 2,
        together=[["A", "B", "A"]],
    )

    one, other = forecast(once).to_json(), forecast(twice).to_json()

    assert other["demands"] == one["demands"]
    assert other["together"][0]["finish"] == one["together"][0]["finish"]


def test_no_p95_means_more_than_five_of_a_hundred_worlds_miss_the_horizon():
    asked = plan(engineer("Eva"), work("A", (1, 3, 9)), trials=100, horizon_days=50)
    _, tally = trace(asked, trials=100)
    days = sorted(tally.finish_day[:, 0].tolist())

    def p95(horizon):
        short = replace(asked, horizon_days=horizon)
        return forecast(short).to_json()["demands"][0]["finish"]["p95"]

    # The horizon that just holds 95 worlds, and one day less.
    assert p95(days[94] + 1) == (asked.start + timedelta(days=days[94])).isoformat()
    assert p95(days[94]) is None


def test_what_misses_the_horizon_says_how_often():
    # P50 of the effort is the capacity of the horizon: half of the trials miss it.
    (answer,) = answered(
        engineer("Eva"), work("A", (2, 5, 20)), horizon_days=7, trials=1000
    )["demands"]

    done = sum(answer["finished_by"]["counts"])
    missed = -(-(1000 - done) // 10)
    assert 450 <= done <= 550
    assert answer["finish"]["p10"] is not None
    assert [name for name, day in answer["finish"].items() if day is None] == list(
        answer["why_null"]
    )
    assert answer["why_null"]["p95"] == (
        f"In {missed} % of the simulated worlds it is not done by 2026-11-29, the end "
        "of the horizon."
    )


def test_queues_are_working_days_ready_and_waiting_for_somebody():
    # B waits from Monday to Friday evening for Eva; C needs events from Wednesday on.
    answers = answered(
        engineer("Eva"),
        engineer("Jon", "events"),
        work("A", 5),
        work("B", 3),
        work("X", 4, "events"),
        demand("C", package(2, "a"), package(1, "b", "events")),
    )["demands"]

    assert [
        (each["queue_days"], each["touch_days"], each["waits_for"]) for each in answers
    ] == [
        (0.0, 5.0, None),
        (5.0, 3.0, "api"),
        (0.0, 4.0, None),
        (12.0, 3.0, "api"),
    ]


def test_external_waits_are_no_queue():
    (answer,) = answered(
        engineer("Eva"),
        demand("A", package(1, "a"), package(1, "b", after="a", wait=4)),
    )["demands"]

    assert (answer["queue_days"], answer["waits_for"]) == (0.0, None)


def test_load_is_spread_over_the_weeks_it_is_worked_in():
    answer = answered(
        engineer("Eva", overhead=0.5),
        work("A", 4),
        start="2026-11-26",
        horizon_days=16,
    )

    # Thursday and Friday, a week, and half of the next.
    assert weeks_of(answer["engineers"][0], "load", "capacity") == [
        ("2026-11-23", 1.0, 1.0),
        ("2026-11-30", 2.5, 2.5),
        ("2026-12-07", 0.5, 2.5),
    ]


def test_demand_of_a_skill_is_work_done_and_work_standing_ready():
    answer = answered(
        engineer("Eva", speed=0.5),
        engineer("Jon", "api events"),
        work("A", 5, engineer="Eva"),
        work("B", 5, engineer="Eva"),
        horizon_days=21,
    )

    # Eva does half a day of it each day; B stands ready until A is done.
    assert weeks_of(answer["skills"][0], "demand", "supply") == [
        ("2026-11-23", 2.5 + 5, 7.5),
        ("2026-11-30", 2.5 + 5, 7.5),
        ("2026-12-07", 2.5, 7.5),
    ]


def test_weeks_reach_to_the_last_p95_and_are_never_fewer_than_a_quarter():
    def weeks(effort, days):
        answer = answered(engineer("Eva"), work("A", effort), horizon_days=days)
        return len(answer["engineers"][0]["weeks"])

    assert weeks(1, 1095) == 13
    assert weeks(5 * 20, 1095) == 20
    assert weeks(5 * 150, 1095) == 104
    assert weeks(5 * 200, 1095) == 104
    assert weeks(1, 10) == 2


def test_interruptions_show_as_load_and_take_from_supply():
    stream = {
        "engineers": ["Eva"],
        "per_week": 2,
        "effort": dict.fromkeys(("low", "likely", "high"), 0.5),
    }

    answer = answered(
        engineer("Eva"), horizon_days=91, trials=2000, interruptions=[stream]
    )

    for load, supply in zip(
        weeks_of(answer["engineers"][0], "load", "capacity"),
        weeks_of(answer["skills"][0], "demand", "supply"),
        strict=True,
    ):
        assert load[2] == 5.0
        assert load[1] + supply[2] == pytest.approx(5.0, abs=0.002)
    # A day a week, once the first week's late ones are carried on.
    assert weeks_of(answer["engineers"][0], "load")[6][1] == pytest.approx(1, abs=0.08)


def test_arrivals_are_in_the_load_and_not_in_the_result():
    stream = {
        "id": "expedite",
        "per_week": 1,
        "rank": 0.0,
        "packages": [package(1, "fix")],
    }

    answer = answered(
        engineer("Eva"), work("A", 1), trials=2000, arrivals=[stream], horizon_days=91
    )

    assert [each["id"] for each in answer["demands"]] == ["A"]
    assert weeks_of(answer["engineers"][0], "load")[6][1] == pytest.approx(1, abs=0.1)


def test_packages_in_hand_begin_on_the_first_day():
    (answer,) = answered(
        engineer("Eva", leave=[["2026-11-23", "2026-11-27", 1]]),
        work("A", 1, doing="Eva"),
    )["demands"]

    assert answer["start"]["p50"] == "2026-11-23"
    assert answer["finish"]["p50"] == "2026-11-30"


def test_trials_and_seed_are_part_of_the_hash():
    asked = plan(engineer("Eva"), work("A", 1))

    hashes = {
        forecast(each).to_json()["plan_hash"]
        for each in (asked, replace(asked, trials=2), replace(asked, seed=9))
    }

    assert len(hashes) == 3
