from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from portfolio.core.http import PageRequest
from portfolio.core.rights import PLAN_SCENARIOS, SEE_SCENARIOS
from portfolio.scenarios.models import Scenario

may_see = permission_required(SEE_SCENARIOS, raise_exception=True)
may_plan = permission_required(PLAN_SCENARIOS, raise_exception=True)
require_form = require_http_methods(["GET", "HEAD", "POST"])


def load_scenario(request: PageRequest, pk: int) -> Scenario:
    own = Scenario.objects.visible_to(request.user)
    found = own.select_related("team__calendar", "made_by", "closed_by")
    return get_object_or_404(found, pk=pk)
