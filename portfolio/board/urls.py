from __future__ import annotations

from django.urls import path

from portfolio.board.views import demands, ranking, trials

app_name = "board"
urlpatterns = [
    path("board/", ranking.board, name="board"),
    path("board/move/", ranking.move, name="move"),
    path("board/try/", trials.trial, name="try"),
    path("board/board.csv", ranking.board_csv, name="board-csv"),
    path("board/<str:reference>/", demands.demand, name="demand"),
    path("board/<str:reference>/block/", demands.block, name="block"),
    path("board/<str:reference>/unblock/", demands.unblock, name="unblock"),
]
