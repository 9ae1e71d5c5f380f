from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from portfolio.core.choices import Channel, NoticeKind
from portfolio.core.models import User
from portfolio.core.rights import DECIDE, SEND_REPORT
from portfolio.core.shell import THEMES
from portfolio.core.words import day_words


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": (
            "No account has this e-mail and password. Check both; "
            "upper and lower case matter in the password."
        ),
        "inactive": "This account is switched off. An administrator can switch it on.",
    }

    def clean_username(self) -> str:
        given: str = self.cleaned_data["username"]
        return given.strip()


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"autocomplete": "off"})


class AwayForm(forms.ModelForm[User]):
    """From when to when somebody is away, and who is told instead."""

    class Meta:
        model = User
        fields = ["away_from", "away_until", "deputy"]
        widgets = {"away_from": DayInput(), "away_until": DayInput()}
        labels = {
            "away_from": "First day away",
            "away_until": "Last day away",
            "deputy": "Who stands in for you?",
        }
        help_texts = {
            "away_until": "Leave it empty if you do not know yet.",
            "deputy": "They get your warnings by e-mail while you are away. "
            "Without anybody, nobody gets them instead of you.",
        }

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        teams = self.instance.teams.values_list("pk", flat=True)
        colleagues = User.objects.filter(teams__in=list(teams), is_active=True)
        deputy = self.fields["deputy"]
        if isinstance(deputy, forms.ModelChoiceField):
            deputy.queryset = colleagues.exclude(pk=self.instance.pk).distinct()
            deputy.empty_label = "Nobody"
        self.has_colleagues = colleagues.exclude(pk=self.instance.pk).exists()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("away_from"), cleaned.get("away_until")
        if last and not first:
            self.add_error("away_from", "Give the first day too.")
        elif first and last and last < first:
            self.add_error("away_until", "The last day comes before the first.")
        return cleaned

    def said(self) -> str:
        first, last = self.instance.away_from, self.instance.away_until
        if not first:
            return "You are not away."
        until = f" to {day_words(last)}" if last else " on"
        deputy = self.instance.deputy
        instead = f"{deputy} is told instead" if deputy else "nobody is told instead"
        return f"You are away from {day_words(first)}{until}; {instead}."


class NoticePreferencesForm(forms.Form):
    """One field for each kind of notice that comes to this person at all."""

    def __init__(self, *args: Any, person: User, **rest: Any) -> None:
        super().__init__(*args, **rest)
        kinds = [kind for kind in NoticeKind if _comes_to(person, kind)]
        for kind in kinds:
            self.fields[kind] = forms.ChoiceField(
                choices=Channel.choices, label=kind.label
            )


# Who may not act on it is not told of it. A deputy who decides nothing gets these too,
# but only while somebody is away.
_FOR = {
    NoticeKind.WARNING: DECIDE,
    NoticeKind.MAILBOX: DECIDE,
    NoticeKind.REPORT: SEND_REPORT,
}


def _comes_to(person: User, kind: NoticeKind) -> bool:
    return kind not in _FOR or person.has_perm(_FOR[kind])


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(
        choices=list(THEMES.items()), widget=forms.RadioSelect, label="Colours"
    )
