from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

admin.site.site_header = "Throughline administration"
admin.site.site_title = "Throughline"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("portfolio.core.urls")),
    path("", include("intake.urls")),
    path("", include("capacity.urls")),
    path("", include("portfolio.delivery.urls")),
    path("", include("portfolio.board.urls")),
    path("", include("portfolio.reports.urls")),
    path("", include("portfolio.catalogue.urls")),
    path("", include("portfolio.scenarios.urls")),
]
