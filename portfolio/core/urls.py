from __future__ import annotations

from django.contrib.auth import views as auth
from django.urls import path, reverse_lazy

from portfolio.core import views
from portfolio.core.views import calendars

app_name = "core"
urlpatterns = [
    path("", views.home, name="home"),
    path(
        "sign-in/",
        views.SignIn.as_view(),
        name="sign-in",
    ),
    path("sign-out/", auth.LogoutView.as_view(), name="sign-out"),
    path("account/", views.account, name="account"),
    path("account/theme/", views.theme, name="theme"),
    path(
        "account/password/",
        auth.PasswordChangeView.as_view(
            template_name="core/password.html",
            success_url=reverse_lazy("core:password-changed"),
        ),
        name="password",
    ),
    path("account/password/changed/", views.password_changed, name="password-changed"),
    path("account/away/", views.away, name="away"),
    path("account/notices/", views.notice_preferences, name="notice-preferences"),
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read_all, name="read-notices"),
    path("notices/<int:pk>/", views.notice, name="notice"),
    path("notices/<int:pk>/read/", views.read_one, name="read-notice"),
    path("settings/", views.settings_page, name="settings"),
    path("settings/calendars/", calendars.calendars, name="calendars"),
    path("settings/calendars/new/", calendars.new_calendar, name="new-calendar"),
    path("settings/calendars/<int:pk>/", calendars.calendar, name="calendar"),
    path(
        "settings/calendars/<int:pk>/remove/", calendars.remove, name="remove-calendar"
    ),
    path("search/", views.search, name="search"),
    path("healthy/", views.healthy, name="healthy"),
]
