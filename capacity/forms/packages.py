from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from capacity.models import PackageTemplate, Skill, TemplatePackage, WorkPackage
from capacity.services.estimating import Estimate, range_error
from capacity.services.templates import Offer, TemplateRow
from portfolio.core.words import joined

ROW = ["package", "name", "skill", "low", "likely", "high", "after_previous"]
PREFIX = "packages"
DAYS: dict[str, Any] = {
    "min_value": 0,
    "max_digits": 7,
    "decimal_places": 2,
    "widget": forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    "error_messages": {"required": "Say how many days."},
}


class PackageForm(forms.Form):
    package = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        max_length=120,
        label="Work package",
        error_messages={"required": "Say what is to be done."},
    )
    skill = forms.TypedChoiceField(
        label="Skill", error_messages={"required": "Choose the skill it asks for."}
    )
    low = forms.DecimalField(label="Low", **DAYS)
    likely = forms.DecimalField(label="Likely", **DAYS)
    high = forms.DecimalField(label="High", **DAYS)
    after_previous = forms.BooleanField(required=False, label="After the one above")

    def __init__(self, *args: Any, skills: Sequence[Skill], **kwargs: Any) -> None:
        # Any row may be left empty; it is then no row.
        super().__init__(*args, **{**kwargs, "empty_permitted": True})
        field = cast("forms.TypedChoiceField", self.fields["skill"])
        known = {str(skill.pk): skill for skill in skills}
        field.choices = [
            ("", "Choose a skill"),
            *((pk, skill.name) for pk, skill in known.items()),
        ]
        field.coerce = known.__getitem__

    def has_changed(self) -> bool:
        return any(
            str(self[name].value() or "").strip()
            for name in ("name", "low", "likely", "high")
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        low, likely, high = (cleaned.get(name) for name in ("low", "likely", "high"))
        if low is not None and likely is not None and high is not None:
            wrong = range_error(low, likely, high)
            if wrong:
                self.add_error(*wrong)
        return cleaned

    @property
    def follows(self) -> str:
        """What it comes after, when that is more than the row above."""
        return str(self.initial.get("follows", ""))

    @property
    def is_kept(self) -> bool:
        """Tell whether the row was filled in and not removed."""
        cleaned = self.cleaned_data
        return bool(cleaned.get("name")) and not cleaned.get("DELETE")

    def estimate(self) -> Estimate:
        return Estimate(**self.values(), package_id=self.cleaned_data["package"])

    def values(self) -> dict[str, Any]:
        """What an estimate and a template both say of a package."""
        names = ("name", "skill", "low", "likely", "high", "after_previous")
        return {name: self.cleaned_data[name] for name in names}


class PackagesFormSet(forms.BaseFormSet[PackageForm]):
    def estimates(self) -> list[Estimate]:
        """What was asked for, row by row."""
        return [form.estimate() for form in self.forms if form.is_kept]


class TemplateRowForm(PackageForm):
    """A row of a template; where it names no skill, whoever uses it chooses one."""

    def __init__(self, *args: Any, skills: Sequence[Skill], **kwargs: Any) -> None:
        super().__init__(*args, skills=skills, **kwargs)
        field = cast("forms.TypedChoiceField", self.fields["skill"])
        field.required, field.empty_value = False, None

    def row(self) -> TemplateRow:
        return TemplateRow(**self.values())


class TemplateRowsFormSet(forms.BaseFormSet[TemplateRowForm]):
    def rows(self) -> list[TemplateRow]:
        """What was sent, row by row."""
        return [form.row() for form in self.forms if form.is_kept]


class TemplateNameForm(forms.Form):
    name = forms.CharField(
        max_length=40,
        label="Name of the template",
        help_text="As in API or File transfer; it is the button in the estimate.",
        error_messages={"required": "Give the template a name."},
    )


class PackageAdminForm(forms.ModelForm[WorkPackage]):
    """One package in the administration, where the order is edited freely."""

    class Meta:
        model = WorkPackage
        fields = [
            "demand", "position", "name", "skill", "low", "likely", "high", "after",
            "engineer", "wait_low", "wait_likely", "wait_high", "state", "remaining",
            "started_on", "finished_on", "actual",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        demand, after = cleaned.get("demand"), list(cleaned.get("after") or [])
        strangers = [each.name for each in after if each.demand != demand]
        if strangers:
            self.add_error(
                "after",
                f"{joined(strangers)} belongs to another demand. To let one demand "
                "wait for another, say so at the demand.",
            )
        elif self.instance.pk and _comes_back_to(self.instance, after):
            self.add_error("after", "These packages would wait for each other.")
        return cleaned


def _comes_back_to(package: WorkPackage, after: Sequence[WorkPackage]) -> bool:
    """Tell whether what comes before a package comes after it too."""
    pairs = WorkPackage.after.through.objects.filter(
        from_workpackage__demand=package.demand_id
    )
    before: dict[int, list[int]] = {}
    for later, earlier in pairs.values_list("from_workpackage_id", "to_workpackage_id"):
        before.setdefault(later, []).append(earlier)
    ahead = [each.pk for each in after]
    seen: set[int] = set()
    while ahead:
        pk = ahead.pop()
        if pk == package.pk:
            return True
        if pk not in seen:
            seen.add(pk)
            ahead += before.get(pk, [])
    return False


def packages_form(
    *, data: Any = None, rows: Sequence[dict[str, Any]] = (), empty: int = 0
) -> PackagesFormSet:
    """The rows of an estimate: as sent, or as given with some empty ones below."""
    made = forms.formset_factory(
        PackageForm, formset=PackagesFormSet, extra=empty, can_delete=True, max_num=60
    )
    formset = made(
        data=data,
        initial=list(rows),
        prefix=PREFIX,
        form_kwargs={"skills": list(Skill.objects.all())},
    )
    return cast("PackagesFormSet", formset)


def template_rows_form(
    *, data: Any = None, rows: Sequence[dict[str, Any]] = (), empty: int = 0
) -> TemplateRowsFormSet:
    made = forms.formset_factory(
        TemplateRowForm,
        formset=TemplateRowsFormSet,
        extra=empty,
        can_delete=True,
        max_num=60,
    )
    formset = made(
        data=data,
        initial=list(rows),
        prefix=PREFIX,
        form_kwargs={"skills": list(Skill.objects.all())},
    )
    return cast("TemplateRowsFormSet", formset)


def rows_typed(sent: Any) -> list[dict[str, Any]]:
    """Rows as somebody has typed them so far, right or wrong; empty ones left out."""
    count = str(sent.get(f"{PREFIX}-TOTAL_FORMS", "0"))
    rows = [
        {name: sent.get(f"{PREFIX}-{number}-{name}", "") for name in [*ROW, "DELETE"]}
        for number in range(min(int(count), 60) if count.isdecimal() else 0)
    ]
    return [
        row
        for row in rows
        if not row["DELETE"]
        and any(row[name].strip() for name in ("name", "low", "likely", "high"))
    ]


def rows_of_offer(offer: Offer | None) -> list[dict[str, Any]]:
    """The rows a template begins an estimate with."""
    return [_first_row(row) for row in offer.rows] if offer else []


def rows_of_template(template: PackageTemplate | None) -> list[dict[str, Any]]:
    return [_first_row(row) for row in template.rows.all()] if template else []


def _first_row(row: TemplateRow | TemplatePackage) -> dict[str, Any]:
    return {
        "name": row.name,
        "skill": row.skill.pk if row.skill else "",
        "low": _short(row.low),
        "likely": _short(row.likely),
        "high": _short(row.high),
        "after_previous": row.after_previous,
    }


def rows_of_packages(packages: Sequence[WorkPackage]) -> list[dict[str, Any]]:
    """Rows of packages that exist; expects their predecessors prefetched."""
    rows = []
    above: list[str] = []
    for package in packages:
        names = [other.name for other in package.after.all()]
        rows.append(
            {
                "package": package.pk,
                "name": package.name,
                "skill": package.skill_id,
                "low": _short(package.low),
                "likely": _short(package.likely),
                "high": _short(package.high),
                "after_previous": bool(names),
                "follows": "" if names == above else joined(names),
            }
        )
        above = [package.name]
    return rows


def _short(days: Any) -> str:
    return f"{days:f}".rstrip("0").rstrip(".")
