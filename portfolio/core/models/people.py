from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
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
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """May open the Django admin; what is seen there follows from the role."""
        return self.role in {Role.MANAGER, Role.ADMINISTRATOR}

    def get_full_name(self) -> str:
        return self.name
