"""What helpers give back, of plans that can be worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from capacity.engine import forecast, prepare
from capacity.engine.helping import Gain, Helper, gain_of, helpers_for
from tests.engine.made import engineer, plan, work
from tests.engine.test_simulation import busy_plan

EVA, JON = engineer("Eva", "api"), engineer("Jon", "iam")
ONE_MORE = {"id": "one more"}


def gain(asked, helper, **promised):
    return gain_of(
        prepare(asked, trials=asked.trials),
        helper,
        one_more=ONE_MORE,
        promised=promised,
        threads=1,
    )


def test_who_lacks_a_skill_that_work_asks_for_may_learn_it():
    asked = plan(EVA, JON, work("A", 5), work("X", 1, skill="iam"))

    assert helpers_for(asked) == [
        Helper("api", None),
        Helper("api", "Jon"),
        Helper("iam", None),
        Helper("iam", "Eva"),
    ]


def test_one_more_person_takes_the_second_demand_at_once():
    asked = plan(EVA, work("A", 5), work("B", 5), work("C", 5, skill="iam"))

    # B ends on Friday instead of the Friday after; C waits for a skill all the same.
    assert gain(asked, Helper("api", None), B=date(2026, 12, 1)) == Gain(
        days=7, promised_days=7, dates=0, kept=1.0
    )


def test_half_speed_gives_back_less():
    asked = plan(EVA, JON, work("A", 5), work("B", 4))

    # After A, Eva has B done on Thursday of the second week; Jon takes eight days for
    # it and so is done on Wednesday.
    assert gain(asked, Helper("api", None)).days == 7
    assert gain(asked, Helper("api", "Jon")).days == 1


def test_what_had_no_date_gets_one():
    asked = plan(EVA, work("A", 5), work("X", 1, skill="iam"))

    assert gain(asked, Helper("iam", None), X=date(2026, 11, 23)) == Gain(
        days=0, promised_days=0, dates=1, kept=1.0
    )


def test_a_date_beyond_the_horizon_counts_as_its_end():
    asked = plan(EVA, work("A", 5), work("B", 50), horizon_days=60)

    found = gain(asked, Helper("api", None))

    # B takes ten weeks, with A before it or not.
    assert (found.days, found.dates) == (0, 0)


def test_every_gain_is_the_difference_of_two_forecasts():
    asked = busy_plan(trials=40)
    promised = {each.id: date(2027, 1, 29) for each in asked.demands[:4]}
    helper = next(each for each in helpers_for(asked) if each.engineer)

    found = gain(asked, helper, **promised)

    learnt = replace(
        asked,
        engineers=tuple(
            replace(each, skills={**each.skills, helper.skill: 0.5})
            if each.id == helper.engineer
            else each
            for each in asked.engineers
        ),
    )
    old, new = (
        {row["id"]: row for row in forecast(each, threads=1).to_json()["demands"]}
        for each in (asked, learnt)
    )
    sooner = {
        name: (day_of(asked, row) - day_of(asked, new[name])).days
        for name, row in old.items()
        if not row["cannot"]
    }
    assert found.days == sum(sooner.values())
    assert found.promised_days == sum(sooner.get(name, 0) for name in promised)
    assert found.kept == pytest.approx(
        sum(chance(new[name], day, asked) for name, day in promised.items())
    )


def day_of(asked, row):
    written = row["finish"]["p85"]
    return date.fromisoformat(written) if written else asked.end


def chance(row, day, asked):
    first = date.fromisoformat(row["finished_by"]["first"])
    counts = row["finished_by"]["counts"][: (day - first).days + 1]
    return sum(counts) / asked.trials
