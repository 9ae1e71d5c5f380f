from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from intake.models import Demand
from intake.services.locking import lock_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import User
from portfolio.core.services.events import record_event
from portfolio.core.words import day_words
from portfolio.delivery.choices import CommitmentState, RebaselineReason
from portfolio.delivery.models import Commitment, CommitmentVersion
from portfolio.delivery.reading import outlook_of


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
    )
    record_event(
        subject=commitment.demand,
        kind="promise-withdrawn",
        by=by,
        team=commitment.team,
        before=commitment.due_on,
        why="The demand was withdrawn.",
    )


def close_commitment(
    *, commitment: Commitment, state: CommitmentState, on: date
) -> None:
    """Close with what the demand is called today; part of the caller's transaction."""
    commitment.state = state
    commitment.closed_on = on
    commitment.closed_reference = commitment.demand.reference
    commitment.closed_title = commitment.demand.title
    commitment.save(
        update_fields=["state", "closed_on", "closed_reference", "closed_title"]
    )


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
