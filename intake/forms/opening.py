from __future__ import annotations

import uuid
from typing import Any

from django import forms

from intake.forms.fields import A_LINE, NamesSystems, SystemInput
from intake.models import Demand, SubmissionLink, System
from intake.services.drafting import Opening
from portfolio.core.models import BusinessUnit, Team, User


class OpeningForm(NamesSystems):
    """What everybody is asked first: which systems, what for, and who asks whom."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    # What was typed when “did you mean” was asked: sent again, it is meant.
    source_kept = forms.CharField(widget=forms.HiddenInput, required=False)
    target_kept = forms.CharField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(
        label="In a sentence, what should be connected and what for?",
        help_text="As in “Send web shop orders to the ERP so that nobody types them”.",
        max_length=A_LINE,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        error_messages={
            "required": "Say in a sentence what should be connected and what for.",
            "max_length": "Shorten it to 200 characters; it has %(show_value)d. "
            "Details fit further on.",
        },
    )
    source = forms.CharField(
        label="Where does the data come from?",
        help_text=(
            "Type a few letters and choose, or write the name if it is not offered."
        ),
        max_length=80,
        widget=SystemInput(),
        error_messages={"required": "Name the system the data comes from."},
    )
    target = forms.CharField(
        label="Where should it go?",
        help_text="The system that needs the data.",
        max_length=80,
        widget=SystemInput(),
        error_messages={"required": "Name the system the data should go to."},
    )
    business_unit = forms.ModelChoiceField(
        BusinessUnit.objects.all(),
        label="For which business unit do you ask?",
        empty_label="Choose a unit",
        error_messages={"required": "Choose the unit that needs it."},
    )
    team = forms.ModelChoiceField(
        Team.objects.none(),
        label="Which team should build it?",
        empty_label=None,
        error_messages={"required": "Choose the team that should build it."},
    )

    def __init__(
        self,
        *args: Any,
        user: User | None,
        draft: Demand | None = None,
        link: SubmissionLink | None = None,
        **rest: Any,
    ) -> None:
        super().__init__(*args, **rest)
        self.user, self.link = user, link
        self.systems = list(System.objects.all())
        teams = Team.objects.select_related("calendar")
        # By a link it is asked of one team, for one unit.
        self.teams = list(teams.filter(pk=link.team_id) if link else teams)
        own = {team.pk for team in Team.objects.visible_to(user)} if user else set()
        self.likely_team = min(
            self.teams, key=lambda team: team.pk not in own, default=None
        )
        self._ask_only_what_is_not_known()
        if draft:
            self.initial = {
                "token": draft.submission_token,
                "title": draft.title,
                "source": draft.source_name,
                "target": draft.target_name,
                "source_kept": draft.source_system_name,
                "target_kept": draft.target_system_name,
                "business_unit": draft.business_unit_id,
                "team": draft.team_id,
            }
        elif not self.is_bound:
            self.initial["token"] = uuid.uuid4()

    def _ask_only_what_is_not_known(self) -> None:
        team = self.fields["team"]
        if len(self.teams) < 2:
            del self.fields["team"]
        elif isinstance(team, forms.ModelChoiceField):
            team.queryset = Team.objects.select_related("calendar")
            team.initial = self.likely_team
        if self.link or (self.user and self.user.business_unit_id):
            del self.fields["business_unit"]

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean_source(self) -> str:
        return self.clean_system("source")

    def clean_target(self) -> str:
        return self.clean_system("target")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        source, target = cleaned.get("source"), cleaned.get("target")
        if source and target and source.casefold() == target.casefold():
            self.add_error(
                "target",
                "Source and target are the same. Name the other system, or the part "
                "of it that you mean, as in “SAP payroll”.",
            )
        if not self.teams:
            raise forms.ValidationError(
                "There is no team yet that could take a request. "
                "Please tell an administrator."
            )
        return cleaned

    def opening(self) -> Opening:
        given = self.cleaned_data
        by_name = {system.name: system for system in self.systems}
        team = given.get("team") or self.likely_team
        assert team is not None  # noqa: S101 - clean refuses a form without one
        return Opening(
            title=given["title"],
            source_system=by_name.get(given["source"]),
            target_system=by_name.get(given["target"]),
            source_system_name=given["source"],
            target_system_name=given["target"],
            team=team,
            business_unit=self.link.business_unit
            if self.link
            else given.get("business_unit"),
        )
