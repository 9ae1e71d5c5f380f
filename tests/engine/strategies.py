"""Plans of every shape for the property tests."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from capacity.engine import (
    Arrival,
    Demand,
    Engineer,
    Interruption,
    Leave,
    Package,
    Plan,
    Range,
    Uncertainty,
)

SKILLS = ("api", "events", "iam")
START = date(2026, 11, 23)

days = st.integers(-10, 100).map(lambda number: START + timedelta(days=number))
speeds = st.sampled_from([1.0, 1.0, 0.5, 0.6, 0.8, 1.5])
week_hours = st.sampled_from(
    [
        (8, 8, 8, 8, 8, 0, 0),
        (8, 8, 8, 8, 8, 0, 0),
        (6, 6, 6, 6, 0, 0, 0),
        (8, 0, 8, 0, 4, 0, 0),
        (0, 0, 0, 0, 8, 8, 8),
        (7.7, 7.7, 7.7, 7.7, 7.7, 0, 0),
    ]
)
certain = st.sampled_from([0.1, 0.5, 0.8, 1, 1.5, 2, 3, 4, 5, 8, 10, 2.4])


@st.composite
def ranges(draw, *, may_be_zero=True):
    kinds = ["certain", "certain", "spread"] + ["zero"] * may_be_zero
    kind = draw(st.sampled_from(kinds))
    if kind == "zero":
        return Range(0.0, 0.0, 0.0)
    likely = float(draw(certain))
    if kind == "certain":
        return Range(likely, likely, likely)
    return Range(
        likely * draw(st.sampled_from([0.3, 0.7, 1.0])),
        likely,
        likely * draw(st.sampled_from([1.0, 1.5, 3.0])),
    )


@st.composite
def leaves(draw):
    first = draw(days)
    return Leave(
        first,
        first + timedelta(days=draw(st.integers(0, 12))),
        draw(st.sampled_from([1.0, 0.5, 0.25])),
    )


@st.composite
def engineers(draw, number):
    first = draw(st.none() | st.none() | days)
    last = draw(st.none() | st.none() | days)
    if first and last and last < first:
        first, last = last, first
    names = draw(st.lists(st.sampled_from(SKILLS), min_size=1, unique=True))
    return Engineer(
        id=f"eng-{number}",
        skills={name: draw(speeds) for name in names},
        hours_per_day=tuple(float(hours) for hours in draw(week_hours)),
        overhead=draw(st.sampled_from([0.0, 0.2, 0.25])),
        first_day=first,
        last_day=last,
        leave=tuple(draw(st.lists(leaves(), max_size=2))),
    )


def one_of(people):
    return st.sampled_from(people) if people else st.none()


@st.composite
def demands(draw, number, earlier, people):
    count = draw(st.integers(0, 4))
    order = draw(st.permutations(range(count)))
    packages = []
    for place in range(count):
        before = [f"p{other}" for other in range(count) if order[other] < order[place]]
        effort = draw(ranges())
        packages.append(
            Package(
                id=f"p{place}",
                skill=draw(st.sampled_from(SKILLS)),
                effort=effort,
                after=tuple(
                    draw(st.lists(st.sampled_from(before), max_size=2, unique=True))
                    if before
                    else ()
                ),
                engineer=draw(st.none() | st.none() | one_of(people)),
                doing=draw(st.none() | st.none() | st.none() | one_of(people)),
                wait=draw(st.none() | st.none() | ranges()),
            )
        )
    return Demand(
        id=f"INT-{number}",
        packages=tuple(packages),
        earliest=draw(st.none() | st.none() | days),
        after=tuple(
            draw(st.lists(st.sampled_from(earlier), max_size=2, unique=True))
            if earlier
            else ()
        ),
    )


@st.composite
def interruptions(draw, people):
    return Interruption(
        engineers=tuple(
            draw(st.lists(st.sampled_from(people), min_size=1, unique=True))
        ),
        per_week=draw(st.sampled_from([0.0, 0.5, 2.0, 8.0])),
        effort=draw(ranges()),
    )


@st.composite
def arrivals(draw, number, people):
    pattern = draw(demands(number, [], people))
    return Arrival(
        id=f"stream-{number}",
        per_week=draw(st.sampled_from([0.0, 0.3, 1.0, 4.0])),
        rank=draw(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0])),
        packages=tuple(replace(each, doing=None) for each in pattern.packages),
    )


@st.composite
def plans(draw, *, has_surprises=False):
    people = [draw(engineers(number)) for number in range(draw(st.integers(0, 4)))]
    names = [person.id for person in people]
    made = []
    for number in range(draw(st.integers(1, 6))):
        made.append(draw(demands(number, [each.id for each in made], names)))
    streams = {}
    if has_surprises:
        count = draw(st.integers(0, 2))
        streams = {
            "interruptions": tuple(
                draw(st.lists(interruptions(names), max_size=2)) if names else ()
            ),
            "arrivals": tuple(draw(arrivals(each, names)) for each in range(count)),
        }
    return Plan(
        start=START + timedelta(days=draw(st.integers(0, 6))),
        engineers=tuple(people),
        demands=tuple(draw(st.permutations(made))),
        trials=3,
        seed=draw(st.integers(0, 1000)),
        horizon_days=draw(
            st.sampled_from([1, 30, 60] if streams else [1, 30, 90, 200])
        ),
        closed_days=tuple(draw(st.lists(days, max_size=4))),
        uncertainty=Uncertainty(
            demand_sd=draw(st.sampled_from([0.0, 0.0, 0.3])),
            team_sd=draw(st.sampled_from([0.0, 0.0, 0.2])),
        ),
        **streams,
    )
