from __future__ import annotations

from datetime import date
from functools import partial

from django.db import transaction
from django.utils import timezone

from intake.models import Demand
from intake.services.locking import lock_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import User
from portfolio.core.services.events import record_event
from portfolio.core.services.messages import send
from portfolio.core.words import day_words
from portfolio.delivery.choices import CommitmentState, RebaselineReason
from portfolio.delivery.closing import CLOSED_FIELDS, freeze
from portfolio.delivery.models import Commitment, CommitmentVersion
from portfolio.delivery.reading import outlook_of

WITH_ITS_DEMAND = "The demand was withdrawn."
# In one go; what is more comes with the next.
MOST_FROZEN = 5_000


@transaction.atomic
def promise_date(
    *, demand: Demand, due_on: date, by: User, audience: str = ""
) -> Commitment:
    """Promise a date for a demand, with the chance it has at this moment."""
    # Two managers who promise at once wait for each other here.
    demand = lock_demand(demand)
    if not demand.is_in_backlog:
        raise RuleBroken(
            f"“{demand}” is {demand.get_stage_display().lower()}; "
            "only a demand in the backlog can be promised."
        )
    _refuse_the_past(due_on)
    known = Commitment.objects.open().filter(demand=demand).first()
    if known is not None:
        raise RuleBroken(
            f"“{demand}” is already promised by {day_words(known.due_on)}. "
            "Re-baseline that commitment with a reason instead."
        )
    commitment = Commitment.objects.create(
        team=demand.team,
        demand=demand,
        original_due_on=due_on,
        due_on=due_on,
        audience=audience.strip(),
    )
    _add_version(commitment, number=1, by=by)
    record_event(
        subject=demand,
        kind="promised",
        by=by,
        team=demand.team,
        after=due_on,
        why=f"Told to {commitment.audience}" if commitment.audience else "",
    )
    return commitment


@transaction.atomic
def rebaseline(
    *,
    commitment: Commitment,
    due_on: date,
    by: User,
    reason_code: str,
    why: str = "",
) -> Commitment:
    """Give an open commitment another date; the first one stays on record."""
    commitment = _open_again(commitment)
    if reason_code not in RebaselineReason.values:
        raise RuleBroken(
            "Another date needs a reason: "
            + ", ".join(reason.label.lower() for reason in RebaselineReason)
            + "."
        )
    _refuse_the_past(due_on)
    before = commitment.due_on
    if due_on == before:
        raise RuleBroken(f"{day_words(due_on)} is the date that is promised already.")
    commitment.due_on = due_on
    commitment.save(update_fields=["due_on"])
    _add_version(
        commitment,
        number=commitment.versions.count() + 1,
        by=by,
        reason_code=reason_code,
        why=why.strip(),
    )
    reason = RebaselineReason(reason_code).label
    record_event(
        subject=commitment.demand,
        kind="rebaselined",
        by=by,
        team=commitment.team,
        before=before,
        after=due_on,
        why=f"{reason}. {why.strip()}".strip(),
    )
    return commitment


@transaction.atomic
def withdraw_commitment(*, commitment: Commitment, by: User, why: str) -> Commitment:
    """Take a promise back; it stays on record as withdrawn."""
    commitment = _open_again(commitment)
    if not why.strip():
        raise RuleBroken("Say why the promise is taken back; the reason is kept.")
    close_commitment(
        commitment=commitment,
        state=CommitmentState.WITHDRAWN,
        on=timezone.localdate(),
        by=by,
        why=why.strip(),
    )
    record_event(
        subject=commitment.demand,
        kind="promise-withdrawn",
        by=by,
        team=commitment.team,
        before=commitment.due_on,
        why=why.strip(),
    )
    return commitment


@transaction.atomic
def withdraw_with_demand(*, demand_id: int, by: User | None) -> None:
    """Close what was promised of a demand that is no longer wanted."""
    commitment = (
        Commitment.objects.select_for_update(of=("self",))
        .select_related("demand", "team")
        .open()
        .filter(demand=demand_id)
        .first()
    )
    if commitment is None:
        return
    close_commitment(
        commitment=commitment,
        state=CommitmentState.WITHDRAWN,
        on=timezone.localdate(),
        by=by,
        why=WITH_ITS_DEMAND,
    )
    record_event(
        subject=commitment.demand,
        kind="promise-withdrawn",
        by=by,
        team=commitment.team,
        before=commitment.due_on,
        why=WITH_ITS_DEMAND,
    )


def close_commitment(
    *,
    commitment: Commitment,
    state: CommitmentState,
    on: date,
    by: User | None = None,
    why: str = "",
) -> None:
    """Close with all that is known today; part of the caller's transaction."""
    commitment.state = state
    commitment.closed_on = on
    commitment.closed_at = timezone.now()
    # A locked row carries too little, and what was prefetched may be old.
    whole = Commitment.objects.for_closing().get(pk=commitment.pk)
    whole.state, whole.closed_on = state, on
    freeze(
        whole,
        outlook=outlook_of(commitment.team_id, [commitment.demand_id]),
        closed_by=by.name if by else "",
        why=why,
    )
    for name in CLOSED_FIELDS:
        setattr(commitment, name, getattr(whole, name))
    commitment.save(update_fields=["state", "closed_on", "closed_at", *CLOSED_FIELDS])


def freeze_old_records() -> int:
    """Write a record for what closed before there were any; gives how many."""
    found = list(Commitment.objects.unfrozen().for_closing()[:MOST_FROZEN])
    freeze_records(found)
    return len(found)


def freeze_records(commitments: list[Commitment]) -> None:
    """Write records of what is closed already, as far as it is still known.

    Each comes with what ``for_closing`` gives. What was forecast then is not known.
    """
    for commitment in commitments:
        freeze(commitment, outlook=None)
    Commitment.objects.bulk_update(commitments, CLOSED_FIELDS, batch_size=200)


def _open_again(commitment: Commitment) -> Commitment:
    commitment = (
        Commitment.objects.select_for_update(of=("self",))
        .select_related("demand", "team")
        .get(pk=commitment.pk)
    )
    if commitment.state != CommitmentState.OPEN:
        raise RuleBroken(
            f"The commitment of “{commitment.demand}” is "
            f"{commitment.get_state_display().lower()}; closed records never change."
        )
    return commitment


def _refuse_the_past(due_on: date) -> None:
    if due_on < timezone.localdate():
        raise RuleBroken(
            f"{day_words(due_on)} has passed; promise today or a later date."
        )


def _add_version(
    commitment: Commitment,
    *,
    number: int,
    by: User,
    reason_code: str = "",
    why: str = "",
) -> None:
    outlook = outlook_of(commitment.team_id, [commitment.demand_id])
    CommitmentVersion.objects.create(
        commitment=commitment,
        number=number,
        due_on=commitment.due_on,
        chance=outlook.chance(commitment.demand_id, commitment.due_on),
        forecast=outlook.forecast,
        promised_by=by,
        promised_by_name=by.name,
        reason_code=reason_code,
        why=why,
    )
    transaction.on_commit(partial(_have_checked, commitment.team_id))


def _have_checked(team_id: int) -> None:
    """Another date may be on track where the one before was not, and is told so."""
    from portfolio.delivery.tasks import check_promises

    send(check_promises, team_id)
