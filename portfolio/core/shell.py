"""The frame around every page: navigation by role, and light or dark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from portfolio.core.models import User

THEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}
THEME_COOKIE = "theme"


@dataclass(frozen=True, slots=True)
class Room:
    """A place in the navigation, announced by the app that owns it."""

    position: int
    name: str
    url: str
    permission: str
    # How many things wait there for this person, and what they are.
    count: Callable[[User], int] | None = None
    count_words: str = ""


_rooms: list[Room] = []


def announce(room: Room) -> None:
    """Put a room into the navigation; called once from the ready() of its app."""
    _rooms.append(room)
    _rooms.sort(key=lambda known: known.position)


def shell(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get(THEME_COOKIE, "system")
    return {
        "theme": theme if theme in THEMES else "system",
        "rooms": SimpleLazyObject(lambda: _rooms_for(request)),
    }


def _rooms_for(request: HttpRequest) -> list[dict[str, Any]]:
    user = request.user
    if not isinstance(user, User):
        return []
    return [
        {**room, "current": request.path.startswith(room["url"])}
        for room in rooms_of(user)
    ]


def rooms_of(user: User) -> list[dict[str, Any]]:
    """The rooms a person may enter, in order."""
    granted = user.get_all_permissions()
    return [
        {
            "name": room.name,
            "url": reverse(room.url),
            "count": room.count(user) if room.count else 0,
            "count_words": room.count_words,
        }
        for room in _rooms
        if room.permission in granted
    ]
