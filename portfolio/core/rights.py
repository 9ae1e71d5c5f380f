"""Which role may do what: one table, asked by pages, API and exports alike."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import get_permission_codename
from django.contrib.auth.backends import ModelBackend

from portfolio.core.choices import Role

if TYPE_CHECKING:
    from portfolio.core.models import User

SUBMIT = "intake.submit_demand"
COMMENT = "intake.comment_demand"
DECIDE = "intake.decide_demand"
RANK = "intake.rank_demand"
SEE_BOARD = "intake.see_board"
SEE_DELIVERY = "delivery.see_delivery"
PROMISE = "delivery.promise_date"
REPORT_PROGRESS = "delivery.report_progress"
WAIVE_GATE = "delivery.waive_gate"
DELIVERY_POLICY = "delivery.set_delivery_policy"
SEE_CAPACITY = "capacity.see_capacity"
SEE_PEOPLE = "capacity.see_people"
PLAN = "capacity.plan_capacity"
OWN_LEAVE = "capacity.enter_own_leave"
# No permission of a model, as administrators would have it: their work is not here.
OWN_WORK = "capacity.do_own_work"
FORECAST = "capacity.run_forecast"
SEE_REPORTS = "reports.see_reports"
FREEZE = "reports.freeze_report"
SEND_REPORT = "reports.send_report"
SETTINGS = "core.change_settings"
SEE_SCENARIOS = "scenarios.see_scenarios"
PLAN_SCENARIOS = "scenarios.plan_scenarios"

VERBS = ("view", "add", "change", "delete")
_MANAGER = frozenset(
    {
        SUBMIT, COMMENT, DECIDE, RANK, SEE_BOARD, SEE_DELIVERY, PROMISE,
        REPORT_PROGRESS, WAIVE_GATE, DELIVERY_POLICY, SEE_CAPACITY, SEE_PEOPLE, PLAN,
        OWN_LEAVE, FORECAST, SEE_REPORTS, FREEZE, SEND_REPORT, SETTINGS, SEE_SCENARIOS,
        PLAN_SCENARIOS,
    }
)  # fmt: skip
PERMISSIONS: dict[str, frozenset[str]] = {
    Role.REQUESTER: frozenset({SUBMIT, COMMENT}),
    Role.ENGINEER: frozenset(
        {
            SUBMIT,
            COMMENT,
            SEE_BOARD,
            SEE_CAPACITY,
            OWN_LEAVE,
            OWN_WORK,
            REPORT_PROGRESS,
            SEE_SCENARIOS,
        }
    ),
    Role.MANAGER: _MANAGER,
    Role.VIEWER: frozenset(
        {SEE_BOARD, SEE_DELIVERY, SEE_CAPACITY, SEE_REPORTS, SEE_SCENARIOS}
    ),
    Role.ADMINISTRATOR: _MANAGER,
    # They never sign in; on the page of their own request they may write.
    Role.GUEST: frozenset({COMMENT}),
}
# What a manager may edit in the Django admin; everything else there is for
# administrators. Events, forecasts and reports are never edited by hand.
_MANAGER_EDITS = {
    "core": {
        "businesscalendar", "workingperiod", "closedday", "businessunit", "team"
    },
    "intake": {"system", "tier"},
    "capacity": {
        "skill", "engineer", "engineerskill", "weeklyhours", "leave", "ktlostream",
        "workpackage",
    },
    "catalogue": {"integration"},
}  # fmt: skip
MANAGER_ADMIN = frozenset(
    f"{app}.{verb}_{model}"
    for app, models in _MANAGER_EDITS.items()
    for model in models
    for verb in VERBS
)


@cache
def every_permission() -> frozenset[str]:
    """What administrators may: all that a model names, without asking the database."""
    return frozenset(
        f"{model._meta.app_label}.{codename}"
        for model in apps.get_models()
        for codename in (
            *(get_permission_codename(verb, model._meta) for verb in VERBS),
            *(name for name, _words in model._meta.permissions),
        )
    )


class RoleBackend(ModelBackend):
    """Signs in by e-mail and password; what a person may do follows from the role."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        user: User = user_obj
        granted = PERMISSIONS[user.role]
        if user.role == Role.MANAGER:
            granted |= MANAGER_ADMIN
        if user.role == Role.ADMINISTRATOR:
            granted |= every_permission()
        return set(granted)
