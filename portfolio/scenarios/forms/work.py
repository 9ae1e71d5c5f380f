from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django import forms

from capacity.models import EngineerSkill, KtloStream, Skill
from capacity.services.ktlo import measured_streams
from portfolio.scenarios.changes.base import number
from portfolio.scenarios.changes.work import DropSkill, SetKtlo, SetSpeed
from portfolio.scenarios.forms.base import NUMBER, ChangeForm, person_field


class SetSpeedForm(ChangeForm):
    engineer = person_field("Whose skill")
    skill = forms.ModelChoiceField(
        queryset=Skill.objects.all(),
        label="Skill",
        empty_label="Choose a skill",
        error_messages={"required": "Choose a skill."},
    )
    speed = forms.DecimalField(
        min_value=Decimal("0.05"),
        max_value=3,
        max_digits=4,
        decimal_places=2,
        initial=1,
        label="Speed",
        help_text="1 is full proficiency; at 0.5 the same work takes twice as long.",
        widget=forms.NumberInput(attrs=NUMBER),
        error_messages={"required": "Say how fast."},
    )

    def set_choices(self) -> None:
        self.people()

    @staticmethod
    def initial_of(change: SetSpeed) -> dict[str, Any]:
        return {
            "engineer": change.engineer,
            "skill": change.skill,
            "speed": change.speed,
        }

    def change(self) -> SetSpeed:
        typed = self.cleaned_data
        return SetSpeed.of(typed["engineer"], typed["skill"], typed["speed"])


class DropSkillForm(ChangeForm):
    level = forms.TypedChoiceField(
        label="Whose skill", error_messages={"required": "Choose a skill."}
    )

    def set_choices(self) -> None:
        levels = EngineerSkill.objects.filter(engineer__team=self.team)
        known = {
            f"{level.engineer_id}-{level.skill_id}": level
            for level in levels.select_related("engineer", "skill").order_by(
                "engineer__name", "skill__name"
            )
            if not level.engineer.is_gone_by(self.today)
        }
        field = cast("forms.TypedChoiceField", self.fields["level"])
        field.choices = [
            ("", "Choose a skill"),
            *(
                (key, f"{each.engineer}: {each.skill}, speed {number(each.speed)}")
                for key, each in known.items()
            ),
        ]
        field.coerce = known.__getitem__

    @staticmethod
    def initial_of(change: DropSkill) -> dict[str, Any]:
        return {"level": f"{change.engineer}-{change.skill}"}

    def change(self) -> DropSkill:
        level = self.cleaned_data["level"]
        return DropSkill.of(level.engineer, level.skill)


class SetKtloForm(ChangeForm):
    stream = forms.ModelChoiceField(
        queryset=KtloStream.objects.none(),
        label="What interrupts",
        empty_label="Choose a stream",
        error_messages={"required": "Choose a stream."},
    )
    per_week = forms.DecimalField(
        min_value=0,
        max_digits=6,
        decimal_places=2,
        label="Interruptions a week",
        help_text="On average, all of them together; 0 for none.",
        widget=forms.NumberInput(attrs=NUMBER),
        error_messages={"required": "Say how many come in a week."},
    )

    def set_choices(self) -> None:
        field = cast("forms.ModelChoiceField[KtloStream]", self.fields["stream"])
        field.queryset = KtloStream.objects.filter(team=self.team)

    @staticmethod
    def initial_of(change: SetKtlo) -> dict[str, Any]:
        return {"stream": change.stream, "per_week": change.per_week}

    def change(self) -> SetKtlo:
        stream = self.cleaned_data["stream"]
        log = measured_streams([stream.pk], until=self.today)[stream.pk]
        return SetKtlo.of(stream, log, self.cleaned_data["per_week"])
