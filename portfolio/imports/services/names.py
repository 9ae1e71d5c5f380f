"""Looks up the names a tracker uses, and makes those that may be made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify

from capacity.models import Skill
from intake.models import System, Tier
from portfolio.core.choices import Role
from portfolio.core.models import BusinessUnit, User
from portfolio.imports.cells import Cell, Unknown
from portfolio.imports.findings import Finding, Findings
from portfolio.imports.nearest import did_you_mean, named, nearest
from portfolio.imports.tracked import Tracked
from portfolio.imports.tracking import label


class Sort(StrEnum):
    UNIT = "business unit"
    SYSTEM = "system"
    SKILL = "skill"
    TIER = "tier"
    PERSON = "person"


SORT_OF = {
    "tier": Sort.TIER,
    "business_unit": Sort.UNIT,
    "requester": Sort.PERSON,
    "owner": Sort.PERSON,
    "source_system": Sort.SYSTEM,
    "target_system": Sort.SYSTEM,
}
# Those that are nothing but a name and a slug.
Named = BusinessUnit | System | Skill
MODELS: dict[Sort, type[Named]] = {
    Sort.UNIT: BusinessUnit,
    Sort.SYSTEM: System,
    Sort.SKILL: Skill,
}
LONGEST_SLUG = 60
LIKE = 0.85


@dataclass
class Names:
    """Known names by what they are called in any case, and those to be made."""

    known: dict[Sort, dict[str, int]] = field(default_factory=dict)
    # As they are written, for a message.
    spelled: dict[Sort, list[str]] = field(default_factory=dict)
    wanted: dict[Sort, dict[str, str]] = field(default_factory=dict)
    # Name and business unit of the people to be made, by e-mail address.
    people: dict[str, tuple[str, str]] = field(default_factory=dict)
    made: dict[Sort, list[str]] = field(default_factory=dict)

    @classmethod
    def load(cls) -> Names:
        names = cls(wanted={sort: {} for sort in Sort}, made={})
        for sort, model in {**MODELS, Sort.TIER: Tier}.items():
            rows = list(model.objects.values_list("pk", "name", "slug"))
            names.spelled[sort] = [name for _, name, _ in rows]
            names.known[sort] = {
                **{slug.casefold(): pk for pk, _, slug in rows},
                **{name.casefold(): pk for pk, name, _ in rows},
            }
        names._load_people()
        return names

    def _load_people(self) -> None:
        rows = list(User.objects.values_list("pk", "name", "email"))
        by_name: dict[str, list[int]] = {}
        for pk, name, _ in rows:
            by_name.setdefault(name.casefold(), []).append(pk)
        self.spelled[Sort.PERSON] = [email for _, _, email in rows]
        self.known[Sort.PERSON] = {
            # Two people of one name are told apart by their addresses alone.
            **{name: pks[0] for name, pks in by_name.items() if len(pks) == 1},
            **{email.casefold(): pk for pk, _, email in rows},
        }

    def find(self, sort: Sort, text: str) -> int | None:
        return self.known[sort].get(text.casefold()) if text else None

    def key(self, sort: Sort, text: str) -> int:
        """Of a name that was required before, so that it is there."""
        return self.known[sort][text.casefold()]

    def require(self, tracked: Tracked, changed: set[str], findings: Findings) -> None:
        """See that every name a row brings is known or may be made."""
        for name in SORT_OF.keys() & changed:
            if (text := tracked.text(name)) and name in tracked.cells:
                self._require(name, text, tracked, tracked.cells[name], findings)
        if "packages" in changed:
            for package in tracked.packages:
                self._require(
                    "skill", package.skill, tracked, package.skill_cell, findings
                )

    def _require(
        self, name: str, text: str, tracked: Tracked, cell: Cell, findings: Findings
    ) -> None:
        sort = SORT_OF.get(name, Sort.SKILL)
        if self.find(sort, text) or text.casefold() in self.wanted[sort]:
            return
        why = self._not_makeable(sort, text) if cell.create else ""
        if cell.create and not why:
            self._want(sort, text, tracked, cell, findings)
            return
        # A demand cannot be without its unit and tier, nor a package without skill.
        needed = name in {"business_unit", "tier", "skill"}
        right = why or (
            f"is no known {sort}{did_you_mean(text, self.spelled[sort]) or '.'}"
            + self._what_helps(sort, name)
        )
        if cell.unknown is Unknown.ERROR or needed:
            findings.add_problem(Finding(tracked.line, label(cell), text, right))
        elif cell.unknown is Unknown.REMARK:
            findings.add_remark(
                Finding(tracked.line, label(cell), text, f"{right} It is left out.")
            )

    def _what_helps(self, sort: Sort, name: str) -> str:
        if sort is Sort.TIER:
            return f" Known are {named(self.spelled[sort])}."
        if name == "owner":
            return ""
        return " With create = true in the mapping it is made."

    def _not_makeable(self, sort: Sort, text: str) -> str:
        if sort is not Sort.PERSON:
            return ""
        try:
            validate_email(text)
        except ValidationError:
            return (
                "is nobody known and no e-mail address; a person is made from an "
                "address."
            )
        return ""

    def _want(
        self, sort: Sort, text: str, tracked: Tracked, cell: Cell, findings: Findings
    ) -> None:
        near = nearest(text, self.spelled[sort], cutoff=LIKE)
        if near and sort is not Sort.PERSON:
            findings.add_remark(
                Finding(
                    tracked.line,
                    label(cell),
                    text,
                    f"is made new; “{near}” exists already, is that meant?",
                )
            )
        self.wanted[sort][text.casefold()] = text
        if sort is Sort.PERSON:
            person = tracked.text("requester_name") or text.partition("@")[0]
            self.people[text.casefold()] = person, tracked.text("business_unit")

    def make_wanted(self) -> None:
        """Make what was missing; part of the import's transaction."""
        for sort, model in MODELS.items():
            if not self.wanted[sort]:
                continue
            taken = set(model.objects.values_list("slug", flat=True))
            rows = [
                model(name=name, slug=_free_slug(name, sort, taken))
                for name in self.wanted[sort].values()
            ]
            model.objects.bulk_create(rows)  # type: ignore[arg-type]  # of one model
            self._note_made(sort, [(row.name, row.pk) for row in rows])
        self._make_people()

    def _make_people(self) -> None:
        if not self.wanted[Sort.PERSON]:
            return
        people = []
        for email in self.wanted[Sort.PERSON].values():
            name, unit = self.people[email.casefold()]
            person = User(
                email=User.objects.normalize_email(email),
                name=name,
                role=Role.REQUESTER,
                business_unit_id=self.find(Sort.UNIT, unit),
            )
            # They sign in once an administrator gives them a password.
            person.set_unusable_password()
            people.append(person)
        User.objects.bulk_create(people)
        self._note_made(Sort.PERSON, [(one.email, one.pk) for one in people])

    def _note_made(self, sort: Sort, made: Iterable[tuple[str, int]]) -> None:
        for name, pk in made:
            self.known[sort][name.casefold()] = pk
            self.made.setdefault(sort, []).append(name)
        self.wanted[sort] = {}


def _free_slug(name: str, sort: Sort, taken: set[str]) -> str:
    # Names in a script without ASCII letters leave nothing.
    base = slugify(name)[: LONGEST_SLUG - 6].strip("-") or slugify(sort)
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    taken.add(slug)
    return slug
