from __future__ import annotations

from django.urls import path

from portfolio.board.views import demands, ranking, saved, scores, trials

app_name = "board"
urlpatterns = [
    path("board/", ranking.board, name="board"),
    path("board/move/", ranking.move, name="move"),
    path("board/try/", trials.trial, name="try"),
    path("board/by-score/", scores.by_score, name="by-score"),
    path("board/scoring/", scores.scoring, name="scoring"),
    path("board/history/", saved.history, name="history"),
    path("board/views/", saved.save_view, name="save-view"),
    path("board/views/<int:pk>/forget/", saved.forget_view, name="forget-view"),
    path("board/board.csv", ranking.board_csv, name="board-csv"),
    path("board/<str:reference>/", demands.demand, name="demand"),
    path("board/<str:reference>/score/", scores.inputs, name="inputs"),
    path("board/<str:reference>/block/", demands.block, name="block"),
    path("board/<str:reference>/unblock/", demands.unblock, name="unblock"),
]
