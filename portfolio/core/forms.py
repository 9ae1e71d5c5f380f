from __future__ import annotations

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from portfolio.core.shell import THEMES


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


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(
        choices=list(THEMES.items()), widget=forms.RadioSelect, label="Colours"
    )
