from __future__ import annotations

from django.urls import path

from portfolio.reports import views

app_name = "reports"
urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/freeze/", views.freeze, name="freeze"),
    path("reports/plan/", views.plan, name="plan"),
    path("reports/<slug:week>/<int:version>/", views.report, name="report"),
    path("reports/<slug:week>/<int:version>/notes/", views.notes, name="notes"),
    path("reports/<slug:week>/<int:version>/approve/", views.approve, name="approve"),
    path("reports/<slug:week>/<int:version>/send/", views.send, name="send"),
    path(
        "reports/<slug:week>/<int:version>/<slug:fmt>/",
        views.download,
        name="download",
    ),
]
