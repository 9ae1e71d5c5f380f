from __future__ import annotations

from django.urls import path

from intake import views

app_name = "intake"
urlpatterns = [
    path("requests/", views.requests, name="requests"),
    path("requests/new/", views.new, name="new"),
    path("requests/<str:reference>/", views.follow, name="request"),
    path("requests/<str:reference>/submitted/", views.submitted, name="submitted"),
    path("requests/<str:reference>/withdraw/", views.withdraw, name="withdraw"),
    path("requests/<str:reference>/answer/", views.answer, name="answer"),
    path("requests/<str:reference>/reopen/", views.reopen, name="reopen"),
    path("triage/", views.triage, name="triage"),
    path("triage/<str:reference>/", views.triage_demand, name="triage-demand"),
    path("triage/<str:reference>/decline/", views.decline, name="decline"),
    path("triage/<str:reference>/ask/", views.ask, name="ask"),
    path("triage/<str:reference>/tier/", views.tier, name="tier"),
    path("triage/<str:reference>/acknowledge/", views.acknowledge, name="acknowledge"),
]
