from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portfolio.catalogue.models import Integration, IntegrationQuerySet, Pattern
from portfolio.catalogue.similar import similar_to, system_of
from portfolio.core.csv_cells import csv_response
from portfolio.core.http import PageRequest, render_page
from portfolio.core.models import BusinessUnit

SORTS = {
    "name": ("Name", ["name"]),
    "source": ("From", ["source__name", "target__name", "name"]),
    "target": ("To", ["target__name", "source__name", "name"]),
    "pattern": ("Pattern", ["pattern", "name"]),
    "unit": ("Unit", ["owner_unit__name", "name"]),
    "since": ("Runs since", ["-runs_since", "name"]),
}


@require_safe
def integrations(request: PageRequest) -> HttpResponse:
    """Everything that already runs, as anybody at the company may know it."""
    asked = {name: request.GET.get(name, "") for name in ("q", "pattern", "unit")}
    sort = request.GET.get("sort", "source")
    sort = sort if sort in SORTS else "source"
    rows = _found(asked).order_by(*SORTS[sort][1])
    if request.GET.get("format") == "csv":
        return csv_response(
            "integrations.csv",
            ["name", "from", "to", "pattern", "unit", "runs_since"],
            [
                [
                    row.name, row.source.name, row.target.name,
                    row.get_pattern_display(), row.owner_unit.name, row.runs_since,
                ]
                for row in rows
            ],
        )  # fmt: skip
    kept = request.GET.copy()
    kept.pop("format", None)
    kept["format"] = "csv"
    return render_page(
        request,
        "catalogue/integrations.html",
        {
            "rows": list(rows),
            "asked": asked,
            "sort": sort,
            "sorts": {name: words for name, (words, _) in SORTS.items()},
            "patterns": Pattern.choices,
            "units": BusinessUnit.objects.all(),
            "is_filtered": any(asked.values()),
            "csv_query": kept.urlencode(),
        },
        fragment="rows",
    )


def _found(asked: dict[str, str]) -> IntegrationQuerySet:
    rows = Integration.objects.running().select_related(
        "source", "target", "owner_unit"
    )
    for word in asked["q"].split():
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(source__name__icontains=word)
            | Q(target__name__icontains=word)
        )
    if asked["pattern"] in Pattern.values:
        rows = rows.filter(pattern=asked["pattern"])
    if asked["unit"]:
        rows = rows.filter(owner_unit__slug=asked["unit"])
    return rows


@require_safe
def similar(request: PageRequest) -> HttpResponse:
    """The fragment beside a form: what may be the same already."""
    found = similar_to(
        source=system_of(request.GET.get("source", "")),
        target=system_of(request.GET.get("target", "")),
        user=request.user,
    )
    return render(request, "catalogue/_similar.html", {"similar": found})
