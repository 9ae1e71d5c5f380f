from __future__ import annotations

from django.apps import AppConfig


class BoardConfig(AppConfig):
    name = "portfolio.board"

    def ready(self) -> None:
        from portfolio.core.rights import SEE_BOARD
        from portfolio.core.shell import Room, announce

        announce(Room(30, "Board", "board:board", SEE_BOARD))
