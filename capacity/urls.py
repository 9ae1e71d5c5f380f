from __future__ import annotations

from django.urls import path

from capacity import api, views
from capacity.views import (
    calendars,
    envelopes,
    helping,
    ktlo,
    leave,
    load,
    own_work,
    people,
    receipts,
    skills,
    templates,
    trying,
)

app_name = "capacity"
urlpatterns = [
    path("my-work/", own_work.my_work, name="my-work"),
    path("my-work/log/", own_work.log_own, name="log-own"),
    path("my-work/<int:pk>/start/", own_work.start, name="start-work"),
    path("my-work/<int:pk>/left/", own_work.go_on, name="go-on-work"),
    path("my-work/<int:pk>/finish/", own_work.finish, name="finish-work"),
    path("my-work/<int:pk>/put-back/", own_work.put_back, name="put-back-work"),
    path("my-work/<int:pk>/reopen/", own_work.reopen, name="reopen-work"),
    path("capacity/", views.capacity, name="capacity"),
    path("capacity/what-helps/", helping.what_helps, name="what-helps"),
    path("capacity/over-time/", load.over_time, name="over-time"),
    path("capacity/load-of-<slug:of>.csv", load.load_csv, name="load-csv"),
    path("capacity/team/", people.engineers, name="engineers"),
    path("capacity/team/new/", people.new_engineer, name="new-engineer"),
    path("capacity/team/<int:pk>/", people.engineer, name="engineer"),
    path("capacity/team/<int:pk>/remove/", people.remove, name="remove-engineer"),
    path("capacity/leave/", leave.leave, name="leave"),
    path("capacity/leave/new/", leave.new_leave, name="new-leave"),
    path("capacity/leave/import/", leave.import_leave, name="import-leave"),
    path("capacity/leave/<int:pk>/", leave.entry, name="leave-entry"),
    path("capacity/leave/<int:pk>/remove/", leave.remove, name="remove-leave"),
    path(
        "capacity/calendars/<int:pk>/try/", calendars.try_calendar, name="try-calendar"
    ),
    path("capacity/ktlo/", ktlo.streams, name="ktlo"),
    path("capacity/ktlo/new/", ktlo.new_stream, name="new-stream"),
    path("capacity/ktlo/<int:pk>/", ktlo.stream, name="stream"),
    path("capacity/ktlo/<int:pk>/remove/", ktlo.remove, name="remove-stream"),
    path("capacity/interruptions/", ktlo.log, name="log"),
    path("capacity/interruptions/<int:pk>/remove/", ktlo.unlog, name="unlog"),
    path("capacity/skills/", skills.skills, name="skills"),
    path("capacity/skills/new/", skills.new_skill, name="new-skill"),
    path("capacity/skills/<int:pk>/", skills.skill, name="skill"),
    path("capacity/skills/<int:pk>/remove/", skills.remove, name="remove-skill"),
    path("triage/<str:reference>/accept/", views.accept, name="accept"),
    path("triage/<str:reference>/if-ranked/", trying.if_ranked, name="if-ranked"),
    path("demands/<str:reference>/packages/", views.packages, name="packages"),
    path(
        "requests/<str:reference>/forecast/",
        views.forecast_words,
        name="forecast-words",
    ),
    path("forecasts/drafts/<uuid:token>/", views.draft_words, name="draft-words"),
    path("capacity/shares/", envelopes.envelopes, name="envelopes"),
    path(
        "capacity/shares/if-moved/<str:reference>/",
        envelopes.if_moved,
        name="envelopes-if-moved",
    ),
    path("capacity/shares/line/", envelopes.line, name="envelopes-line"),
    path("capacity/shares/<int:pk>/give-back/", envelopes.give_back, name="give-back"),
    path("capacity/expedites/", receipts.receipts, name="receipts"),
    path("demands/<str:reference>/receipt/", receipts.receipt, name="receipt"),
    path("settings/packages/", templates.templates, name="templates"),
    path("settings/packages/shipped/", templates.take, name="take-templates"),
    path("settings/packages/new/", templates.new_template, name="new-template"),
    path("settings/packages/<int:pk>/", templates.template, name="template"),
    path(
        "settings/packages/<int:pk>/remove/", templates.remove, name="remove-template"
    ),
    path("forecasts/status/", views.status_line, name="forecast-status"),
    path("forecasts/start/", views.start_forecast, name="start-forecast"),
    path("forecasts/<int:pk>/plan.json", views.plan_json, name="plan-json"),
    path("forecasts/<int:pk>/result.json", views.result_json, name="result-json"),
    path("api/v1/forecasts/", api.ForecastList.as_view(), name="api-forecasts"),
    path(
        "api/v1/forecasts/<int:pk>/", api.ForecastDetail.as_view(), name="api-forecast"
    ),
]
