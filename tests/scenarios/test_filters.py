from __future__ import annotations

import datetime as dt

from portfolio.delivery.rag import AT_RISK, CANNOT, LATE, ON_TRACK
from portfolio.scenarios.comparison import Comparison, Line, Side
from portfolio.scenarios.filters import Filters
from portfolio.scenarios.models import ScenarioForecast

DAY = dt.date(2027, 1, 11)


def side(days=0, rag=ON_TRACK, chance=0.9, *, p85=True):
    return Side(
        place=1,
        p50=DAY + dt.timedelta(days=days),
        p85=DAY + dt.timedelta(days=days) if p85 else None,
        p95=None,
        cannot="",
        chance=chance,
        rag=rag,
    )


def line(name, live, then, promised=DAY):
    return Line(
        reference=name,
        url="",
        title=name,
        unit="Finance",
        promised=promised,
        needed=None,
        live=live,
        then=then,
    )


LINES = [
    line("stays", side(), side(), promised=None),
    line("later", side(), side(9)),
    line("turns", side(), side(2, AT_RISK, 0.7)),
    line("lost", side(), side(p85=False)),
    line("earlier", side(9), side()),
    line("new", None, side()),
    line("dropped", side(), None),
]


def names(**asked):
    return [each.reference for each in Filters.read(asked).keep(LINES)]


def headline(*lines):
    return Comparison(ScenarioForecast(), list(lines)).headline


def test_those_hit_hardest_stand_first():
    hit = names(show="all")

    # What turns worse, what loses its date, then by days.
    assert hit[:4] == ["dropped", "turns", "lost", "later"]
    assert hit[-1] == "earlier"
    assert names(show="all", sort="gain") == hit[::-1]


def test_each_filter_keeps_its_own():
    assert set(names()) == {"later", "turns", "lost", "earlier", "new", "dropped"}
    assert names(show="later") == ["turns", "lost", "later"]
    assert names(show="earlier") == ["earlier"]
    assert names(show="turned") == ["dropped", "turns", "new"]
    assert "stays" not in names(show="promised")
    assert names(show="all", words="finance STAYS") == ["stays"]


def test_an_address_that_makes_no_sense_is_the_usual_one():
    asked = {"show": "x", "sort": "y", "rows": "9" * 30, "words": " "}

    assert Filters.read(asked) == Filters()
    assert Filters.read({"rows": "300", "sort": "rank"}).query == "sort=rank&rows=300"


def test_headline_tells_commitments_by_what_becomes_of_them():
    late, risk, safe = (
        side(9, LATE, 0.3),
        side(2, AT_RISK, 0.7),
        side(0, ON_TRACK, 0.9),
    )

    assert headline(line("A", late, safe), line("B", late, safe)) == (
        "2 commitments become safe; the median demand comes 9 days earlier."
    )
    assert headline(line("A", risk, safe), line("B", safe, risk)) == (
        "1 commitment becomes safe and 1 at risk; the median demand stays where it is."
    )
    assert headline(line("A", late, risk), line("B", safe, late)) == (
        "1 commitment is no longer late and 1 late; the median demand comes 1 day "
        "later."
    )
    assert headline(line("A", safe, side(0, CANNOT, p85=False))) == (
        "1 commitment cannot be forecast."
    )
    assert headline(line("A", safe, None)) == "1 commitment is dropped."
