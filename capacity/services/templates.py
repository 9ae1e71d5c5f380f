"""Package templates: what one click puts into an estimate, by kind of integration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from capacity.models import PackageTemplate, Skill, TemplatePackage
from capacity.patterns import SHIPPED
from capacity.services.estimating import range_error
from intake.services.locking import lock_team
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.core.services.events import record_event
from portfolio.core.words import joined


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One package to begin with, in focused engineer-days."""

    name: str
    skill: Skill | None
    low: Decimal
    likely: Decimal
    high: Decimal
    after_previous: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A template as it can be chosen: one of the team, or a shipped one."""

    key: str
    name: str
    rows: list[TemplateRow]

    @property
    def without_skill(self) -> str:
        """The packages for which a skill has still to be chosen."""
        return joined([row.name for row in self.rows if row.skill is None])


def offers_of(team: Team) -> list[Offer]:
    """The team's own templates; the shipped ones as long as it has none."""
    own = team.package_templates.prefetch_related("rows__skill")
    return [_offer(template) for template in own] or _shipped()


@transaction.atomic
def save_template(
    *,
    team: Team,
    name: str,
    rows: Sequence[TemplateRow],
    by: User,
    template: PackageTemplate | None = None,
) -> PackageTemplate:
    """Make a template of a team, or put new rows into one it has."""
    # One editor after the other; two cannot both make the same name.
    lock_team(team.pk)
    name = name.strip()
    others = team.package_templates.all()
    if template is not None:
        others = others.exclude(pk=template.pk)
    if others.filter(name__iexact=name).exists():
        raise RuleBroken(f"{team} has a template “{name}” already; choose another.")
    if not name or not rows:
        raise RuleBroken("A template has a name and at least one work package.")
    for row in rows:
        if wrong := range_error(row.low, row.likely, row.high):
            raise RuleBroken(f"“{row.name}”: {wrong[1]}")
    before = ""
    if template is None:
        template = PackageTemplate(team=team, position=others.count())
    else:
        before = _words(template)
        template.rows.all().delete()
    template.name = name
    template.save()
    _write_rows(template, rows)
    record_event(
        subject=template,
        kind="template-edited" if before else "template-made",
        by=by,
        team=team,
        before=before,
        after=_words(template),
    )
    return template


@transaction.atomic
def remove_template(*, template: PackageTemplate, by: User) -> None:
    """Take a template away; packages that came from it stay as they are."""
    record_event(
        subject=template,
        kind="template-removed",
        by=by,
        team=template.team,
        before=_words(template),
    )
    template.delete()


@transaction.atomic
def take_shipped(*, team: Team, by: User) -> list[PackageTemplate]:
    """Make the shipped templates a team's own, so that it can edit them."""
    lock_team(team.pk)
    if team.package_templates.exists():
        raise RuleBroken(f"{team} has templates of its own already.")
    made = store_shipped(team=team)
    for template in made:
        record_event(
            subject=template,
            kind="template-made",
            by=by,
            team=team,
            after=_words(template),
        )
    return made


def store_shipped(*, team: Team) -> list[PackageTemplate]:
    """Write the shipped templates for a team that has none, leaving no trace."""
    made = []
    for position, offer in enumerate(_shipped()):
        template = PackageTemplate.objects.create(
            team=team, name=offer.name, position=position
        )
        _write_rows(template, offer.rows)
        made.append(template)
    return made


def _shipped() -> list[Offer]:
    """With the skills of the same name; where there is none, the row asks for one."""
    skills = {skill.name.lower(): skill for skill in Skill.objects.all()}
    return [
        Offer(
            pattern.slug,
            pattern.name,
            [
                TemplateRow(
                    name,
                    skills.get(skill.lower()),
                    Decimal(low),
                    Decimal(likely),
                    Decimal(high),
                    after_previous,
                )
                for name, skill, low, likely, high, after_previous in pattern.rows
            ],
        )
        for pattern in SHIPPED
    ]


def _offer(template: PackageTemplate) -> Offer:
    return Offer(
        str(template.pk),
        template.name,
        [
            TemplateRow(
                row.name, row.skill, row.low, row.likely, row.high, row.after_previous
            )
            for row in template.rows.all()
        ],
    )


def _write_rows(template: PackageTemplate, rows: Sequence[TemplateRow]) -> None:
    TemplatePackage.objects.bulk_create(
        TemplatePackage(
            template=template,
            position=position,
            name=row.name,
            skill=row.skill,
            low=row.low,
            likely=row.likely,
            high=row.high,
            # The first has none above it.
            after_previous=row.after_previous and position > 0,
        )
        for position, row in enumerate(rows)
    )


def _words(template: PackageTemplate) -> str:
    rows = [
        f"{row.name} ({row.skill or 'no skill'}, "
        f"{float(row.low):g} – {float(row.likely):g} – {float(row.high):g} days)"
        for row in template.rows.select_related("skill")
    ]
    return f"{template.name}: {joined(rows)}"
