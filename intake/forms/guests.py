from __future__ import annotations

from typing import Any

from django import forms

from portfolio.core.models import BusinessUnit, Team, User


class WhoForm(forms.Form):
    """Who asks, of somebody without an account."""

    name = forms.CharField(
        label="Your name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Say who you are; the team asks you back."},
    )
    email = forms.EmailField(
        label="Your e-mail",
        help_text="We mail you a link. Your request is sent once you have opened it.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": "Give your e-mail; by it you confirm and follow the request.",
            "invalid": "Write the whole address, as in ada@example.com.",
        },
    )

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.use_required_attribute = False

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class LinkForm(forms.Form):
    """A link by which people without an account ask for something."""

    name = forms.CharField(
        label="Whom is it for?",
        help_text="So that you know it again, as in “Warehouse in Poznań”.",
        max_length=80,
        error_messages={"required": "Say whom it is for, so that you know it again."},
    )
    business_unit = forms.ModelChoiceField(
        BusinessUnit.objects.all(),
        label="For which business unit do they ask?",
        help_text="An urgent request spends one of this unit's tokens.",
        empty_label="Choose a unit",
        error_messages={"required": "Choose the unit they ask for."},
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), label="Which team do they ask?", empty_label=None
    )
    days = forms.IntegerField(
        label="For how many days is it open?", min_value=1, max_value=366, initial=30
    )
    most_a_day = forms.IntegerField(
        label="How many requests a day at most?",
        min_value=1,
        max_value=500,
        initial=20,
    )

    def __init__(self, *args: Any, user: User, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.use_required_attribute = False
        team = self.fields["team"]
        teams = Team.objects.visible_to(user)
        self.only_team = teams[0] if len(teams) == 1 else None
        if self.only_team:
            del self.fields["team"]
        elif isinstance(team, forms.ModelChoiceField):
            team.queryset = teams

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        return {"team": self.only_team, **cleaned}
