from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, F, Min, Q, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from intake.choices import (
    AWAITING_DECISION,
    BACKLOG,
    CLOSED,
    CLOSED_UNDONE,
    OPEN,
    Frequency,
    Stage,
)
from intake.choices import Source as DemandSource
from intake.models.systems import System
from intake.models.tiers import Tier, TierVersion
from portfolio.core.choices import Role
from portfolio.core.models import BusinessUnit, Team, User


class DemandQuerySet(models.QuerySet["Demand"]):
    def visible_to(self, user: User) -> DemandQuerySet:
        """What this person may read; a draft is read by its requester alone."""
        mine = Q(requester=user)
        shared = ~Q(stage=Stage.DRAFT)
        if user.role == Role.GUEST:
            return self.filter(mine)
        if user.role in {Role.ADMINISTRATOR, Role.VIEWER}:
            return self.filter(mine | shared)
        if user.role == Role.REQUESTER:
            unit = Q(business_unit=user.business_unit_id, business_unit__isnull=False)
            return self.filter(mine | (unit & shared))
        # A join would give a demand once for each of the team's members, and sorting
        # the doubles out cost as much as reading 2,000 demands.
        return self.filter(mine | (Q(team__in=user.teams.values("pk")) & shared))

    def drafts_of(self, user: User) -> DemandQuerySet:
        return self.filter(requester=user, stage=Stage.DRAFT).order_by("-created_at")

    def sent(self) -> DemandQuerySet:
        return self.exclude(stage=Stage.DRAFT)

    def awaiting_decision(self) -> DemandQuerySet:
        return self.filter(stage__in=AWAITING_DECISION)

    def next_to_decide(self, user: User) -> Demand | None:
        """What stands first in the triage of this person."""
        return self.visible_to(user).awaiting_decision().by_next_due().first()

    def in_backlog(self) -> DemandQuerySet:
        return self.filter(stage__in=BACKLOG)

    def open(self) -> DemandQuerySet:
        return self.filter(stage__in=OPEN)

    def closed(self) -> DemandQuerySet:
        return self.filter(stage__in=CLOSED)

    def delivered(self) -> DemandQuerySet:
        return self.filter(stage=Stage.DELIVERED)

    def for_reading(self) -> DemandQuerySet:
        """With everything a row or page names, in the same query."""
        return self.select_related(
            "team", "tier", "business_unit", "requester", "source_system",
            "target_system", "owner",
        )  # fmt: skip

    def matching(self, words: str) -> DemandQuerySet:
        """Every word is found in the reference, the title or one of the systems."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(reference__icontains=word)
                | Q(title__icontains=word)
                | Q(source_system__name__icontains=word)
                | Q(target_system__name__icontains=word)
                | Q(source_system_name__icontains=word)
                | Q(target_system_name__icontains=word)
            )
        return found

    def with_stage_order(self) -> DemandQuerySet:
        """Annotate ``stage_order``: how far along its way a demand is."""
        return self.annotate(
            stage_order=Case(
                *(When(stage=stage, then=place) for place, stage in enumerate(Stage)),
                output_field=models.IntegerField(),
            )
        )

    def by_rank(self) -> DemandQuerySet:
        return self.order_by("rank")

    def by_next_due(self) -> DemandQuerySet:
        """What is breached or due first stands first; what is paused stands last."""
        going = Min("clocks__due_at", filter=Q(clocks__stopped_at=None))
        return self.annotate(next_due=Coalesce(going, "decide_by")).order_by(
            F("next_due").asc(nulls_last=True), "submitted_at", "pk"
        )


class Demand(models.Model):
    """Anything that wants engineers' time, from first wish to delivery."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="demands")
    reference = models.CharField(max_length=16, unique=True, editable=False)
    title = models.CharField(max_length=200)
    source = models.CharField(
        max_length=12, choices=DemandSource, default=DemandSource.REQUEST
    )
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="demands")
    stage = models.CharField(max_length=20, choices=Stage, default=Stage.DRAFT)
    business_unit = models.ForeignKey(
        BusinessUnit, on_delete=models.PROTECT, related_name="demands"
    )
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="demands",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_demands",
        help_text="Who answers for it in the team.",
    )

    # The answers of the form, and what it asked then: editing the tier or moving the
    # demand to another changes neither. Null where nobody filled in a form.
    answered_under = models.ForeignKey(
        TierVersion,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="demands",
    )
    source_system = models.ForeignKey(
        System,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="demands_from",
    )
    target_system = models.ForeignKey(
        System,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="demands_to",
    )
    # As the requester wrote them, where the list did not have the system.
    source_system_name = models.CharField(max_length=80, blank=True)
    target_system_name = models.CharField(max_length=80, blank=True)
    data_needed = models.TextField("what data", blank=True)
    frequency = models.CharField(max_length=40, choices=Frequency, blank=True)
    needed_by = models.DateField(null=True, blank=True)
    purpose = models.TextField("why", blank=True)
    # All other answers by the key of their question, as texts: dates in ISO, choices
    # by value. They are read with the questions of ``answered_under``.
    answers = models.JSONField(default=dict, blank=True, editable=False)
    # What the evidence gave, and what the requester asked for instead and why. The
    # tier that counts is ``tier``; only a manager grants another than the derived one.
    tier_derived = models.ForeignKey(
        Tier, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    tier_wanted = models.ForeignKey(
        Tier, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    tier_wanted_why = models.TextField(blank=True, editable=False)

    # A fraction written as decimal digits, "25" being 0.25: it sorts as text the same
    # way in every database and locale, and between two there is always another.
    rank = models.CharField(  # noqa: DJ001 - outside the backlog there is no rank
        max_length=120,
        null=True,
        editable=False,
        validators=[RegexValidator(r"^[0-9]*[1-9]$")],
    )
    after = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="followed_by"
    )
    earliest = models.DateField(null=True, blank=True)

    submitted_at = models.DateTimeField(null=True, editable=False)
    decide_by = models.DateTimeField(null=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="decisions",
    )
    decision_reason = models.TextField(blank=True, editable=False)
    # Known where it was joined in triage; of an imported duplicate nobody said it.
    duplicate_of = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="duplicates",
    )
    started_on = models.DateField(null=True, blank=True)
    delivered_on = models.DateField(null=True, blank=True)

    blocked_since = models.DateField(null=True, blank=True)
    blocked_cause = models.CharField(max_length=200, blank=True)
    blocked_waits_for = models.CharField(max_length=120, blank=True)

    # Of the form that was sent, so that sending it twice makes one request.
    submission_token = models.UUIDField(null=True, editable=False)
    # Where an imported demand comes from, so that a second import finds it again.
    import_source = models.CharField(max_length=60, blank=True, editable=False)
    import_key = models.CharField(max_length=120, blank=True, editable=False)

    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DemandQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        permissions = [
            ("submit_demand", "Can submit requests"),
            ("decide_demand", "Can accept or decline demands"),
            ("rank_demand", "Can move demands on the board"),
            ("see_board", "Can see the board"),
            ("comment_demand", "Can write comments"),
        ]
        indexes = [
            models.Index(
                fields=["team", "stage", "rank"], name="demand_team_stage_rank"
            ),
            models.Index(fields=["team", "delivered_on"], name="demand_team_delivered"),
        ]
        constraints = [
            models.CheckConstraint(
                name="demand_ranked_iff_in_backlog",
                condition=Q(stage__in=BACKLOG, rank__isnull=False)
                | (~Q(stage__in=BACKLOG) & Q(rank__isnull=True)),
            ),
            models.UniqueConstraint(
                fields=["team", "rank"], name="demand_rank_once_per_team"
            ),
            models.CheckConstraint(
                name="demand_delivered_iff_dated",
                condition=Q(stage=Stage.DELIVERED, delivered_on__isnull=False)
                | (~Q(stage=Stage.DELIVERED) & Q(delivered_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="demand_blocked_with_cause",
                condition=Q(blocked_since__isnull=True)
                | Q(blocked_since__isnull=False, blocked_cause__gt=""),
            ),
            models.CheckConstraint(
                name="demand_joined_only_as_duplicate",
                condition=Q(duplicate_of__isnull=True) | Q(stage=Stage.DUPLICATE),
            ),
            models.UniqueConstraint(
                fields=["team", "import_source", "import_key"],
                condition=Q(import_key__gt=""),
                name="demand_imported_once",
            ),
            models.UniqueConstraint(
                fields=["requester", "submission_token"],
                name="demand_submitted_once_per_form",
            ),
        ]

    def __str__(self) -> str:
        if self.stage == Stage.DRAFT:
            return self.title
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        if self.stage == Stage.DRAFT and self.submission_token:
            return reverse("intake:draft", args=[self.submission_token])
        return reverse("intake:request", args=[self.reference])

    @property
    def source_name(self) -> str:
        """The system data comes from, in the list or not; empty when nobody said."""
        return str(self.source_system or self.source_system_name)

    @property
    def target_name(self) -> str:
        return str(self.target_system or self.target_system_name)

    @property
    def is_decidable(self) -> bool:
        return self.stage in AWAITING_DECISION

    @property
    def is_in_backlog(self) -> bool:
        return self.stage in BACKLOG

    @property
    def is_open(self) -> bool:
        return self.stage in OPEN

    @property
    def is_closed_undone(self) -> bool:
        """Closed without having been done, so that it can be opened again."""
        return self.stage in CLOSED_UNDONE

    @property
    def is_blocked(self) -> bool:
        return self.blocked_since is not None

    @property
    def wants_another_tier(self) -> bool:
        """Whether the manager still has to grant the tier that is asked for."""
        return (
            self.is_decidable
            and self.tier_wanted_id is not None
            and self.tier_wanted_id != self.tier_id
        )

    def is_overdue(self, today: date) -> bool:
        return self.is_open and self.needed_by is not None and self.needed_by < today


class RankMove(models.Model):
    """One move on the board: who moved what, from where to where, and why."""

    demand = models.ForeignKey(
        Demand, on_delete=models.CASCADE, related_name="rank_moves"
    )
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="rank_moves",
    )
    moved_at = models.DateTimeField(default=timezone.now)
    # Places counted from 1 among the backlog of the team at that moment.
    from_place = models.PositiveIntegerField()
    to_place = models.PositiveIntegerField()
    why = models.TextField(blank=True)

    class Meta:
        ordering = ["-moved_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.demand.reference}: {self.from_place} → {self.to_place}"
