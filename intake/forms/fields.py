from __future__ import annotations

import difflib
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from intake.content import content_type_of
from intake.models import System
from portfolio.core.errors import RuleBroken

LONG_ANSWER = 4_000
A_LINE = 200


class SystemInput(forms.TextInput):
    """A text field that offers the known systems while typing, without script too."""

    def __init__(self) -> None:
        # Not autocomplete="off": some browsers then offer nothing from the list.
        super().__init__(attrs={"list": "systems", "spellcheck": "false"})


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"autocomplete": "off"})


class LongAnswer(forms.CharField):
    default_error_messages = {
        "max_length": f"Shorten it to {LONG_ANSWER:,} characters; "
        "it has %(show_value)d.",
    }

    def __init__(self, *, rows: int, **rest: Any) -> None:
        super().__init__(
            max_length=LONG_ANSWER,
            # No maxlength on the widget: a browser would cut a pasted text silently.
            widget=forms.Textarea(attrs={"rows": rows, "autocomplete": "off"}),
            **rest,
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs: dict[str, Any] = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class NumberAnswer(forms.CharField):
    """A number as people write it: 12000, 12 000, 12,000 or 12,5."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(
            max_length=24,
            widget=forms.TextInput(
                attrs={"inputmode": "decimal", "autocomplete": "off", "class": "short"}
            ),
            **rest,
        )

    def clean(self, value: Any) -> str:
        written: str = super().clean(value)
        if not written:
            return ""
        plain = "".join(written.split()).replace("’", "").replace("'", "")
        whole, comma, end = plain.rpartition(",")
        if comma and "." not in end:
            # Three digits after the last comma are thousands, else it is decimal.
            is_thousands = len(end) == 3 or "." in whole
            plain = whole.replace(",", "") + ("" if is_thousands else ".") + end
        try:
            number = Decimal(plain.replace(",", ""))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or number < 0 or number >= Decimal(10) ** 15:
            raise forms.ValidationError(
                f"“{written}” is not a number. Write it in digits, as in 12000."
            )
        return f"{number.normalize():f}"


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"multiple": True})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002 - as Django calls it
        return files.getlist(name) if hasattr(files, "getlist") else []


class FilesAnswer(forms.FileField):
    """Some files, each within the limits of size and type."""

    widget = FilesInput
    MOST = 5

    def clean(self, value: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = [super(FilesAnswer, self).clean(each, initial) for each in value or []]
        if len(files) > self.MOST:
            raise forms.ValidationError(f"Choose up to {self.MOST} files at once.")
        for file in files:
            try:
                content_type_of(file)
            except RuleBroken as broken:
                raise forms.ValidationError(str(broken)) from broken
        return files


class NamesSystems(forms.Form):
    """A form with fields that name systems of the list, or others as written."""

    systems: list[System]

    def clean_system(self, field: str) -> str:
        """The name as the list spells it, or as written where the list has no such.

        A near miss is asked about once; sent again as it is, it is meant.
        """
        written = " ".join(str(self.cleaned_data.get(field) or "").split())
        by_name = {system.name.casefold(): system for system in self.systems}
        if not written or written.casefold() in by_name:
            return by_name[written.casefold()].name if written else ""
        near = difflib.get_close_matches(written.casefold(), by_name, n=1, cutoff=0.75)
        if near and written != self.data.get(f"{field}_kept"):
            self._keep_if_sent_again(field, written)
            raise forms.ValidationError(
                f"“{written}” is not in the list. Did you mean "
                f"“{by_name[near[0]].name}”? If not, send it once more as it is."
            )
        return written

    def _keep_if_sent_again(self, field: str, written: str) -> None:
        sent = QueryDict(mutable=True)
        sent.update(self.data)
        sent[f"{field}_kept"] = written
        self.data = sent
