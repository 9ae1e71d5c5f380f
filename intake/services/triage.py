from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from intake.answering import token_of
from intake.choices import AWAITING_DECISION, CLOSED_UNDONE, OPEN, ClockKind, Stage
from intake.models import Demand, Tier
from intake.services.attaching import attach_to_answer
from intake.services.clocks import REQUESTER, keep_clocks
from intake.services.joining import part_demand
from intake.services.limits import refuse_when_full
from intake.services.locking import lock_demand
from intake.services.ranking import place_demand
from intake.services.telling import tell_followers, tell_requester
from intake.services.tokens import return_token, spend_token
from intake.services.transitions import refuse_unless, store_change, store_stage
from portfolio.core.choices import NoticeKind
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event, User
from portfolio.core.services.changes import note_plan_change
from portfolio.core.services.notices import give_notice
from portfolio.core.words import day_words


@transaction.atomic
def accept_demand(*, demand: Demand, by: User, place: int | None = None) -> Demand:
    """Take a submitted demand into the backlog, at a place of it or at its end."""
    demand = lock_demand(demand)
    refuse_unless(
        demand, AWAITING_DECISION, "only a demand that awaits its decision is accepted."
    )
    refuse_when_full(demand=demand, what="accepted")
    place = place_demand(demand=demand, place=place)
    _store_decision(
        demand=demand,
        stage=Stage.ACCEPTED,
        kind="accepted",
        by=by,
        facts={"place": place},
    )
    tell_requester(
        demand=demand,
        by=by,
        title="accepted",
        text=f"{demand.team} takes it into its backlog. On its page you see by when it "
        "can be done.",
    )
    tell_followers(demand=demand, by=by, what="accepted")
    note_plan_change(team_id=demand.team_id)
    return demand


@transaction.atomic
def decline_demand(*, demand: Demand, by: User, reason: str) -> Demand:
    """Say no to a submitted demand; the requester reads the reason."""
    demand = lock_demand(demand)
    refuse_unless(
        demand, AWAITING_DECISION, "only a demand that awaits its decision is declined."
    )
    if not reason.strip():
        raise RuleBroken(
            f"Say why {demand.reference} is declined; its requester reads the reason."
        )
    demand.decision_reason = reason.strip()
    _store_decision(demand=demand, stage=Stage.DECLINED, kind="declined", by=by)
    tell_requester(
        demand=demand,
        by=by,
        title="declined",
        text=f"{demand.team} declines it:\n\n{demand.decision_reason}",
    )
    tell_followers(
        demand=demand,
        by=by,
        what="declined",
        next_step=f"If you still need yours, ask {demand.team} to open it again.",
    )
    return demand


def _store_decision(
    *,
    demand: Demand,
    stage: Stage,
    kind: str,
    by: User,
    facts: dict[str, Any] | None = None,
) -> None:
    demand.decided_at, demand.decided_by = timezone.now(), by
    if stage != Stage.ACCEPTED:
        return_token(demand=demand)
    store_stage(
        demand=demand,
        stage=stage,
        fields=["decided_at", "decided_by", "decision_reason"],
        kind=kind,
        by=by,
        why=demand.decision_reason,
        facts=facts,
    )
    keep_clocks(demand=demand)


@transaction.atomic
def acknowledge_demand(*, demand: Demand, by: User) -> Demand:
    """Tell the requester that somebody of the team has read the request."""
    demand = lock_demand(demand)
    refuse_unless(
        demand, [Stage.SUBMITTED], "only a request that was just sent is confirmed."
    )
    if demand.clocks.filter(
        kind=ClockKind.ACKNOWLEDGE, stopped_at__isnull=False
    ).exists():
        raise RuleBroken(f"{demand.reference} was confirmed as read before.")
    store_change(demand=demand, fields=[], kind="acknowledged", by=by)
    keep_clocks(demand=demand)
    when = f" by {day_words(demand.decide_by)}" if demand.decide_by else ""
    tell_requester(
        demand=demand,
        by=by,
        title="somebody has read it",
        text=f"{by} of {demand.team} has read it. They decide{when}.",
    )
    return demand


@transaction.atomic
def ask_for_information(
    *, demand: Demand, by: User, question: str, waits_for: str = ""
) -> Demand:
    """Put a question to the requester; the time for the decision stands still."""
    demand = lock_demand(demand)
    refuse_unless(
        demand, [Stage.SUBMITTED], "a question is asked while a decision is awaited."
    )
    if not question.strip():
        raise RuleBroken(f"Say what you need to know about {demand.reference}.")
    store_stage(
        demand=demand,
        stage=Stage.NEEDS_INFORMATION,
        fields=[],
        kind="information-asked",
        by=by,
        why=question.strip(),
        facts={"waits_for": waits_for.strip() or REQUESTER},
    )
    asked = Event.objects.about(demand).filter(kind="information-asked").latest("pk")
    tell_requester(
        demand=demand,
        by=by,
        title=f"{demand.team} has a question",
        text=f"{question.strip()}\n\nPlease answer on its page. The time for the "
        "decision stands still until then.",
        kind=NoticeKind.QUESTION,
        reply_token=token_of(asked),
    )
    return keep_clocks(demand=demand)


@transaction.atomic
def answer_question(
    *,
    demand: Demand,
    by: User,
    answer: str,
    enclosed: Iterable[UploadedFile[Any]] = (),
) -> Demand:
    """Give the team what it asked for; the time for the decision goes on."""
    demand = lock_demand(demand)
    refuse_unless(
        demand,
        [Stage.NEEDS_INFORMATION],
        "the team does not wait for an answer any more.",
    )
    if not answer.strip():
        raise RuleBroken("Write an answer; the team waits for it.")
    kept = attach_to_answer(demand=demand, uploads=enclosed, by=by)
    store_stage(
        demand=demand,
        stage=Stage.SUBMITTED,
        fields=[],
        kind="answered",
        by=by,
        why=answer.strip(),
        facts={"files": kept} if kept else None,
    )
    _tell_who_asked(demand=demand, by=by, answer=answer.strip())
    return keep_clocks(demand=demand)


def _tell_who_asked(*, demand: Demand, by: User, answer: str) -> None:
    asked = Event.objects.about(demand).filter(kind="information-asked").by_time()
    event = asked.select_related("actor").last()
    if event is None or event.actor is None or event.actor == by:
        return
    give_notice(
        to=[event.actor],
        kind=NoticeKind.QUESTION,
        title=f"{demand.reference}: {by} has answered",
        text=f"“{demand.title}”\n\n{answer}",
        url=demand.get_absolute_url(),
    )


@transaction.atomic
def reopen_demand(*, demand: Demand, by: User, why: str) -> Demand:
    """Let a closed demand that was never done await its decision again."""
    demand = lock_demand(demand)
    refuse_unless(
        demand,
        CLOSED_UNDONE,
        "only what was declined, a duplicate or withdrawn can be opened again.",
    )
    if not why.strip():
        raise RuleBroken(f"Say why {demand.reference} is opened again.")
    if not demand.tokens.spent().exists():
        spend_token(demand=demand, tier=demand.tier, at=timezone.now())
    demand.decided_at = demand.decided_by = demand.started_on = None
    demand.decision_reason = ""
    part_demand(demand=demand)
    store_stage(
        demand=demand,
        stage=Stage.SUBMITTED,
        fields=[
            "decided_at",
            "decided_by",
            "decision_reason",
            "started_on",
            "duplicate_of",
        ],
        kind="reopened",
        by=by,
        why=why.strip(),
    )
    tell_requester(
        demand=demand,
        by=by,
        title="opened again",
        text=f"{demand.team} decides about it again:\n\n{why.strip()}",
    )
    tell_followers(demand=demand, by=by, what="opened again")
    return keep_clocks(demand=demand)


@transaction.atomic
def change_tier(*, demand: Demand, tier: Tier, by: User, why: str) -> Demand:
    """Handle an open demand under another tier, as it is in force now.

    What its clocks have counted stays; what was answered stays under its version.
    """
    demand = lock_demand(demand)
    refuse_unless(demand, OPEN, "only an open demand changes its tier.")
    tier = Tier.objects.select_related("current_version").get(pk=tier.pk)
    if tier == demand.tier:
        raise RuleBroken(f"{demand.reference} is {tier} already.")
    if not why.strip():
        raise RuleBroken(f"Say why {demand.reference} becomes {tier}.")
    return_token(demand=demand)
    spend_token(demand=demand, tier=tier, at=timezone.now())
    before, demand.tier = demand.tier, tier
    if demand.stage == Stage.IN_PROGRESS:
        refuse_when_full(demand=demand, what=f"made {tier}")
    store_change(
        demand=demand,
        fields=["tier"],
        kind="tier-changed",
        by=by,
        before=before.slug,
        after=tier.slug,
        why=why.strip(),
        facts={"tier_version": tier.current.pk},
    )
    demand = keep_clocks(demand=demand)
    _tell_tier(demand, before=before, by=by, why=why.strip())
    return demand


def _tell_tier(demand: Demand, *, before: Tier, by: User, why: str) -> None:
    due = demand.decide_by if demand.is_decidable else None
    when = f" They decide by {day_words(due)}." if due else ""
    tell_requester(
        demand=demand,
        by=by,
        title=f"handled as {demand.tier} now",
        text=f"{demand.team} handles it as {demand.tier} now, not as {before}:\n\n"
        f"{why}\n\nWhat you answered stays as it is.{when}",
    )
    tell_followers(demand=demand, by=by, what=f"handled as {demand.tier} now")
