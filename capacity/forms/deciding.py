from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms

from capacity.services.templates import Offer
from intake.models import Tier


class PlaceForm(forms.Form):
    """Where in the backlog a demand is accepted; empty for its end."""

    place = forms.IntegerField(
        label="At rank",
        required=False,
        min_value=1,
        error_messages={
            "invalid": "Say at which rank, as a number from 1, or nothing for the end.",
            "min_value": "Ranks begin at 1.",
        },
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, last: int, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.fields["place"].widget.attrs["placeholder"] = f"{last}, at the end"
        self.fields["place"].widget.attrs["max"] = last


class TryForm(PlaceForm):
    """What to try a request with before it is accepted: tier, packages, rank."""

    tier = forms.ModelChoiceField(
        Tier.objects.all(), label="As", empty_label=None, required=False
    )
    pattern = forms.ChoiceField(label="With the packages of", required=False)
    field_order = ["tier", "pattern", "place"]

    def __init__(self, *args: Any, offers: Sequence[Offer], **rest: Any) -> None:
        # Stands beside the form of a decision, which has a tier of its own.
        super().__init__(*args, **{"auto_id": "try_%s", **rest})
        self.fields["place"].widget.attrs["placeholder"] = "usual"
        pattern = cast("forms.ChoiceField", self.fields["pattern"])
        pattern.choices = [(offer.key, offer.name) for offer in offers]

    def choices(self) -> list[forms.BoundField]:
        """What is tried as soon as it is chosen."""
        return [self["tier"], self["pattern"]]


class BorrowForm(forms.Form):
    """Days of one tier's share for another; its fields are what the service takes."""

    borrower = forms.ModelChoiceField(
        Tier.objects.none(),
        label="Which tier gets them?",
        empty_label=None,
    )
    lender = forms.ModelChoiceField(
        Tier.objects.none(), label="From the share of which tier?", empty_label=None
    )
    days = forms.DecimalField(
        label="How many focused days?",
        min_value=Decimal("0.1"),
        max_digits=6,
        decimal_places=1,
        error_messages={"required": "Say how many days."},
        widget=forms.NumberInput(attrs={"step": "0.1", "inputmode": "decimal"}),
    )
    why = forms.CharField(
        label="Why?",
        max_length=500,
        help_text="Kept in the ledger.",
        error_messages={"required": "Say why; the ledger shows it."},
    )

    # How many entries the ledger had when the form was shown.
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        for name in ("borrower", "lender"):
            field = cast("forms.ModelChoiceField[Tier]", self.fields[name])
            field.queryset = Tier.objects.filter(
                current_version__share_percent__isnull=False
            )
