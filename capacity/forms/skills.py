from __future__ import annotations

from django import forms


class SkillForm(forms.Form):
    name = forms.CharField(
        max_length=60,
        label="Name of the skill",
        help_text="As work packages ask for it: API design, Event streaming.",
        error_messages={"required": "Give the skill a name."},
    )
