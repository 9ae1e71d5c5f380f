from __future__ import annotations

from django.urls import path

from portfolio.delivery.views import (
    dashboard,
    feeds,
    policies,
    progress,
    promises,
    quarters,
    records,
    watching,
)

app_name = "delivery"
urlpatterns = [
    path("delivery/", dashboard.delivery, name="delivery"),
    path("delivery/commitments.csv", dashboard.commitments_csv, name="commitments-csv"),
    path("delivery/quarter/", quarters.quarter, name="quarter"),
    path("delivery/quarter.csv", quarters.quarter_csv, name="quarter-csv"),
    path("delivery/charts/<slug:slug>.csv", dashboard.chart_csv, name="chart-csv"),
    path("delivery/commitments/<int:pk>/", records.record, name="record"),
    path("account/promises/", watching.watching, name="watching"),
    path("account/promises/calendars/", feeds.make, name="make-feed"),
    path(
        "account/promises/calendars/<int:pk>/revoke/", feeds.revoke, name="revoke-feed"
    ),
    path("calendars/<str:signed>/promises.ics", feeds.feed, name="feed"),
    path("settings/delivery/", policies.policy, name="policy"),
    path("demands/<str:reference>/promise/", promises.promise, name="promise"),
    path(
        "demands/<str:reference>/promise/withdraw/", promises.withdraw, name="withdraw"
    ),
    path("demands/<str:reference>/chance/", promises.chance, name="chance"),
    path("demands/<str:reference>/start/", progress.start, name="start"),
    path("demands/<str:reference>/deliver/", progress.deliver, name="deliver"),
]
