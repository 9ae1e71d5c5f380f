from __future__ import annotations

from django.urls import path

from portfolio.scenarios.views import changes, closing, scenarios

app_name = "scenarios"
urlpatterns = [
    path("scenarios/", scenarios.scenarios, name="scenarios"),
    path("scenarios/new/", scenarios.new, name="new"),
    path("scenarios/<int:pk>/", scenarios.scenario, name="scenario"),
    path("scenarios/<int:pk>/edit/", scenarios.edit, name="edit"),
    path("scenarios/<int:pk>/status/", scenarios.status_line, name="status"),
    path("scenarios/<int:pk>/forecast/", scenarios.forecast, name="forecast"),
    path("scenarios/<int:pk>/comparison.csv", scenarios.comparison_csv, name="csv"),
    path("scenarios/<int:pk>/changes/new/", changes.choose, name="choose-change"),
    path("scenarios/<int:pk>/changes/new/<slug:kind>/", changes.new, name="new-change"),
    path("scenarios/<int:pk>/changes/<int:row>/", changes.edit, name="change"),
    path(
        "scenarios/<int:pk>/changes/<int:row>/remove/",
        changes.remove,
        name="remove-change",
    ),
    path("scenarios/<int:pk>/share/", closing.share, name="share"),
    path("scenarios/<int:pk>/apply/", closing.apply, name="apply"),
    path("scenarios/<int:pk>/discard/", closing.discard, name="discard"),
    path("scenarios/<int:pk>/restore/", closing.restore, name="restore"),
]
