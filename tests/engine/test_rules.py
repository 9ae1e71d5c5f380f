"""Rule 9: what cannot be forecast says why; ``test_cases`` has the rules with dates."""

import pytest

from capacity.engine import forecast
from tests.engine.made import demand, engineer, plan, work

CANNOT = {
    "nobody has the skill": (
        plan(engineer("Eva"), work("A", 1, "SAP BTP"), work("B", 1)),
        {"A": "Nobody has the skill SAP BTP.", "B": None},
    ),
    "what waits for it cannot be forecast either": (
        plan(
            engineer("Eva"),
            work("A", 1, after=["B"]),
            work("B", 1, after=["C"]),
            work("C", 1, "SAP"),
        ),
        {
            "A": "It waits for B, which cannot be forecast.",
            "B": "It waits for C, which cannot be forecast.",
            "C": "Nobody has the skill SAP.",
        },
    ),
    "the pinned person lacks the skill": (
        plan(
            engineer("Eva"),
            engineer("Jon", "events"),
            work("A", 1, "events", engineer="Eva"),
        ),
        {"A": "Eva, who is pinned to it, does not have events."},
    ),
    "the person at it lacks the skill": (
        plan(
            engineer("Eva"),
            engineer("Jon", "events"),
            work("A", 1, "events", doing="Eva"),
        ),
        {"A": "Eva, who is at it, does not have events."},
    ),
    "the pinned person never works": (
        plan(
            engineer("Eva", until="2026-11-01"),
            engineer("Jon"),
            work("A", 1, engineer="Eva"),
        ),
        {"A": "Eva, who is pinned to it, has no working time until 2027-01-21."},
    ),
    "nobody with the skill ever works": (
        plan(engineer("Eva", overhead=1.0), work("A", 1)),
        {"A": "Nobody who has api has any working time until 2027-01-21."},
    ),
    "there are no packages": (
        plan(engineer("Eva"), demand("A"), work("B", 1)),
        {"A": "It has no work packages yet.", "B": None},
    ),
    "work of no effort needs no skill": (plan(work("A", 0, "SAP")), {"A": None}),
}


@pytest.mark.parametrize("case", CANNOT)
def test_what_cannot_be_forecast_says_why(case):
    asked, expected = CANNOT[case]

    answer = forecast(asked).to_json()

    assert {each["id"]: each["cannot"] for each in answer["demands"]} == expected


def test_who_leaves_after_the_horizon_and_before_the_end_is_not_given_the_work():
    asked = plan(
        engineer("Jon", until="2027-03-01"),
        engineer("Eva", "api events", speed=0.1),
        work("A", 500),
        work("B", 6),
        horizon_days=14,
    )

    answers = forecast(asked).to_json()["demands"]

    assert [each["finish"]["p50"] for each in answers] == [None, "2026-11-30"]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (work("A", 3), "everybody who has api leaves before"),
        (work("A", 3, doing="Eva"), "Eva leaves before"),
        (work("A", 3, engineer="Eva"), "Eva leaves before"),
    ],
)
def test_who_leaves_before_the_end_is_the_reason_why_there_is_no_date(asked, reason):
    (answer,) = forecast(
        plan(engineer("Eva", until="2026-11-24"), engineer("Jon", "events"), asked)
    ).to_json()["demands"]

    assert answer["why_null"]["p50"] == (
        "In 100 % of the simulated worlds it is not done by 2027-01-21, the end of the "
        f"horizon; {reason}."
    )


@pytest.mark.parametrize(
    "person",
    [
        pytest.param(engineer("Eva", speed=1e-320), id="speed"),
        pytest.param(engineer("Eva", hours_per_day=[1e-320] * 7), id="hours"),
    ],
)
def test_who_offers_next_to_nothing_never_ends(person):
    answer = forecast(plan(person, work("A", 1), horizon_days=30)).to_json()

    assert answer["demands"][0]["finish"]["p50"] is None
