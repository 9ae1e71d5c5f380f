from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portfolio.catalogue.listing import CSV_HEADER, Listing, csv_rows
from portfolio.catalogue.models import Integration
from portfolio.catalogue.similar import similar_to, system_called
from portfolio.core.csv_cells import csv_response
from portfolio.core.http import PageRequest, render_page
from portfolio.core.models import BusinessUnit

A_PAGE = 100


@require_safe
def integrations(request: PageRequest) -> HttpResponse:
    listing = Listing.read(request.GET)
    chosen = listing.chosen(Integration.objects.all())
    if request.GET.get("format") == "csv":
        name = f"integrations-{timezone.localdate()}.csv"
        return csv_response(name, CSV_HEADER, csv_rows(chosen))
    return render_page(
        request,
        "catalogue/integrations.html",
        {
            "listing": listing,
            "page": Paginator(chosen, A_PAGE).get_page(request.GET.get("page")),
            "units": BusinessUnit.objects.all(),
        },
        fragment="listing",
    )


@require_safe
def similar(request: PageRequest) -> HttpResponse:
    return render_page(
        request,
        "catalogue/similar.html",
        {
            "similar": similar_to(
                source=system_called(request.GET.get("source", "")),
                target=system_called(request.GET.get("target", "")),
                user=request.user,
                without=request.GET.get("without", ""),
                sentence=request.GET.get("title", "")[:200],
            )
        },
        fragment="similar",
    )
