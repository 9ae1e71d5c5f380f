"""E-mails that could not be taken, for managers of the team that they are for."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from intake.models import StuckLetter
from intake.models.letters import StuckLetterQuerySet
from intake.services.letters import team_of_mailbox
from intake.services.mailbox import want_back
from portfolio.core.http import PageRequest, render_page
from portfolio.core.models import Team, User
from portfolio.core.rights import SETTINGS


@require_safe
@permission_required(SETTINGS, raise_exception=True)
def set_aside(request: PageRequest) -> HttpResponse:
    return render_page(
        request,
        "intake/set_aside.html",
        {"letters": _visible_to(request.user)},
        fragment="letters",
    )


@require_POST
@permission_required(SETTINGS, raise_exception=True)
def try_again(request: PageRequest, pk: int) -> HttpResponse:
    stuck = want_back(stuck=get_object_or_404(_visible_to(request.user), pk=pk))
    messages.success(request, f"The e-mail of {stuck} is tried again within a minute.")
    return redirect("intake:set-aside")


def _visible_to(user: User) -> StuckLetterQuerySet:
    team = team_of_mailbox()
    if team is None or not Team.objects.visible_to(user).filter(pk=team.pk).exists():
        return StuckLetter.objects.none()
    return StuckLetter.objects.set_aside()
