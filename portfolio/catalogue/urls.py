from __future__ import annotations

from django.urls import path

from portfolio.catalogue import views

app_name = "catalogue"
urlpatterns = [
    path("integrations/", views.integrations, name="integrations"),
    path("integrations/similar/", views.similar, name="similar"),
]
