from __future__ import annotations


class RuleBroken(Exception):
    """A rule of the product forbids this; the message is shown to the person."""
