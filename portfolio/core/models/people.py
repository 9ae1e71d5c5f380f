from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from portfolio.core.choices import Role
from portfolio.core.models.calendars import BusinessCalendar


class BusinessUnit(models.Model):
    """A part of the business that asks for integrations."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: User) -> TeamQuerySet:
        """All teams for leadership and administrators; their own for the others."""
        if user.role in {Role.ADMINISTRATOR, Role.VIEWER}:
            return self
        return self.filter(members=user)


class Team(models.Model):
    """The unit of board, capacity and forecast: one manager and their engineers."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    calendar = models.ForeignKey(BusinessCalendar, on_delete=models.PROTECT)
    reference_prefix = models.CharField(
        max_length=6,
        default="INT",
        unique=True,
        validators=[
            RegexValidator(r"^[A-Z]{2,6}$", "Two to six capital letters, as in INT.")
        ],
    )
    last_number = models.PositiveIntegerField(default=0, editable=False)
    forecast_seed = models.PositiveBigIntegerField(default=7)
    # The last change of anything a forecast depends on, and how many there were.
    plan_changed_at = models.DateTimeField(default=timezone.now, editable=False)
    plan_revision = models.PositiveBigIntegerField(default=0, editable=False)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **rest: Any) -> User:
        user = self.model(email=self.normalize_email(email), **rest)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **rest: Any) -> User:
        return self.create_user(
            email, password, role=Role.ADMINISTRATOR, is_superuser=True, **rest
        )


class UserQuerySet(models.QuerySet["User"]):
    def managers_of(self, team: Team) -> UserQuerySet:
        return self.filter(role=Role.MANAGER, teams=team, is_active=True)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail; the role says what they may do."""

    email = models.EmailField("e-mail", unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=16, choices=Role, default=Role.REQUESTER)
    business_unit = models.ForeignKey(
        BusinessUnit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
    )
    teams = models.ManyToManyField(Team, blank=True, related_name="members")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    # Who is away is not told; whoever stands in for them is.
    away_from = models.DateField("away from", null=True, blank=True)
    away_until = models.DateField(
        "away until",
        null=True,
        blank=True,
        help_text="The last day; empty until further notice.",
    )
    deputy = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Counted whenever a notice comes or is read, so that no page has to.
    unread_notices = models.PositiveIntegerField(default=0, editable=False)

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ["name"]
        permissions = [("change_settings", "Can change the settings of a team")]
        constraints = [
            models.CheckConstraint(
                name="user_role_is_known", condition=Q(role__in=Role.values)
            ),
            models.UniqueConstraint(Lower("email"), name="user_email_once_in_any_case"),
            models.CheckConstraint(
                name="user_away_in_order",
                condition=Q(away_from__isnull=True, away_until__isnull=True)
                | Q(away_from__isnull=False, away_until__isnull=True)
                | Q(away_until__gte=F("away_from")),
            ),
            models.CheckConstraint(
                name="user_is_not_their_own_deputy",
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("pk")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """May open the Django admin; what is seen there follows from the role."""
        return self.role in {Role.MANAGER, Role.ADMINISTRATOR}

    @property
    def is_guest(self) -> bool:
        """Without an account: reads their own requests by signed links alone."""
        return self.role == Role.GUEST

    def says_away(self, day: date) -> bool:
        """Away by what they said themselves; leave in the plan is asked for apart."""
        return (
            self.away_from is not None
            and self.away_from <= day
            and (self.away_until is None or day <= self.away_until)
        )

    def get_full_name(self) -> str:
        return self.name
