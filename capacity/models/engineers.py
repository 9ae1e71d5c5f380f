from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Q

from capacity.choices import LeaveKind, PackageState
from portfolio.core.calendars import country_error
from portfolio.core.models import Team, User

SHARE = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))]
DAY_HOURS = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(24))]


class SkillQuerySet(models.QuerySet["Skill"]):
    def with_use(self, team_id: int, day: date) -> SkillQuerySet:
        """Annotate ``people`` who have it in a team, and ``packages_open`` for it."""
        gone = Q(engineer_levels__engineer__ends_on__lt=day)
        return self.annotate(
            people=Count(
                "engineer_levels",
                filter=Q(engineer_levels__engineer__team=team_id) & ~gone,
                distinct=True,
            ),
            packages_open=Count(
                "packages",
                filter=Q(
                    packages__demand__team=team_id, packages__demand__rank__isnull=False
                )
                & ~Q(packages__state=PackageState.DONE),
                distinct=True,
            ),
        )


class Skill(models.Model):
    """What a work package asks of the engineer who does it."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)

    objects = SkillQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class EngineerQuerySet(models.QuerySet["Engineer"]):
    def employed_on(self, day: date) -> EngineerQuerySet:
        return self.filter(
            Q(starts_on__isnull=True) | Q(starts_on__lte=day),
            Q(ends_on__isnull=True) | Q(ends_on__gte=day),
        )

    def not_gone_by(self, day: date) -> EngineerQuerySet:
        """Everybody who works on this day or will later."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))

    def with_calendars(self) -> EngineerQuerySet:
        """With skills, weekly hours and leave, in a fixed number of queries."""
        return self.prefetch_related("skill_levels__skill", "weekly_hours", "leave")


class Engineer(models.Model):
    """A person of the team: what they can do and when they are there."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="engineers")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="engineer",
    )
    name = models.CharField(max_length=120)
    country = models.CharField(
        max_length=2, blank=True, help_text="Public holidays, as in DE, PL, US."
    )
    subdivision = models.CharField(max_length=10, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True, help_text="Last working day.")
    overhead = models.DecimalField(
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.2"),
        validators=SHARE,
        help_text="Share of the day lost to meetings, as in 0.2.",
    )
    ramp_up_weeks = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(52)],
        help_text="Weeks from the first day until they are of full use.",
    )
    skills = models.ManyToManyField(Skill, through="EngineerSkill")

    objects = EngineerQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        permissions = [
            ("see_capacity", "Can see capacity by skill"),
            ("see_people", "Can see the load and leave of individuals"),
            ("plan_capacity", "Can change engineers, leave, skills and packages"),
            ("enter_own_leave", "Can enter the leave of themselves"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "name"], name="engineer_name_once_per_team"
            ),
            models.CheckConstraint(
                name="engineer_leaves_after_starting",
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="engineer_overhead_is_a_share",
                condition=Q(overhead__gte=0, overhead__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def overhead_percent(self) -> int:
        return round(self.overhead * 100)

    def is_gone_by(self, day: date) -> bool:
        return self.ends_on is not None and self.ends_on < day

    def clean(self) -> None:
        problem = country_error(self.country, self.subdivision)
        if problem:
            raise ValidationError({"country": problem})


class EngineerSkill(models.Model):
    """How well an engineer has a skill: 1.0 is full speed, 0.5 takes twice as long."""

    engineer = models.ForeignKey(
        Engineer, on_delete=models.CASCADE, related_name="skill_levels"
    )
    skill = models.ForeignKey(
        Skill, on_delete=models.PROTECT, related_name="engineer_levels"
    )
    speed = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        default=Decimal("1.0"),
        validators=[MinValueValidator(Decimal("0.05")), MaxValueValidator(Decimal(3))],
    )

    class Meta:
        ordering = ["-speed", "skill__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["engineer", "skill"], name="engineer_has_a_skill_once"
            ),
            models.CheckConstraint(
                name="engineer_speed_is_positive", condition=Q(speed__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.skill} × {self.speed}"


class WeeklyHours(models.Model):
    """Contract hours of each weekday from a day on, until the next such row."""

    engineer = models.ForeignKey(
        Engineer, on_delete=models.CASCADE, related_name="weekly_hours"
    )
    effective_from = models.DateField(
        null=True, blank=True, help_text="Empty: from the beginning."
    )
    monday = models.DecimalField(
        max_digits=4, decimal_places=2, default=8, validators=DAY_HOURS
    )
    tuesday = models.DecimalField(
        max_digits=4, decimal_places=2, default=8, validators=DAY_HOURS
    )
    wednesday = models.DecimalField(
        max_digits=4, decimal_places=2, default=8, validators=DAY_HOURS
    )
    thursday = models.DecimalField(
        max_digits=4, decimal_places=2, default=8, validators=DAY_HOURS
    )
    friday = models.DecimalField(
        max_digits=4, decimal_places=2, default=8, validators=DAY_HOURS
    )
    saturday = models.DecimalField(
        max_digits=4, decimal_places=2, default=0, validators=DAY_HOURS
    )
    sunday = models.DecimalField(
        max_digits=4, decimal_places=2, default=0, validators=DAY_HOURS
    )

    class Meta:
        verbose_name_plural = "weekly hours"
        ordering = [F("effective_from").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["engineer", "effective_from"], name="weekly_hours_once_per_day"
            ),
            models.UniqueConstraint(
                fields=["engineer"],
                condition=Q(effective_from__isnull=True),
                name="weekly_hours_one_beginning",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.total} h a week"

    @property
    def hours_per_day(self) -> list[float]:
        """Hours from Monday to Sunday."""
        return [
            float(hours)
            for hours in (
                self.monday, self.tuesday, self.wednesday, self.thursday,
                self.friday, self.saturday, self.sunday,
            )
        ]  # fmt: skip

    @property
    def total(self) -> float:
        return sum(self.hours_per_day)


class LeaveQuerySet(models.QuerySet["Leave"]):
    def visible_to(self, user: User) -> LeaveQuerySet:
        """The leave of their team for who sees people; their own for everybody."""
        mine = Q(engineer__user=user)
        if user.has_perm("capacity.see_people"):
            return self.filter(
                mine | Q(engineer__team__in=Team.objects.visible_to(user))
            )
        return self.filter(mine)

    def not_over_by(self, day: date) -> LeaveQuerySet:
        return self.filter(last_day__gte=day)


class Leave(models.Model):
    """Days an engineer is away, wholly or for a share of each day."""

    engineer = models.ForeignKey(
        Engineer, on_delete=models.CASCADE, related_name="leave"
    )
    first_day = models.DateField()
    last_day = models.DateField()
    share = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        default=Decimal("1.0"),
        validators=SHARE,
        help_text="Share of each day absent: 1 for whole days, 0.5 for half days.",
    )
    kind = models.CharField(
        max_length=10, choices=LeaveKind, default=LeaveKind.VACATION
    )

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "leave"
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                name="leave_ends_after_it_begins",
                condition=Q(last_day__gte=F("first_day")),
            ),
            models.CheckConstraint(
                name="leave_share_is_a_share", condition=Q(share__gt=0, share__lte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.first_day} – {self.last_day}"

    @property
    def share_percent(self) -> int:
        return round(self.share * 100)
