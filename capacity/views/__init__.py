from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from capacity.choices import PackageState
from capacity.forms import (
    PackagesFormSet,
    PlaceForm,
    packages_form,
    rows_of_offer,
    rows_of_packages,
    rows_typed,
)
from capacity.models import Forecast, WorkPackage
from capacity.services.envelopes import over_before, warning_when_accepted
from capacity.services.estimating import accept_with_packages, set_packages
from capacity.services.forecasting import request_forecast
from capacity.services.helping import help_for
from capacity.services.indicating import indication_for
from capacity.services.overview import overview_of
from capacity.services.reading import outlook_of
from capacity.services.results import result_for
from capacity.services.status import forecast_status
from capacity.services.templates import Offer, offers_of
from capacity.services.trying import Tried, try_demand, usual_place
from intake.choices import Stage
from intake.follow import decision_words
from intake.models import Demand
from intake.services.drafting import draft_of
from intake.views.asking import guest_with_token
from intake.views.guests import guest_who_follows
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, account_of, render_page
from portfolio.core.open_pages import open_to
from portfolio.core.teams import team_of


@require_safe
@permission_required("capacity.see_capacity", raise_exception=True)
def capacity(request: PageRequest) -> HttpResponse:
    """Demand against supply by skill; people for those who may see them."""
    team = team_of(request.user)
    status = forecast_status(team)
    overview = overview_of(
        team=team,
        user=request.user,
        forecast=status.forecast,
        today=timezone.localdate(),
    )
    return render_page(
        request,
        "capacity/capacity.html",
        {
            "team": team,
            "status": status,
            "overview": overview,
            "help": help_for(team, request.user),
            "over": over_before(team),
        },
        fragment="capacity",
    )


@require_safe
@permission_required("intake.see_board", raise_exception=True)
def status_line(request: PageRequest) -> HttpResponse:
    """The line that says whether dates are true; tells the page when they became so."""
    return _status_line(request)


@require_POST
@permission_required("capacity.run_forecast", raise_exception=True)
def start_forecast(request: PageRequest) -> HttpResponse:
    request_forecast(
        team=team_of(request.user), by=request.user, reason="Asked for on a page."
    )
    if request.htmx:
        return _status_line(request)
    messages.success(request, "A new forecast is on its way.")
    back = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        back, {request.get_host()}, require_https=request.is_secure()
    )
    return redirect(back if ours else "capacity:capacity")


def _status_line(request: PageRequest) -> HttpResponse:
    status = forecast_status(team_of(request.user))
    response = render(request, "capacity/_status.html", {"status": status})
    newest = str(status.forecast.pk) if status.forecast else ""
    # The page says which forecast it shows; without that it was just drawn.
    if request.GET.get("shown", newest) != newest:
        response["HX-Trigger"] = "forecast-done"
    return response


@open_to(guest_who_follows)
@require_safe
def forecast_words(request: PageRequest, reference: str) -> HttpResponse:
    demand = get_object_or_404(
        Demand.objects.visible_to(request.user), reference=reference
    )
    return render_page(
        request,
        "capacity/forecast_words.html",
        {"demand": demand, "outlook": outlook_of(demand)},
        fragment="words",
    )


@open_to(guest_with_token)
@require_safe
def draft_words(request: PageRequest, token: UUID) -> HttpResponse:
    """By when a request could be done that only its requester sees yet."""
    draft = draft_of(account_of(request), token)
    if draft is None or draft.stage != Stage.DRAFT:
        raise Http404
    return render_page(
        request,
        "capacity/draft_words.html",
        {"draft": draft, "outlook": indication_for(draft)},
        fragment="words",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("intake.decide_demand", raise_exception=True)
def accept(request: PageRequest, reference: str) -> HttpResponse:
    demand = _demand(request, reference)
    if not demand.is_decidable:
        return _decided_meanwhile(request, demand)
    offers = offers_of(demand.team)
    formset = _formset(request, [], offers)
    form = _place_form(request, demand)
    if formset.is_valid() and form.is_valid():
        place, packages = form.cleaned_data["place"], formset.estimates()
        if "try" in request.POST:
            tried = try_demand(demand=demand, rows=packages, place=place)
            return _accept_page(request, demand, formset, offers, form, tried)
        try:
            accepted = accept_with_packages(
                demand=demand, packages=packages, by=request.user, place=place
            )
        except RuleBroken as broken:
            demand = _demand(request, reference)
            if not demand.is_decidable:
                return _decided_meanwhile(request, demand)
            messages.error(request, str(broken))
        else:
            messages.success(request, f"Accepted {accepted}.")
            if warning := warning_when_accepted(accepted):
                messages.warning(request, warning)
            return _next_in_triage(request)
    return _accept_page(request, demand, formset, offers, form)


def _next_in_triage(request: PageRequest) -> HttpResponse:
    first = Demand.objects.next_to_decide(request.user)
    if first is None:
        return redirect("intake:triage")
    return redirect("intake:triage-demand", first.reference)


def _accept_page(
    request: PageRequest,
    demand: Demand,
    formset: PackagesFormSet,
    offers: Sequence[Offer],
    form: PlaceForm,
    tried: Tried | None = None,
) -> HttpResponse:
    return _packages_page(
        request,
        demand,
        formset,
        offers=offers,
        back=reverse("intake:triage-demand", args=[demand.reference]),
        is_accepting=True,
        place_form=form,
        tried=tried,
    )


def _place_form(request: PageRequest, demand: Demand) -> PlaceForm:
    """The rank as it was typed or chosen before, or as it is usual for the tier."""
    last = demand.team.demands.in_backlog().count() + 1
    if request.method == "POST":
        return PlaceForm(request.POST, last=last)
    chosen = request.GET.get("place", "")
    place = int(chosen) if chosen.isdecimal() else usual_place(demand)
    return PlaceForm(initial={"place": place}, last=last)


def _decided_meanwhile(request: PageRequest, demand: Demand) -> HttpResponse:
    """Say who was faster; packages that were typed go on as part of the estimate."""
    typed = rows_typed(request.POST)
    if not typed:
        messages.error(request, decision_words(demand))
        return redirect("intake:triage-demand", demand.reference)
    begun, to_do = _begun_and_to_do(demand)
    return _packages_page(
        request,
        demand,
        packages_form(rows=rows_of_packages(to_do) + typed),
        offers=offers_of(demand.team),
        back=reverse("intake:triage-demand", args=[demand.reference]),
        begun=begun,
        is_accepting=not demand.is_in_backlog,
        meanwhile=typed,
    )


def _begun_and_to_do(demand: Demand) -> tuple[list[WorkPackage], list[WorkPackage]]:
    existing = list(
        demand.packages.select_related("skill").prefetch_related("after").all()
    )
    return (
        [each for each in existing if each.state != PackageState.TO_DO],
        [each for each in existing if each.state == PackageState.TO_DO],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("capacity.plan_capacity", raise_exception=True)
def packages(request: PageRequest, reference: str) -> HttpResponse:
    demand = _demand(request, reference)
    back = reverse("board:demand", args=[demand.reference])
    begun, to_do = _begun_and_to_do(demand)
    offers = offers_of(demand.team)
    formset = _formset(request, rows_of_packages(to_do), offers)
    if formset.is_valid():
        try:
            set_packages(demand=demand, packages=formset.estimates(), by=request.user)
        except RuleBroken as broken:
            messages.error(request, str(broken))
        else:
            messages.success(request, f"Estimated {demand}.")
            return redirect(back)
    return _packages_page(
        request, demand, formset, offers=offers, back=back, begun=begun
    )


def _formset(
    request: PageRequest, saved: list[dict[str, Any]], offers: Sequence[Offer]
) -> PackagesFormSet:
    """What was sent to be kept, or rows to go on with: saved, typed, of a template."""
    sent = request.POST
    if request.method == "POST" and not {"add", "pattern"} & sent.keys():
        return packages_form(data=sent)
    rows = rows_typed(sent) if request.method == "POST" else saved
    rows = rows + rows_of_offer(_chosen(request, offers))
    if "add" in sent:
        return packages_form(rows=rows, empty=1)
    return packages_form(rows=rows, empty=0 if rows else 2)


def _chosen(request: PageRequest, offers: Sequence[Offer]) -> Offer | None:
    key = request.POST.get("pattern", request.GET.get("pattern"))
    return next((offer for offer in offers if offer.key == key), None)


def _packages_page(
    request: PageRequest,
    demand: Demand,
    formset: PackagesFormSet,
    *,
    offers: Sequence[Offer],
    back: str,
    begun: Sequence[WorkPackage] = (),
    is_accepting: bool = False,
    meanwhile: Sequence[dict[str, Any]] = (),
    place_form: PlaceForm | None = None,
    tried: Tried | None = None,
) -> HttpResponse:
    name = "accept" if is_accepting else "packages"
    return render_page(
        request,
        "capacity/packages.html",
        {
            "demand": demand,
            "formset": formset,
            "begun": begun,
            "is_accepting": is_accepting,
            "is_adding": "add" in request.POST,
            "offers": offers,
            "added": None if formset.is_bound else _chosen(request, offers),
            "back": back,
            "address": reverse(f"capacity:{name}", args=[demand.reference]),
            "meanwhile": meanwhile,
            "form": place_form,
            "tried": tried,
            "decision": decision_words(demand) if meanwhile else "",
        },
        fragment="packages",
    )


def _demand(request: PageRequest, reference: str) -> Demand:
    return get_object_or_404(
        Demand.objects.visible_to(request.user).for_reading(), reference=reference
    )


@require_safe
@permission_required("capacity.see_people", raise_exception=True)
def plan_json(request: PageRequest, pk: int) -> HttpResponse:
    """The plan file of a forecast, as the engine reads it; it holds people's leave."""
    forecast = get_object_or_404(Forecast.objects.visible_to(request.user), pk=pk)
    return JsonResponse(forecast.plan or {}, json_dumps_params={"indent": 1})


@require_safe
@permission_required("intake.see_board", raise_exception=True)
def result_json(request: PageRequest, pk: int) -> HttpResponse:
    forecast = get_object_or_404(
        Forecast.objects.visible_to(request.user).done(), pk=pk
    )
    return JsonResponse(
        result_for(forecast, user=request.user), json_dumps_params={"indent": 1}
    )
