from __future__ import annotations

from django.urls import path

from portfolio.reports import views

app_name = "reports"
urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/freeze/", views.freeze, name="freeze"),
    path("reports/<slug:week>/<int:version>/", views.report, name="report"),
    path(
        "reports/<slug:week>/<int:version>/<slug:fmt>/",
        views.download,
        name="download",
    ),
]
