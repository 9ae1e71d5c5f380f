"""What somebody sent after their session had ended is kept until they send it again.

The answers travel sealed through the sign-in page and come back on a page with one
button, so that no form of the product has to know of it and nothing is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse

from portfolio.core.forms import SignInForm
from portfolio.core.open_pages import who_may_open

SALT = "portfolio.core.signed_out"
KEPT = "kept"
# Far beyond what a person types; more would only burden the sign-in page.
MOST_LETTERS = 200_000
A_DAY = 60 * 60 * 24
# What a form carries beside the answers of a person.
CARRIED = ("token", "revision", "_kept", "_FORMS")


@dataclass(frozen=True, slots=True)
class Kept:
    """The fields of a form that was not carried out, and where it was going."""

    path: str
    fields: list[tuple[str, str]]
    # Names of files that were sent along; these have to be chosen again.
    files: list[str]

    @property
    def answers(self) -> list[tuple[str, str]]:
        """What the person gave, to be looked at before it is sent."""
        return [
            (name.rpartition("-")[2].replace("_", " ").capitalize(), value)
            for name, value in self.fields
            if value and not name.endswith(CARRIED)
        ]

    def sealed(self) -> str:
        kept = [self.path, self.fields, self.files]
        return signing.dumps(kept, salt=SALT, compress=True)


def opened(sealed: str) -> Kept | None:
    try:
        path, fields, files = signing.loads(sealed, salt=SALT, max_age=A_DAY)
    except signing.BadSignature:
        return None
    return Kept(path, [(name, value) for name, value in fields], files)


def kept_from(request: HttpRequest) -> Kept | None:
    """What a form carried; None when it holds nothing that anybody would miss."""
    fields = [
        (name, str(value))
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and "password" not in name
    ]
    files = [
        str(file.name) for name in request.FILES for file in request.FILES.getlist(name)
    ]
    kept = Kept(request.get_full_path(), fields, files)
    letters = sum(len(name) + len(value) for name, value in fields)
    return kept if kept.answers and letters <= MOST_LETTERS else None


def ask_to_sign_in(request: HttpRequest, kept: Kept) -> HttpResponse:
    """The sign-in page at the address of the form, with the answers sealed in it."""
    return render(
        request,
        "core/sign_in.html",
        {"form": SignInForm(request), "kept": kept.sealed()},
        status=403,
    )


def sign_in_and_come_back(request: HttpRequest) -> HttpResponse:
    """After a button without answers: to the sign-in, and back to where it stood."""
    page = urlsplit(request.headers.get("Referer", ""))
    address = reverse("core:sign-in")
    if page.netloc != request.get_host():
        # An address that only takes forms is no place to come back to.
        return redirect(address)
    back = f"{page.path}?{page.query}" if page.query else page.path
    return redirect(f"{address}?{urlencode({'next': back, 'pressed': 'yes'})}")


def show_kept(request: HttpRequest, kept: Kept, *, status: int = 200) -> HttpResponse:
    return render(request, "core/kept.html", {"kept": kept}, status=status)


def say_signed_out(request: HttpRequest) -> HttpResponse:
    """For htmx: a message beside the page, which stays as it is with what was typed."""
    response = render(request, "core/_signed_out.html")
    response["HX-Reswap"] = "none"
    return response


def not_sent(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - as Django calls it
    """Answer what carries no valid token, as after signing in anew in another tab."""
    if request.headers.get("HX-Request"):
        return say_signed_out(request)
    if request.headers.get("Origin") != f"{request.scheme}://{request.get_host()}":
        return _refuse(request)
    kept = opened(request.POST.get(KEPT, "")) or kept_from(request)
    if request.path == reverse("core:sign-in") and KEPT not in request.POST:
        return redirect("core:sign-in")
    if kept is None:
        return _refuse(request)
    if request.user.is_authenticated or _needs_no_account(request):
        return show_kept(request, kept, status=403)
    return ask_to_sign_in(request, kept)


def _needs_no_account(request: HttpRequest) -> bool:
    if request.path == reverse("core:sign-in"):
        return False
    match = resolve(request.path_info)
    is_open = not getattr(match.func, "login_required", True)
    return is_open or who_may_open(request, match.func, match.kwargs) is not None


def _refuse(request: HttpRequest) -> HttpResponse:
    words = (
        "What was sent did not come from a page of this site as it is now, so nothing "
        "was done. Open the page again and send it from there."
    )
    return render(request, "403.html", {"exception": words}, status=403)
