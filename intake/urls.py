from __future__ import annotations

from django.urls import path

from intake import views
from intake.views import asking, following, guests, links, mailbox, tiers

app_name = "intake"
urlpatterns = [
    path("requests/", views.requests, name="requests"),
    path("requests/new/", asking.new, name="new"),
    path("requests/drafts/<uuid:token>/", asking.draft, name="draft"),
    path("requests/drafts/<uuid:token>/confirmed/", guests.send, name="guest-send"),
    path("requests/drafts/<uuid:token>/who/", guests.who, name="guest-who"),
    path("requests/drafts/<uuid:token>/wait/", guests.wait, name="guest-wait"),
    path("requests/drafts/<uuid:token>/kept/", guests.kept, name="guest-kept"),
    path("ask/confirm/<str:signed>/", guests.confirm, name="guest-confirm"),
    path("ask/<str:signed>/", guests.new, name="guest-new"),
    path("follow/<str:signed>/", guests.follow, name="guest-follow"),
    path("follow/<str:signed>/again/", guests.follow_again, name="guest-follow-again"),
    path("requests/drafts/<uuid:token>/send/", asking.send, name="send"),
    path("requests/drafts/<uuid:token>/discard/", asking.discard, name="discard"),
    path(
        "requests/drafts/<uuid:token>/<slug:slug>/",
        asking.draft_page,
        name="draft-page",
    ),
    path("requests/<str:reference>/", following.follow, name="request"),
    path("requests/<str:reference>/submitted/", views.submitted, name="submitted"),
    path("requests/<str:reference>/withdraw/", following.withdraw, name="withdraw"),
    path("requests/<str:reference>/answer/", following.answer, name="answer"),
    path("requests/<str:reference>/comment/", following.comment, name="comment"),
    path("requests/<str:reference>/links/", links.revoke_links, name="revoke-links"),
    path("requests/<str:reference>/names/", following.names, name="names"),
    path("requests/<str:reference>/following/", following.following, name="following"),
    path("requests/<str:reference>/reopen/", following.reopen, name="reopen"),
    path(
        "requests/<str:reference>/files/<slug:key>/",
        following.attachment,
        name="attachment",
    ),
    path("triage/", views.triage, name="triage"),
    path("triage/<str:reference>/", views.triage_demand, name="triage-demand"),
    path("triage/<str:reference>/decline/", views.decline, name="decline"),
    path("triage/<str:reference>/duplicate/", views.duplicate, name="duplicate"),
    path("triage/<str:reference>/ask/", views.ask, name="ask"),
    path("triage/<str:reference>/tier/", views.tier, name="tier"),
    path("triage/<str:reference>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("settings/links/", links.links, name="guest-links"),
    path("settings/links/<int:pk>/revoke/", links.revoke, name="revoke-link"),
    path("settings/mailbox/", mailbox.set_aside, name="set-aside"),
    path("settings/mailbox/<int:pk>/again/", mailbox.try_again, name="try-again"),
    path("settings/tiers/", tiers.tiers, name="tiers"),
    path("settings/tiers/table/", tiers.table, name="tier-table"),
    path("settings/tiers/<slug:slug>/", tiers.tier, name="tier-settings"),
    path("settings/tiers/<slug:slug>/preview/", tiers.preview, name="tier-preview"),
    path("settings/tiers/<slug:slug>/rearrange/", tiers.rearrange, name="rearrange"),
    path(
        "settings/tiers/<slug:slug>/versions/<int:number>/restore/",
        tiers.restore,
        name="restore-tier",
    ),
    path("settings/tiers/<slug:slug>/topics/new/", tiers.new_topic, name="new-topic"),
    path("settings/tiers/<slug:slug>/topics/<int:place>/", tiers.topic, name="topic"),
    path(
        "settings/tiers/<slug:slug>/topics/<int:place>/new/",
        tiers.new_question,
        name="new-question",
    ),
    path(
        "settings/tiers/<slug:slug>/questions/<slug:key>/",
        tiers.question,
        name="question",
    ),
]
