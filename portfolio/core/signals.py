"""What the ground floor says without knowing who listens."""

from __future__ import annotations

from django.dispatch import Signal

# Sent after commit with ``team_id`` and ``revision`` when something a forecast depends
# on has changed. The floors above connect; a lower floor never imports them.
plan_changed = Signal()

# Sent after commit with ``calendar_id`` when working hours or closed days have changed.
calendar_changed = Signal()
