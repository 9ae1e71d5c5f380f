from __future__ import annotations

import datetime as dt

from django.utils.text import slugify

from portfolio.core.models import BusinessCalendar, Team, WorkingPeriod
from portfolio.imports.findings import Finding, Findings
from portfolio.imports.mapping import TeamShape
from portfolio.imports.nearest import did_you_mean, named

OPENS, CLOSES = dt.time(9), dt.time(17)


def find_team(shape: TeamShape, findings: Findings) -> Team | None:
    """The team by its name or slug; None when it is to be made."""
    teams = list(Team.objects.select_related("calendar"))
    wanted = shape.name.casefold()
    for team in teams:
        if wanted in {team.name.casefold(), team.slug.casefold()}:
            return team
    known = [team.name for team in teams]
    if not shape.create:
        findings.add_problem(
            Finding(
                0,
                "",
                "",
                f"is for team “{shape.name}”, which does not exist"
                f"{did_you_mean(shape.name, known) or '.'} Known are {named(known)}; "
                "with team.create = true it is made.",
            )
        )
    prefixes = {team.reference_prefix: team.name for team in teams}
    if shape.create and shape.reference_prefix in prefixes:
        findings.add_problem(
            Finding(
                0,
                "",
                "",
                f"needs another team.reference_prefix: {shape.reference_prefix} "
                f"belongs to {prefixes[shape.reference_prefix]}.",
            )
        )
    return None


def make_team(shape: TeamShape) -> Team:
    """A team that answers Monday to Friday from nine to five."""
    calendar, made = BusinessCalendar.objects.get_or_create(
        name=shape.name,
        defaults={"time_zone": shape.time_zone, "country": shape.country},
    )
    if made:
        WorkingPeriod.objects.bulk_create(
            WorkingPeriod(
                calendar=calendar, weekday=weekday, opens_at=OPENS, closes_at=CLOSES
            )
            for weekday in range(5)
        )
    slugs = set(Team.objects.values_list("slug", flat=True))
    slug = slugify(shape.name)[:70] or shape.reference_prefix.lower()
    return Team.objects.create(
        name=shape.name,
        slug=slug if slug not in slugs else f"{slug}-{len(slugs)}",
        calendar=calendar,
        reference_prefix=shape.reference_prefix,
    )
