"""What each tier has of the team's capacity in a quarter, and what it takes of it.

A share is a part of all focused days that the team's people offer in the quarter. What
a tier has *used* is the effort of its packages in days of the quarter that are over;
what is *planned* is the effort the newest forecast puts into its remaining days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q

from capacity.choices import PackageState
from capacity.models import Borrowing, DemandForecast, Engineer, Forecast, WorkPackage
from capacity.quarters import Quarter
from capacity.services.gathering import HORIZON_DAYS, today_of
from capacity.services.net_capacity import daily_capacity
from intake.models import Demand, Tier
from intake.services.locking import lock_team
from intake.services.token_quarters import versions_at
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.core.services.events import record_event

# Less than this is rounding.
LEAST_DAYS = 0.05
KEPT_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Envelope:
    """One tier in a quarter, in focused days; ``share`` is None where it has none."""

    tier: Tier
    share: int | None
    days: float
    borrowed: float
    lent: float
    used: float
    planned: float
    # Demands of the backlog whose work is in no number, for want of a forecast.
    unplanned: int

    @property
    def allowed(self) -> float:
        return self.days + self.borrowed - self.lent

    @property
    def taken(self) -> float:
        return self.used + self.planned

    @property
    def free(self) -> float:
        return max(self.allowed - self.taken, 0.0)

    @property
    def over(self) -> float:
        """Days beyond its share; a tier without one is never over."""
        over = self.taken - self.allowed
        return over if self.share is not None and over > LEAST_DAYS else 0.0


@dataclass(frozen=True, slots=True)
class Envelopes:
    """All tiers of a team in one quarter, and who lent whom."""

    quarter: Quarter
    capacity: float
    tiers: list[Envelope]
    ledger: list[Borrowing]

    @property
    def over(self) -> list[Envelope]:
        return [each for each in self.tiers if each.over]

    @property
    def has_shares(self) -> bool:
        return any(each.share is not None for each in self.tiers)

    @property
    def shared(self) -> int:
        """Percent of the capacity that is some tier's share."""
        return sum(each.share or 0 for each in self.tiers)


def envelopes_of(
    team: Team, *, today: date | None = None, quarter: Quarter | None = None
) -> Envelopes:
    """Measure every tier in the quarter that it is; a fixed number of queries.

    In one that is over nothing is planned any more, and a share is what it was when it
    ended.
    """
    today = today or today_of(team)
    quarter = quarter or Quarter.of(today)
    is_over = quarter.last < today
    capacity = capacity_in(team, quarter)
    used = _used(team, quarter, today)
    planned, unplanned = (
        _nothing_planned() if is_over else _planned(team, quarter, today)
    )
    versions = versions_at(end_of(quarter, team)) if is_over else {}
    ledger = list(
        Borrowing.objects.filter(team=team, quarter=quarter.key).select_related(
            "lender", "borrower", "given_back_by"
        )
    )
    tiers = []
    for tier in Tier.objects.select_related("current_version"):
        share = versions.get(tier.pk, tier.current).share_percent
        tiers.append(
            Envelope(
                tier=tier,
                share=share,
                days=capacity * (share or 0) / 100,
                borrowed=_sum(each.days for each in ledger if each.borrower == tier),
                lent=_sum(each.days for each in ledger if each.lender == tier),
                used=used[tier.pk],
                planned=planned[tier.pk],
                unplanned=unplanned[tier.pk],
            )
        )
    return Envelopes(quarter, capacity, tiers, ledger)


def end_of(quarter: Quarter, team: Team) -> datetime:
    """When it ends where the team works."""
    midnight = datetime.combine(quarter.last + timedelta(days=1), time())
    return midnight.replace(tzinfo=ZoneInfo(team.calendar.time_zone))


def earlier_loans(team: Team, quarter: Quarter) -> list[Borrowing]:
    """The ledger of the quarters before this one, the newest first."""
    before = Borrowing.objects.filter(team=team, quarter__lt=quarter.key)
    return list(before.select_related("lender", "borrower"))


def capacity_in(team: Team, quarter: Quarter) -> float:
    """Focused days of all people of the team, by the one definition of net capacity."""
    people = Engineer.objects.filter(team=team).not_gone_by(quarter.first)
    per_day = daily_capacity(team, people.with_calendars(), quarter.first, quarter.last)
    return sum(sum(days) for days in per_day.values())


def planned_in(
    quarter: Quarter, *, days: float, begin: date, end: date | None
) -> float:
    """How much of some work falls into the quarter, spread evenly over its weekdays.

    Without an end it lies beyond the horizon of the forecast.
    """
    return days * quarter.share_of(begin, end or begin + timedelta(days=HORIZON_DAYS))


def over_words(envelope: Envelope, quarter: Quarter) -> str:
    """“Expedite is 6.5 days over its share of Q4 2026: it takes 38.5 of 32.”"""
    return (
        f"{envelope.tier} is {envelope.over:.1f} days over its share of "
        f"{quarter.words}: it takes {envelope.taken:.1f} of {envelope.allowed:.1f}."
    )


def over_now(team: Team) -> list[str]:
    """Every tier that is over its share, in words; kept for ``over_before``."""
    standing = envelopes_of(team)
    words = [over_words(each, standing.quarter) for each in standing.over]
    cache.set(_kept_name(team), words, KEPT_SECONDS)
    return words


def over_before(team: Team) -> list[str]:
    """What ``over_now`` said last: at hand at once, for a page that then asks anew.

    So the page leaves room for it, and nothing on it jumps. Each process keeps its own,
    as no page should wait for a store that may be down.
    """
    found: list[str] = cache.get(_kept_name(team), [])
    return found


def _kept_name(team: Team) -> str:
    return f"over-shares:{team.pk}"


def warning_with(demand: Demand, *, days: float, words: str) -> str:
    """Whether so many more days of the quarter take a demand's tier beyond its share.

    For one that no forecast knows yet; empty where they do not.
    """
    standing = envelopes_of(demand.team)
    envelope = next(each for each in standing.tiers if each.tier == demand.tier)
    taken = envelope.taken + days
    if envelope.share is None or taken - envelope.allowed <= LEAST_DAYS:
        return ""
    days_words = f"it takes {taken:.1f} of {envelope.allowed:.1f} days"
    if envelope.over:
        return (
            f"{demand.tier} is beyond its share of {standing.quarter.words} already; "
            f"{words} {days_words}."
        )
    return (
        f"{demand.tier} goes beyond its share of {standing.quarter.words} {words}: "
        f"{days_words} then."
    )


def warning_when_accepted(demand: Demand) -> str:
    """The same for one that was just accepted, if it is all done in the quarter."""
    days = demand.packages.all().likely_days_by_demand().get(demand.pk, 0.0)
    words = f"if all of {demand.reference} is done in it"
    return warning_with(demand, days=days, words=words)


def warning_when_moved(demand: Demand, *, days: int) -> str:
    """The same where its forecast dates come so many days sooner.

    Work that comes into the quarter counts against its share; empty where none does.
    """
    row = DemandForecast.objects.filter(
        forecast=Forecast.objects.latest_of(demand.team_id), demand=demand, cannot=""
    ).first()
    if row is None or row.start_p50 is None or row.p50 is None:
        return ""
    today = today_of(demand.team)
    quarter = Quarter.of(today)
    left = _sum(
        package.likely if package.remaining is None else package.remaining
        for package in demand.packages.unfinished()
    )
    before, after = (
        planned_in(
            quarter,
            days=left,
            begin=max(row.start_p50 - sooner, today),
            end=max(row.p50 - sooner, today),
        )
        for sooner in (timedelta(), timedelta(days=days))
    )
    if after - before <= LEAST_DAYS:
        return ""
    return warning_with(demand, days=after - before, words="by this move")


@transaction.atomic
def borrow(
    *,
    team: Team,
    borrower: Tier,
    lender: Tier,
    days: Decimal,
    why: str,
    by: User,
    seen: int | None = None,
) -> Borrowing:
    """Let a tier have days of another's share this quarter, and keep who decided it.

    With the entries of the ledger that were seen, what was entered since is never
    overlooked, and a form that is sent twice lends once.
    """
    lock_team(team.pk)
    standing = envelopes_of(team)
    if seen is not None and seen != len(standing.ledger):
        raise RuleBroken(
            "The ledger was changed meanwhile. Look at it as it is now, and lend again "
            "what is still missing."
        )
    found = {each.tier: each for each in standing.tiers}
    if lender == borrower:
        raise RuleBroken(f"{borrower} cannot borrow from itself; choose another tier.")
    if not why.strip():
        raise RuleBroken(f"Say why {borrower} may use days of {lender}.")
    for tier in (borrower, lender):
        if found[tier].share is None:
            raise RuleBroken(
                f"{tier} has no share of the capacity, so there is nothing to lend. "
                "Give it one in its settings first."
            )
    if days <= 0 or float(days) > found[lender].allowed:
        raise RuleBroken(
            f"{lender} has {found[lender].allowed:.1f} days in {standing.quarter.words}"
            f"; lend more than 0 of them and at most all, not {days}."
        )
    return _write(team, standing.quarter.key, borrower, lender, days, why, by)


@transaction.atomic
def give_back(*, borrowing: Borrowing, by: User, why: str = "") -> Borrowing:
    """Take an entry back with another one; the ledger keeps both."""
    team = lock_team(borrowing.team_id)
    entry = Borrowing.objects.select_related("lender", "borrower").get(pk=borrowing.pk)
    if entry.gives_back_id or Borrowing.objects.filter(gives_back=entry).exists():
        raise RuleBroken(f"“{entry}” was given back already.")
    return _write(
        team,
        entry.quarter,
        entry.lender,
        entry.borrower,
        entry.days,
        why.strip() or "Given back.",
        by,
        gives_back=entry,
    )


def _write(
    team: Team,
    quarter: str,
    borrower: Tier,
    lender: Tier,
    days: Decimal,
    why: str,
    by: User,
    gives_back: Borrowing | None = None,
) -> Borrowing:
    entry = Borrowing.objects.create(
        team=team,
        quarter=quarter,
        borrower=borrower,
        lender=lender,
        days=days,
        why=why.strip(),
        made_by=by,
        made_by_name=by.name,
        gives_back=gives_back,
    )
    record_event(
        subject=team,
        kind="capacity-borrowed",
        by=by,
        team=team,
        before=lender.slug,
        after=f"{days:g} days of {quarter} to {borrower.slug}",
        why=entry.why,
    )
    return entry


def _used(team: Team, quarter: Quarter, today: date) -> dict[int, float]:
    """Effort by tier that went into the quarter so far.

    What is done counts with its actual, or as it was estimated where nobody said; what
    is in hand with what is no longer left of it.
    """
    packages = (
        WorkPackage.objects.filter(demand__team=team)
        .filter(
            Q(state=PackageState.DONE, finished_on__gte=quarter.first)
            | Q(state=PackageState.DOING)
        )
        .order_by()
        .values_list(
            "demand__tier", "likely", "actual", "remaining", "started_on", "finished_on"
        )
    )
    used: dict[int, float] = defaultdict(float)
    for tier, likely, actual, remaining, started_on, finished_on in packages:
        if finished_on:
            days = float(likely if actual is None else actual)
        else:
            left = likely if remaining is None else remaining
            days = max(float(likely - left), 0.0)
        end = finished_on or today
        used[tier] += planned_in(quarter, days=days, begin=started_on or end, end=end)
    return used


def _planned(
    team: Team, quarter: Quarter, today: date
) -> tuple[dict[int, float], dict[int, int]]:
    """Effort by tier from today to the end of the quarter, and demands without any.

    A demand's remaining effort is spread evenly from its likely start to its likely
    end (P50 of both).
    """
    left: dict[int, float] = defaultdict(float)
    work = WorkPackage.objects.of_backlog(team.pk).unfinished().order_by()
    for demand, likely, remaining in work.values_list("demand", "likely", "remaining"):
        left[demand] += float(likely if remaining is None else remaining)
    forecast = Forecast.objects.latest_of(team.pk)
    rows = DemandForecast.objects.filter(forecast=forecast, cannot="")
    dates = {
        demand: (begin, end)
        for demand, begin, end in rows.values_list("demand", "start_p50", "p50")
        if begin
    }
    planned: dict[int, float] = defaultdict(float)
    unplanned: dict[int, int] = defaultdict(int)
    for demand, tier in (
        Demand.objects.in_backlog().filter(team=team).values_list("pk", "tier")
    ):
        if demand not in dates:
            unplanned[tier] += 1
            continue
        begin, end = dates[demand]
        planned[tier] += planned_in(
            quarter, days=left[demand], begin=max(begin, today), end=end
        )
    return planned, unplanned


def _nothing_planned() -> tuple[dict[int, float], dict[int, int]]:
    return defaultdict(float), defaultdict(int)


def _sum(days: Iterable[Decimal]) -> float:
    return float(sum(days, Decimal(0)))
