"""The skills that work packages ask for and engineers have; shared by all teams."""

from __future__ import annotations

from django.db import transaction
from django.utils.text import slugify

from capacity.models import Skill
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.core.services.changes import note_plan_change
from portfolio.core.services.events import record_event
from portfolio.core.words import counted, joined


@transaction.atomic
def save_skill(*, name: str, by: User, skill: Skill | None = None) -> Skill:
    """Make a skill, or give one another name."""
    name = " ".join(name.split())
    others = Skill.objects.exclude(pk=skill.pk) if skill else Skill.objects.all()
    slug = slugify(name)
    if not slug:
        raise RuleBroken("A skill has a name of letters or digits.")
    if others.filter(name__iexact=name).exists() or others.filter(slug=slug).exists():
        raise RuleBroken(f"There is a skill “{name}” already.")
    before = skill.name if skill else ""
    skill = skill or Skill()
    skill.name, skill.slug = name, slug
    skill.save()
    record_event(
        subject=skill,
        kind="skill-renamed" if before else "skill-made",
        by=by,
        before=before,
        after=name,
    )
    # A plan knows skills by their names, and they are all teams'.
    if before and before != name:
        for team_id in Team.objects.values_list("pk", flat=True):
            note_plan_change(team_id=team_id)
    return skill


@transaction.atomic
def remove_skill(*, skill: Skill, by: User) -> None:
    """Take away a skill that nobody has and no work asks for."""
    used = [
        counted(number, word)
        for number, word in (
            (skill.engineer_levels.count(), "engineer"),
            (skill.packages.count(), "work package"),
        )
        if number
    ]
    if used:
        raise RuleBroken(
            f"“{skill}” is in use by {joined(used)}. "
            "Give them another first, or rename it."
        )
    record_event(subject=skill, kind="skill-removed", by=by, before=skill.name)
    skill.delete()
