"""Random numbers belong to seed, trial and ids, and have the declared distribution."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from capacity.engine import Range, Uncertainty, forecast
from capacity.engine.draws import build_sampler, key
from capacity.engine.model import build_model
from tests.engine.made import demand, engineer, package, plan, work

TRIALS = 20_000


def drawn(asked, *, first=0, trials=50):
    model = build_model(asked, weeks=4)
    return build_sampler(asked).draw(model.arrays, first=first, trials=trials)


def by_name(asked, **more):
    """Efforts and waits of each package, by demand and package."""
    chunk = drawn(asked, **more)
    packages = [(d.id, p) for d in asked.demands for p in d.packages]
    waits = iter(chunk.wait.T.tolist())
    return {
        (name, each.id): (effort, next(waits) if each.wait else None)
        for (name, each), effort in zip(packages, chunk.effort.T.tolist(), strict=True)
    }


PLAN = plan(
    engineer("Eva"),
    work("A", (1, 2, 4)),
    demand("B", package((1, 2, 4), "x"), package((2, 3, 9), "y", after="x", wait=2)),
    work("C", (1, 2, 4)),
    uncertainty={"demand_sd": 0.3, "team_sd": 0.2},
)


def test_moving_demands_changes_no_number():
    moved = replace(PLAN, demands=PLAN.demands[::-1])

    assert by_name(moved) == by_name(PLAN)


def test_removing_a_demand_changes_no_other_number():
    fewer = replace(PLAN, demands=PLAN.demands[1:])

    everything = by_name(PLAN)

    assert by_name(fewer) == {k: v for k, v in everything.items() if k[0] != "A"}


def test_an_estimate_changes_only_its_own_numbers():
    changed = replace(PLAN, demands=(*PLAN.demands[:2], work_like("C", (2, 4, 8))))

    before, after = by_name(PLAN), by_name(changed)

    assert {k: v for k, v in after.items() if k[0] != "C"} == {
        k: v for k, v in before.items() if k[0] != "C"
    }
    assert np.array(after["C", "build"][0]) == pytest.approx(
        np.array(before["C", "build"][0]) * 2
    )


def work_like(name, effort):
    (made,) = plan(work(name, effort)).demands
    return made


def test_fewer_trials_are_a_prefix():
    many, few = drawn(PLAN, trials=50), drawn(PLAN, trials=20)
    rest = drawn(PLAN, first=20, trials=30)

    assert many.effort.tolist() == [*few.effort.tolist(), *rest.effort.tolist()]
    assert many.wait.tolist() == [*few.wait.tolist(), *rest.wait.tolist()]


def test_another_seed_gives_other_numbers():
    other = replace(PLAN, seed=1)

    assert not (drawn(other).effort == drawn(PLAN).effort).any()


def test_packages_of_the_same_range_have_different_numbers():
    efforts = by_name(plan(work("A", (1, 2, 4)), work("B", (1, 2, 4))), trials=TRIALS)

    a, b = efforts["A", "build"][0], efforts["B", "build"][0]

    assert abs(np.corrcoef(a, b)[0, 1]) < 4 / math.sqrt(TRIALS)


@pytest.mark.parametrize("values", [(2, 3, 8), (1, 5, 6), (0.5, 0.5, 4), (1, 4, 4)])
def test_low_likely_and_high_are_the_percentiles_10_50_and_90(values):
    effort = drawn(plan(work("A", values)), trials=TRIALS).effort[:, 0]

    at_most = [(effort <= value * (1 + 1e-9)).mean() for value in values]
    below = [(effort < value * (1 - 1e-9)).mean() for value in values]

    # Four standard errors; where two values are the same, mass sits on them.
    for share, reached, under in zip((0.1, 0.5, 0.9), at_most, below, strict=True):
        error = 4 * math.sqrt(share * (1 - share) / TRIALS)
        assert under - error <= share <= reached + error


def test_equal_values_are_certain_and_zero_is_nothing():
    chunk = drawn(plan(work("A", 3), work("B", 0)))

    assert chunk.effort.tolist() == [[3.0, 0.0]] * 50


def test_effort_follows_the_split_lognormal():
    effort = drawn(plan(work("A", (2, 3, 8))), trials=TRIALS).effort[:, 0]

    below, above = math.log(3 / 2) / 1.2815515655, math.log(8 / 3) / 1.2815515655
    z = np.log(effort / 3)
    z = np.where(z < 0, z / below, z / above)

    # Kolmogorov–Smirnov distance to the standard normal, 0.1 % level.
    order = np.sort(z)
    normal = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in order])
    distance = np.abs(normal - (np.arange(TRIALS) + 0.5) / TRIALS).max()
    assert distance < 1.95 / math.sqrt(TRIALS)


def test_packages_of_a_demand_share_its_error_and_others_do_not():
    asked = plan(
        demand("A", package(1, "x"), package(2, "y")),
        work("B", 1),
        uncertainty={"demand_sd": 0.3},
    )

    x, y, b = np.log(drawn(asked, trials=TRIALS).effort.T)

    assert y - x == pytest.approx(np.full(TRIALS, math.log(2)))
    assert x.std() == pytest.approx(0.3, rel=0.03)
    assert np.median(x) == pytest.approx(0, abs=0.01)
    assert abs(np.corrcoef(x, b)[0, 1]) < 4 / math.sqrt(TRIALS)


def test_the_whole_trial_shares_the_error_of_the_team():
    asked = plan(work("A", 1), work("B", 3), uncertainty={"team_sd": 0.2})

    a, b = np.log(drawn(asked, trials=TRIALS).effort.T)

    assert b - a == pytest.approx(np.full(TRIALS, math.log(3)))
    assert a.std() == pytest.approx(0.2, rel=0.03)


def test_waits_take_no_share_of_the_error():
    asked = plan(work("A", 1, wait=3), uncertainty={"team_sd": 0.5, "demand_sd": 0.5})

    assert drawn(asked).wait.tolist() == [[3.0]] * 50


def test_ids_do_not_run_into_each_other():
    assert len({key(1, "a", "bc"), key(1, "ab", "c"), key(11, "a", "bc")}) == 3


def interrupted(per_week=2.0, effort=0.5, people=("Eva", "Jon"), **more):
    return plan(
        engineer("Eva"),
        engineer("Jon", **more),
        horizon_days=70,
        interruptions=[
            {
                "engineers": list(people),
                "per_week": per_week,
                "effort": dict.fromkeys(("low", "likely", "high"), effort),
            }
        ],
    )


def test_interruptions_come_at_their_rate_evenly_and_to_everybody():
    asked = interrupted()

    events = build_sampler(asked).interrupt(70, first=0, trials=2000)

    counts = np.diff(events.first)
    assert counts.mean() == pytest.approx(20, abs=4 * math.sqrt(20 / 2000))
    assert counts.var() == pytest.approx(20, rel=0.15)
    assert np.histogram(events.time, bins=10, range=(0, 70))[0] == pytest.approx(
        len(events.time) / 10, rel=0.08
    )
    assert (events.who == 0).mean() == pytest.approx(0.5, abs=0.01)
    assert set(events.effort.tolist()) == {0.5}


def test_interruptions_hit_only_who_is_with_the_team():
    asked = interrupted(until="2026-12-06")

    events = build_sampler(asked).interrupt(70, first=0, trials=200)

    assert events.time[events.who == 1].max() < 14
    assert (events.who >= 0).all()


def test_interruptions_that_find_nobody_are_lost():
    asked = interrupted(people=["Jon"], until="2026-12-06")

    events = build_sampler(asked).interrupt(70, first=0, trials=200)

    assert (events.who == np.where(events.time < 14, 1, -1)).all()


def test_streams_keep_their_numbers_when_another_is_added():
    one = interrupted(people=["Eva"])
    two = replace(
        one,
        interruptions=(*interrupted(people=["Jon"]).interruptions, *one.interruptions),
    )

    alone = build_sampler(one).interrupt(70, first=0, trials=30)
    beside = build_sampler(two).interrupt(70, first=0, trials=30)

    assert beside.time[beside.who == 0].tolist() == alone.time.tolist()


def test_a_stream_with_an_id_keeps_its_numbers_when_its_people_change():
    def times(people):
        asked = interrupted(people=people)
        stream = replace(asked.interruptions[0], id="mail")
        asked = replace(asked, interruptions=(stream,))
        return build_sampler(asked).interrupt(70, first=0, trials=30).time.tolist()

    assert times(["Eva"]) == times(["Eva", "Jon"])


def arriving(rank=0.0, per_week=1.0, **more):
    return plan(
        engineer("Eva"),
        *(work(name, 5) for name in "AB"),
        trials=400,
        arrivals=[
            {
                "id": "expedite",
                "per_week": per_week,
                "rank": rank,
                "packages": [
                    package((1, 2, 4), "look"),
                    package(1, "fix", after="look"),
                ],
            }
        ],
        **more,
    )


def test_arrivals_come_at_their_rate_in_the_order_of_time():
    chunk = drawn(arriving(), trials=2000)

    counts = np.diff(chunk.late_from)
    expected = 60 / 7
    assert counts.mean() == pytest.approx(expected, abs=4 * math.sqrt(expected / 2000))
    assert np.diff(chunk.late_package_from).tolist() == (2 * counts).tolist()
    assert all(
        (np.diff(chunk.late_time[first:last]) > 0).all()
        for first, last in pairwise(chunk.late_from)
    )
    assert np.quantile(chunk.late_effort[::2], [0.1, 0.5, 0.9]) == pytest.approx(
        [1, 2, 4], rel=0.05
    )
    assert set(chunk.late_effort[1::2].tolist()) == {1.0}


def test_another_stream_changes_no_arrival_and_no_package():
    asked = arriving()
    other = replace(asked.arrivals[0], id="audit", per_week=3.0)
    both = replace(asked, arrivals=(other, *asked.arrivals))

    alone, beside = drawn(asked), drawn(both)

    mine = beside.late_stream == 1
    assert beside.late_time[mine].tolist() == alone.late_time.tolist()
    of_package = np.repeat(mine, 2)
    assert beside.late_effort[of_package].tolist() == alone.late_effort.tolist()
    assert beside.effort.tolist() == alone.effort.tolist()


def test_packages_of_an_arrival_share_its_error():
    chunk = drawn(arriving(uncertainty={"demand_sd": 0.5}), trials=500)
    plain = drawn(arriving(), trials=500)

    factor = chunk.late_effort / plain.late_effort

    assert factor[::2] == pytest.approx(factor[1::2])
    assert np.log(factor[::2]).std() == pytest.approx(0.5, rel=0.05)


def test_work_from_below_delays_nothing_and_work_from_above_does():
    calm, below, above = (
        [each["finish"]["p50"] for each in forecast(asked).to_json()["demands"]]
        for asked in (arriving(per_week=0), arriving(rank=1.0), arriving(rank=0.0))
    )

    assert calm == below == ["2026-11-27", "2026-12-04"]
    assert above[0] == "2026-11-27"
    assert above[1] > "2026-12-04"


def test_uncertainty_reaches_the_forecast():
    calm = plan(engineer("Eva"), work("A", 10), trials=400, horizon_days=400)
    unsure = replace(calm, uncertainty=Uncertainty(team_sd=0.5))

    (sure,) = forecast(calm).to_json()["demands"]
    (wide,) = forecast(unsure).to_json()["demands"]

    assert sure["finish"]["p10"] == sure["finish"]["p95"] == "2026-12-04"
    assert wide["finish"]["p10"] < "2026-12-04" < wide["finish"]["p95"]
    assert Range(10, 10, 10) == calm.demands[0].packages[0].effort
