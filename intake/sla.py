"""SLA clocks: a pure function of what happened, the policy and the business calendar.

Every clock counts working time only, so evenings, weekends and holidays need no pause.

- A target in business hours allows so much working time. A target in business days
  allows the working time from the start to the same time of day so many working days
  later (``BusinessHours.working_days``). From then on both are the same: elapsed is the
  working time that the clock ran, remaining is what the target allows beyond it, and
  the clock is due at the first instant at which nothing remains.
- Asking the requester pauses the decision and says whom it waits for; the answer
  resumes it with what remained.
- A clock is met when it stops at its due instant or before, and breached from the due
  instant on if it runs beyond. Once breached it stays so, whatever comes later.
- Changing the tier keeps what elapsed and takes the new target, counted from the same
  start. A target that is exceeded by then is breached at the change, not before.
- Declined, duplicate and withdrawn demands that are reopened go on with the same clock.
- The team acknowledges by saying so, by asking, or by deciding.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

from intake.choices import ClockKind, ClockState, TargetUnit
from portfolio.core.calendars import BusinessHours

NOTHING = dt.timedelta(0)
# The share of a target after which its clock warns.
WARN_AT = 0.75


class Signal(Enum):
    """What happens to a demand, as far as its clocks are concerned."""

    START = auto()
    ACKNOWLEDGE = auto()
    ASK = auto()
    ANSWER = auto()
    DECIDE = auto()
    CANCEL = auto()
    REOPEN = auto()
    CHANGE_TIER = auto()


@dataclass(frozen=True, slots=True)
class Target:
    amount: int
    unit: str = TargetUnit.HOURS


@dataclass(frozen=True, slots=True)
class Policy:
    """The version of a tier, as far as its clocks are concerned."""

    tier: str
    number: int
    acknowledge: Target
    decide: Target

    def target(self, kind: ClockKind) -> Target:
        return self.acknowledge if kind == ClockKind.ACKNOWLEDGE else self.decide


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a demand; ``policy`` is the new one when the tier changes."""

    at: dt.datetime
    signal: Signal
    waits_for: str = ""
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    since: dt.datetime
    # None while it lasts.
    until: dt.datetime | None
    waits_for: str
    # Working time, as everything that a clock counts.
    lasted: dt.timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock as it stands at a moment.

    ``due`` is where nothing remains, or where a finished clock was due; None while it
    is paused, and where the calendar never opens again. ``warn`` is when 75 % are used.
    ``policies`` are all it ran under, with the instant from which each held.
    """

    kind: ClockKind
    state: ClockState
    policies: tuple[tuple[dt.datetime, Policy], ...]
    started_at: dt.datetime
    allowed: dt.timedelta
    elapsed: dt.timedelta
    due: dt.datetime | None
    warn: dt.datetime | None
    breached_at: dt.datetime | None
    stopped_at: dt.datetime | None
    pauses: tuple[Pause, ...]

    @property
    def policy(self) -> Policy:
        return self.policies[-1][1]

    @property
    def target(self) -> Target:
        return self.policy.target(self.kind)

    @property
    def remaining(self) -> dt.timedelta:
        return max(self.allowed - self.elapsed, NOTHING)

    @property
    def pause(self) -> Pause | None:
        """The pause that it is in."""
        last = self.pauses[-1] if self.pauses else None
        return last if last and last.until is None and not self.stopped_at else None

    @property
    def paused(self) -> dt.timedelta:
        return sum((each.lasted for each in self.pauses), NOTHING)


def clocks(
    happenings: Iterable[Happening],
    *,
    policy: Policy,
    hours: BusinessHours,
    now: dt.datetime,
) -> list[Clock]:
    """Both clocks of a demand as they stand now; none before it is submitted.

    ``policy`` is the one it was submitted under. Happenings of one instant count in
    the order given, except that a stop wins over a pause.
    """
    timers = [_Timer(kind, hours, policy) for kind in ClockKind]
    for happening in sorted(happenings, key=lambda each: each.at):
        if happening.at <= now:
            for timer in timers:
                timer.take(happening)
    return [timer.read(now) for timer in timers if timer.started_at is not None]


@dataclass(slots=True)
class _Timer:
    """A clock that is being replayed."""

    kind: ClockKind
    hours: BusinessHours
    policy: Policy
    policies: list[tuple[dt.datetime, Policy]] = field(default_factory=list)
    started_at: dt.datetime | None = None
    allowed: dt.timedelta = NOTHING
    # Up to ``running_since``; what runs since then is added when it ends.
    elapsed: dt.timedelta = NOTHING
    running_since: dt.datetime | None = None
    # A target that was changed while it ran is never due before the change.
    not_before: dt.datetime | None = None
    pauses: list[Pause] = field(default_factory=list)
    paused_since: dt.datetime | None = None
    waits_for: str = ""
    due: dt.datetime | None = None
    breached_at: dt.datetime | None = None
    stopped_at: dt.datetime | None = None
    is_cancelled: bool = False

    def take(self, happening: Happening) -> None:
        at, signal = happening.at, happening.signal
        if signal == Signal.START and self.started_at is None:
            self._start(at)
        elif self.started_at is None:
            if happening.policy:
                self.policy = happening.policy
        elif signal == Signal.CHANGE_TIER and happening.policy:
            self._change(at, happening.policy)
        elif signal == Signal.REOPEN:
            self._reopen(at)
        elif self.stopped_at is None:
            self._take_running(at, signal, happening.waits_for)

    def _take_running(self, at: dt.datetime, signal: Signal, waits_for: str) -> None:
        acknowledges = {Signal.ACKNOWLEDGE, Signal.ASK, Signal.DECIDE}
        stops = acknowledges if self._is_acknowledge else {Signal.DECIDE}
        if signal in stops or signal == Signal.CANCEL:
            self._stop(at, is_cancelled=signal == Signal.CANCEL)
        elif signal == Signal.ASK and self.paused_since is None:
            self._halt(at)
            self.paused_since, self.waits_for = at, waits_for
        elif signal == Signal.ANSWER and self.paused_since is not None:
            self._end_pause(at)
            self._run(at)

    @property
    def _is_acknowledge(self) -> bool:
        return self.kind == ClockKind.ACKNOWLEDGE

    def _start(self, at: dt.datetime) -> None:
        self.started_at = at
        self.policies.append((at, self.policy))
        self.allowed = self._allowance()
        self._run(at)

    def _allowance(self) -> dt.timedelta:
        target = self.policy.target(self.kind)
        if target.unit == TargetUnit.HOURS:
            return dt.timedelta(hours=target.amount)
        assert self.started_at is not None  # noqa: S101 - a clock is read once it began
        if self.hours.opening(self.started_at) is None:
            return NOTHING
        return self.hours.working_days(self.started_at, target.amount)

    def _run(self, at: dt.datetime) -> None:
        self.running_since, self.not_before = at, None
        if self.elapsed > self.allowed:
            self._breach(at)

    def _due(self, share: float = 1.0) -> dt.datetime | None:
        """When this share of the target is used, if it runs on."""
        since = self.running_since
        if since is None or self.hours.opening(since) is None:
            return None
        due = self.hours.after(since, max(self.allowed * share - self.elapsed, NOTHING))
        return max(due, self.not_before) if self.not_before else due

    def _catch_up(self, at: dt.datetime) -> None:
        """See whether it has run beyond its due instant by now."""
        if self.running_since is not None and self.breached_at is None:
            self.due = self._due()
            if self.due is not None and self.due < at:
                self._breach(self.due)

    def _breach(self, at: dt.datetime) -> None:
        if self.breached_at is None:
            self.breached_at = self.due = at

    def _ran(self, at: dt.datetime) -> dt.timedelta:
        if self.running_since is None:
            return self.elapsed
        return self.elapsed + self.hours.between(self.running_since, at)

    def _halt(self, at: dt.datetime) -> None:
        self._catch_up(at)
        self.elapsed, self.running_since = self._ran(at), None

    def _end_pause(self, at: dt.datetime) -> None:
        if self.paused_since is not None and self.paused_since < at:
            lasted = self.hours.between(self.paused_since, at)
            self.pauses.append(Pause(self.paused_since, at, self.waits_for, lasted))
        self.paused_since, self.waits_for = None, ""

    def _stop(self, at: dt.datetime, *, is_cancelled: bool) -> None:
        # A pause of the same instant never was.
        if self.paused_since not in {None, at} and self.breached_at is None:
            self.due = None
        self._halt(at)
        self._end_pause(at)
        self.stopped_at, self.is_cancelled = at, is_cancelled

    def _reopen(self, at: dt.datetime) -> None:
        # What was acknowledged once need not be acknowledged again.
        if self.stopped_at is None or (self._is_acknowledge and not self.is_cancelled):
            return
        self.stopped_at, self.is_cancelled = None, False
        self._take_policy(at)
        self._run(at)

    def _change(self, at: dt.datetime, policy: Policy) -> None:
        self.policy = policy
        # A finished clock keeps its target, unless it is reopened.
        if self.stopped_at is not None:
            return
        self._catch_up(at)
        self._take_policy(at)
        self.not_before = at
        if self._ran(at) > self.allowed:
            self._breach(at)

    def _take_policy(self, at: dt.datetime) -> None:
        if self.policies[-1][1] != self.policy:
            self.policies.append((at, self.policy))
            self.allowed = self._allowance()

    def read(self, now: dt.datetime) -> Clock:
        self._catch_up(now)
        assert self.started_at is not None  # noqa: S101 - read only once it began
        return Clock(
            kind=self.kind,
            state=self._state(),
            policies=tuple(self.policies),
            started_at=self.started_at,
            allowed=self.allowed,
            elapsed=self._ran(now),
            due=self.due if self.paused_since is None or self.breached_at else None,
            warn=self._due(WARN_AT) if self.breached_at is None else None,
            breached_at=self.breached_at,
            stopped_at=self.stopped_at,
            pauses=self._pauses(now),
        )

    def _state(self) -> ClockState:
        if self.breached_at is not None:
            return ClockState.BREACHED
        if self.stopped_at is not None:
            return ClockState.CANCELLED if self.is_cancelled else ClockState.MET
        return ClockState.PAUSED if self.paused_since else ClockState.RUNNING

    def _pauses(self, now: dt.datetime) -> tuple[Pause, ...]:
        if self.paused_since is None:
            return tuple(self.pauses)
        lasted = self.hours.between(self.paused_since, now)
        going = Pause(self.paused_since, None, self.waits_for, lasted)
        return (*self.pauses, going)
