from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import SEE_BOARD
from portfolio.delivery.models import Commitment
from portfolio.delivery.record import read_record


@require_safe
@permission_required(SEE_BOARD, raise_exception=True)
def record(request: PageRequest, pk: int) -> HttpResponse:
    """A closed promise as it was on the day it closed."""
    commitments = Commitment.objects.visible_to(request.user).closed()
    found = get_object_or_404(commitments.select_related("demand"), pk=pk)
    return render_page(
        request,
        "delivery/record.html",
        {
            "reference": found.demand.reference,
            "record": found.closed_record and read_record(found.closed_record),
        },
        fragment="record",
    )
