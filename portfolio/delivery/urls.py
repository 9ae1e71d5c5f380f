from __future__ import annotations

from django.urls import path

from portfolio.delivery.views import (
    dashboard,
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
    path("delivery/commitments/<int:pk>/", records.record, name="record"),
    path("account/promises/", watching.watching, name="watching"),
    path("settings/delivery/", policies.policy, name="policy"),
    path("demands/<str:reference>/promise/", promises.promise, name="promise"),
    path(
        "demands/<str:reference>/promise/withdraw/", promises.withdraw, name="withdraw"
    ),
    path("demands/<str:reference>/chance/", promises.chance, name="chance"),
    path("demands/<str:reference>/start/", progress.start, name="start"),
    path("demands/<str:reference>/deliver/", progress.deliver, name="deliver"),
]
