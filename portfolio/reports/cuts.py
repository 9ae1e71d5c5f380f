"""Texts that are too long or that fonts lack, for places of a fixed size."""

from __future__ import annotations

import re
import unicodedata

# Pictures have no letters in most fonts; their names can be read.
_EMOJI = re.compile(r"[\U0001F000-\U0001FAFF]")
_JOINERS = re.compile(r"[\u200d\ufe0e\ufe0f]")
_UNBROKEN = re.compile(r"\S{24,}")
# Control characters end no line and are no text; XML forbids most of them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
ZERO_WIDTH_SPACE = "\u200b"


def cut(text: str, longest: int) -> str:
    """A text that is too long, up to a whole word where there is one.

    >>> cut("Orders into the warehouse", 16)
    'Orders into the…'
    """
    if len(text) <= longest:
        return text
    short = text[: max(longest - 1, 0)]
    ends = text[len(short)].isspace()
    whole = short if ends else short.rsplit(" ", 1)[0]
    return f"{(whole if len(whole) > longest // 2 else short).rstrip()}…"


def cut_to_width(text: str, columns: float) -> str:
    """The same by the room it takes: letters of East Asia and pictures take two."""
    room = 0.0
    for at, letter in enumerate(text):
        room += _width(letter)
        if room > columns:
            return cut(text, at)
    return text


def width_of(text: str) -> int:
    return sum(map(_width, text))


def _width(letter: str) -> int:
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def plain(text: str) -> str:
    """Without control characters."""
    return _CONTROL.sub("", text.replace("\r", " ").replace("\t", " "))


def printable(text: str, longest: int = 0) -> str:
    """Pictures by their names, at most so long, and places to break what has none."""
    named = _EMOJI.sub(_name, _JOINERS.sub("", plain(text)))
    short = cut_to_width(named, longest) if longest else named
    return _UNBROKEN.sub(_breakable, short)


def _name(match: re.Match[str]) -> str:
    return f"[{unicodedata.name(match[0], 'picture').lower()}]"


def _breakable(match: re.Match[str]) -> str:
    word = match[0]
    return ZERO_WIDTH_SPACE.join(word[at : at + 12] for at in range(0, len(word), 12))
