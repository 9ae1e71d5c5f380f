"""The dates that were promised: kept, broken, moved, and still open."""

from __future__ import annotations

import datetime as dt

from intake.choices import Stage
from portfolio.delivery.choices import CommitmentState, RebaselineReason
from portfolio.delivery.models import Commitment, CommitmentVersion
from portfolio.demo.cases import Case
from portfolio.demo.company import Company

# Of the delivered demands so many were promised; so many of those were late against
# the first date, and so many of the late ones kept the date they were moved to.
PROMISED, BROKEN, MOVED_AND_KEPT = 45, 10, 4
# Of the kept ones so many had been moved although the first date would have held.
MOVED_NEEDLESSLY = 3
WORDS = {
    RebaselineReason.SCOPE: [
        "Two more countries were added after the design was agreed.",
        "Credit notes came on top of invoices.",
    ],
    RebaselineReason.ESTIMATE: [
        "The old interface has no documentation; it took a week to read it.",
        "Test data with real volumes showed that the first way is too slow.",
    ],
    RebaselineReason.CAPACITY: [
        "The only person who knows the adapter was ill for a week.",
        "Two people were needed for the outage at the month end.",
    ],
    RebaselineReason.PRIORITY: [
        "Duplicate orders went first; agreed with the unit.",
        "The tax date cannot move, so this one did.",
    ],
    RebaselineReason.DEPENDENCY: [
        "The vendor opened the test system three weeks late.",
        "The plant network was closed for the stocktaking.",
    ],
    RebaselineReason.REQUEST: [
        "The unit asked for the week after the stocktaking.",
        "The store managers want it after the sale, not before.",
        "Launch was moved by marketing.",
    ],
}
AUDIENCES = {
    "Commerce": "Commerce steering round",
    "Data Office": "Data council",
    "Finance": "Finance leads",
    "Logistics": "Plant and warehouse leads",
    "People": "People and works council",
    "Sales": "Sales leads",
}


def promise_history(company: Company, cases: list[Case]) -> None:
    """Give delivered demands their promises, most of them kept."""
    promised = _promised(company, cases)
    late = _most_overrun(company, promised)
    kept = [case for case in promised if case not in late]
    for number, case in enumerate(late):
        _broken(company, case, number)
    for number, case in enumerate(kept):
        _kept(company, case, is_moved=number < MOVED_NEEDLESSLY)


def _promised(company: Company, cases: list[Case]) -> list[Case]:
    """What has a date by its nature, and as many of the others as there is room for."""
    order = sorted(
        cases,
        key=lambda case: (
            case.story.tier == "standard",
            company.dice("promised", case.story.title).random(),
        ),
    )
    return order[:PROMISED]


def _most_overrun(company: Company, promised: list[Case]) -> list[Case]:
    def overrun(case: Case) -> float:
        likely = sum(package.likely for package in case.packages)
        actual = sum(package.actual or package.likely for package in case.packages)
        luck = company.dice("overrun", case.story.title).uniform(0.75, 1.25)
        # Too short to be promised and late on different days of the same week.
        is_long = likely >= 5
        return float(actual / likely) * luck if is_long else 0.0

    return sorted(promised, key=overrun, reverse=True)[:BROKEN]


def _promise_day(case: Case) -> dt.date:
    """The day it was started, or estimated if that was shortly before."""
    if case.demand.started_on is None:
        raise ValueError(f"“{case.demand.title}” was delivered and never started.")
    return case.demand.started_on


def _delivery_day(case: Case) -> dt.date:
    if case.demand.delivered_on is None:
        raise ValueError(f"“{case.demand.title}” is not delivered.")
    return case.demand.delivered_on


def _kept(company: Company, case: Case, *, is_moved: bool) -> None:
    rng = company.dice("kept", case.story.title)
    slack = rng.choice([0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 8, 11])
    delivered = _delivery_day(case)
    due = company.days.after(delivered, slack)
    chance = round(rng.uniform(0.76, 0.96), 3)
    promise(company, case, _promise_day(case), due, chance)
    if is_moved:
        later = company.days.after(due, rng.randint(4, 8))
        day = _between(company, _promise_day(case), delivered)
        reason = RebaselineReason.REQUEST
        move(company, case, day, later, chance=0.95, reason=reason)
    close(company, case, CommitmentState.DELIVERED, delivered)


def _broken(company: Company, case: Case, number: int) -> None:
    rng = company.dice("broken", case.story.title)
    delivered, promised = _delivery_day(case), _promise_day(case)
    due = company.days.before(delivered, rng.choice([2, 3, 4, 5, 6, 8, 9, 11, 13]))
    earliest = company.days.after(promised, 3)
    due = max(due, min(earliest, company.days.before(delivered)))
    chance = round(rng.uniform(0.55, 0.9), 3)
    promise(company, case, promised, due, chance)
    if number % 5 < 3:
        # Moved before it was late; some of the new dates held, some did not.
        reasons = [each for each in WORDS if each != RebaselineReason.REQUEST]
        holds = number % 5 < MOVED_AND_KEPT / 2
        later = company.days.after(delivered, rng.randint(0, 4))
        if not holds:
            later = max(company.days.before(delivered, 1), company.days.next(due))
        if holds or later < delivered:
            day = _between(company, promised, due)
            reason = reasons[number % len(reasons)]
            chance = round(rng.uniform(0.8, 0.95), 3)
            move(company, case, day, later, chance=chance, reason=reason)
    close(company, case, CommitmentState.DELIVERED, delivered)


def _between(company: Company, first: dt.date, last: dt.date) -> dt.date:
    """The working day two thirds of the way."""
    days = first + (last - first) * 2 / 3
    return company.days.next(company.days.before(days))


def promise_backlog(company: Company, cases: list[Case]) -> None:
    for case in cases:
        told, days = case.story.promise, company.days
        if told is None:
            continue
        # A promise that was moved holds until the later date; the first stays.
        day, due = days.working(-told.ago), days.working(told.due_in)
        promise(company, case, day, due, told.chance)
        moved = case.story.moved
        if moved:
            move(
                company,
                case,
                days.working(-moved.ago),
                days.working(moved.due_in),
                chance=0.86,
                reason=RebaselineReason(moved.reason),
                words=moved.words,
            )


def promise_withdrawn(company: Company, cases: list[Case]) -> None:
    """A promise whose demand was taken back: it closes as withdrawn."""
    for case in cases:
        if not case.story.promised:
            continue
        withdrawn = case.happenings.pop()
        decided = case.happenings[-1].at.astimezone(company.days.hours.zone).date()
        due = company.days.after(decided, 40)
        promise(company, case, company.days.next(decided), due, 0.87)
        case.happenings.append(withdrawn)
        close(
            company,
            case,
            CommitmentState.WITHDRAWN,
            withdrawn.at.astimezone(company.days.hours.zone).date(),
        )


def promise(
    company: Company, case: Case, day: dt.date, due: dt.date, chance: float
) -> None:
    rng = company.dice("promise", case.story.title)
    at = _moment_of(company, case, day, rng.uniform(10, 16))
    audience = AUDIENCES[case.story.unit]
    case.commitment = Commitment(
        team=company.team,
        demand=case.demand,
        original_due_on=due,
        due_on=due,
        promised_at=at,
        audience=audience,
    )
    case.versions.append(_version(company, case, at, chance))
    case.add(
        at,
        "promised",
        company.manager,
        after=due.isoformat(),
        why=f"Told to {audience}",
    )


def move(
    company: Company,
    case: Case,
    day: dt.date,
    due: dt.date,
    *,
    chance: float,
    reason: RebaselineReason,
    words: str = "",
) -> None:
    rng = company.dice("moved", case.story.title)
    words = words or rng.choice(WORDS[reason])
    at = _moment_of(company, case, day, rng.uniform(10, 16))
    commitment = _commitment(case)
    before, commitment.due_on = commitment.due_on, due
    version = _version(company, case, at, chance)
    version.reason_code, version.why = reason, words
    case.versions.append(version)
    case.add(
        at,
        "rebaselined",
        company.manager,
        before=before.isoformat(),
        after=due.isoformat(),
        why=f"{reason.label}. {words}",
    )


def close(company: Company, case: Case, state: CommitmentState, day: dt.date) -> None:
    commitment = _commitment(case)
    commitment.state, commitment.closed_on = state, day
    evening = dt.datetime.combine(day, dt.time(16, 40), company.days.hours.zone)
    commitment.closed_at = evening.astimezone(dt.UTC)


def _commitment(case: Case) -> Commitment:
    if case.commitment is None:
        raise ValueError(f"“{case.demand.title}” is not promised.")
    return case.commitment


def _version(
    company: Company, case: Case, at: dt.datetime, chance: float
) -> CommitmentVersion:
    commitment = _commitment(case)
    return CommitmentVersion(
        number=len(case.versions) + 1,
        due_on=commitment.due_on,
        chance=chance,
        promised_by=company.manager,
        promised_by_name=company.manager.name,
        promised_at=at,
    )


def _moment_of(company: Company, case: Case, day: dt.date, hour: float) -> dt.datetime:
    """Later than it was estimated, and than the promise before it."""
    known = [each.at for each in case.happenings if each.kind in _BEFORE_A_PROMISE]
    midnight = dt.datetime.combine(day, dt.time(), company.days.hours.zone)
    at = (midnight + dt.timedelta(minutes=int(hour * 60))).astimezone(dt.UTC)
    return max([at, *(each + dt.timedelta(minutes=9) for each in known)])


_BEFORE_A_PROMISE = {"submitted", Stage.ACCEPTED, "estimated", "promised"}
