"""Every case of ``sla_cases.toml``, and the laws that hold for all the others."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.choices import ClockKind
from intake.sla import Happening, Policy, Signal, Target, clocks
from portfolio.core.calendars import BusinessHours
from tests.examples import examples

CASES = tomllib.loads((Path(__file__).parent / "sla_cases.toml").read_text("utf-8"))
WEEK = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
SIGNALS = {
    "submitted": Signal.START,
    "acknowledged": Signal.ACKNOWLEDGE,
    "asked": Signal.ASK,
    "answered": Signal.ANSWER,
    "decided": Signal.DECIDE,
    "withdrawn": Signal.CANCEL,
    "reopened": Signal.REOPEN,
    "tier": Signal.CHANGE_TIER,
}


def calendar(name):
    given = CASES["calendars"][name]
    periods = [
        (WEEK.index(weekday), *map(dt.time.fromisoformat, span.split("-")))
        for part in (given["open"], given.get("also", given["open"]))
        for weekday in part["weekdays"].split()
        for span in part["hours"]
    ]
    return BusinessHours(
        zone=ZoneInfo(given["zone"]),
        periods=tuple(sorted(set(periods))),
        country=given.get("country", ""),
        subdivision=given.get("region", ""),
        closed=frozenset(map(dt.date.fromisoformat, given.get("closed", []))),
        closings=frozenset(
            (
                dt.date.fromisoformat(half.split()[0]),
                dt.time.fromisoformat(half.split()[1]),
                dt.time.max,
            )
            for half in given.get("half", [])
        ),
    )


def moment(words, zone):
    """“Mon 2026-11-23 10:00”; a weekday that does not fit the date is an error."""
    weekday, rest = words.split(" ", 1)
    found = dt.datetime.fromisoformat(rest).replace(tzinfo=zone)
    assert WEEK[found.weekday()] == weekday, f"{words} is not a {weekday}"
    return found.astimezone(dt.UTC)


def target(words):
    amount, unit = words.split()
    return Target(int(amount), unit)


def policy(words, number=1):
    return Policy("Made", number, target(words), target(words))


def happening(words, zone):
    signal, _, rest = words[21:].partition(" ")
    return Happening(
        at=moment(words[:20], zone),
        signal=SIGNALS[signal],
        waits_for=rest if signal == "asked" else "",
        policy=policy(rest, 2 + len(rest)) if signal == "tier" else None,
    )


def said(clock, zone):
    def when(instant):
        local = instant.astimezone(zone)
        return f"{WEEK[local.weekday()]} {local:%Y-%m-%d %H:%M}"

    def long(duration):
        minutes = int(duration.total_seconds()) // 60
        return f"{minutes // 60}:{minutes % 60:02}"

    words = f"{clock.state}, {long(clock.elapsed)} of {long(clock.allowed)}"
    if clock.due:
        words += f", due {when(clock.due)}"
    if clock.pauses:
        words += f", paused {long(clock.paused)} in all"
    if clock.pause:
        words += f", waits for {clock.pause.waits_for} since {when(clock.pause.since)}"
    return words


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["title"])
def test_worked_out_by_hand(case):
    hours = calendar(case["calendar"])
    kind = ClockKind.DECIDE if "decide" in case else ClockKind.ACKNOWLEDGE

    found = clocks(
        [happening(words, hours.zone) for words in case["events"]],
        policy=policy(case[kind]),
        hours=hours,
        now=moment(case["now"], hours.zone),
    )

    assert [said(each, hours.zone) for each in found if each.kind == kind] == [
        case["clock"]
    ]


def test_the_table_is_as_long_as_it_should_be():
    assert len(CASES["case"]) >= 60


# Laws

START = dt.datetime(2026, 10, 19, 8, tzinfo=dt.UTC)
minutes = st.integers(0, 40 * 24 * 60)
calendars = st.sampled_from(
    [calendar(name) for name in CASES["calendars"] if name != "never"]
)
targets = st.builds(Target, st.integers(0, 6), st.sampled_from(["hours", "days"]))
policies = st.builds(Policy, st.just("Made"), st.integers(1, 5), targets, targets)
signals = st.sampled_from([signal for signal in Signal if signal != Signal.START])


@st.composite
def stories(draw):
    """A submitted demand and what happened to it, in any order."""
    later = draw(st.lists(st.tuples(minutes, signals, policies), max_size=8))
    return [
        Happening(START, Signal.START),
        *(
            Happening(
                START + dt.timedelta(minutes=minute),
                signal,
                policy=changed if signal == Signal.CHANGE_TIER else None,
            )
            for minute, signal, changed in sorted(later, key=lambda each: each[0])
        ),
    ]


def decision(story, policy, hours, now):
    return clocks(story, policy=policy, hours=hours, now=now)[1]


def after(minute):
    return START + dt.timedelta(minutes=minute)


@given(stories(), policies, calendars, minutes)
@settings(max_examples=examples(60), deadline=None)
def test_elapsed_is_never_negative_and_never_more_than_working_time(
    story, policy, hours, minute
):
    for clock in clocks(story, policy=policy, hours=hours, now=after(minute)):
        assert dt.timedelta(0) <= clock.elapsed
        assert clock.elapsed + clock.paused <= hours.between(START, after(minute))
        assert clock.remaining >= dt.timedelta(0)


@given(stories(), policies, calendars, minutes, minutes)
@settings(max_examples=examples(60), deadline=None)
def test_a_period_split_in_two_sums_to_the_whole(story, policy, hours, first, second):
    early, late = sorted([after(first), after(second)])
    quiet = [each for each in story if each.at <= early]

    before = decision(quiet, policy, hours, early)
    whole = decision(quiet, policy, hours, late)

    runs = before.stopped_at is None and before.pause is None
    passed = hours.between(early, late)
    assert whole.elapsed - before.elapsed == (passed if runs else dt.timedelta(0))


@given(policies, calendars, minutes, minutes)
@settings(max_examples=examples(60), deadline=None)
def test_a_pause_never_makes_it_due_earlier(policy, hours, first, second):
    asked, answered = sorted([after(first), after(second)])
    plain = [Happening(START, Signal.START)]
    paused = [
        *plain,
        Happening(asked, Signal.ASK),
        Happening(answered, Signal.ANSWER),
    ]

    without = decision(plain, policy, hours, answered)
    having = decision(paused, policy, hours, answered)

    assert having.due >= without.due
    if asked > without.due:
        assert having.due == without.due


@given(policies, calendars, minutes, st.permutations(["stop", "pause"]))
@settings(max_examples=examples(40), deadline=None)
def test_a_stop_wins_over_a_pause_of_the_same_instant(policy, hours, minute, order):
    at = after(minute)
    signals = {"stop": Signal.DECIDE, "pause": Signal.ASK}
    begun = Happening(START, Signal.START)
    story = [begun, *(Happening(at, signals[each]) for each in order)]

    both = decision(story, policy, hours, at + dt.timedelta(days=9))

    assert both == decision(
        [begun, Happening(at, Signal.DECIDE)], policy, hours, at + dt.timedelta(days=9)
    )


@given(stories(), policies, calendars, minutes, minutes)
@settings(max_examples=examples(60), deadline=None)
def test_what_was_breached_stays_breached(story, policy, hours, first, second):
    early, late = sorted([after(first), after(second)])

    before = decision(story, policy, hours, early)
    later = decision(story, policy, hours, late)

    if before.breached_at is not None:
        assert later.breached_at == before.breached_at


@given(stories(), policies, calendars, minutes)
@settings(max_examples=examples(60), deadline=None)
def test_a_clock_is_late_exactly_after_its_due_instant(story, policy, hours, minute):
    now = after(minute)

    for clock in clocks(story, policy=policy, hours=hours, now=now):
        if clock.breached_at is not None:
            assert clock.due == clock.breached_at <= (clock.stopped_at or now)
        elif clock.due is not None:
            assert (clock.stopped_at or now) <= clock.due


@given(stories(), policies, policies, calendars)
@settings(max_examples=examples(40), deadline=None)
def test_a_tier_change_keeps_what_elapsed(story, policy, other, hours):
    story = [each for each in story if each.signal != Signal.CHANGE_TIER]
    end = after(40 * 24 * 60)
    changed = [*story, Happening(end, Signal.CHANGE_TIER, policy=other)]

    before = decision(story, policy, hours, end)
    later = decision(changed, policy, hours, end)

    assert later.elapsed == before.elapsed
    if before.stopped_at is None:
        assert later.target == other.decide
