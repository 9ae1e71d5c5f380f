"""What the supply side says without knowing who listens."""

from __future__ import annotations

from django.dispatch import Signal

# Sent with ``team_id`` when a forecast is stored; it may be sent more than once.
forecast_stored = Signal()
