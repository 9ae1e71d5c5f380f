"""Settings: what each tier asks, promises and allows, and which evidence gives it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from intake import editing
from intake.editing import Stored
from intake.evidence import EVIDENCE
from intake.forms import TopicForm
from intake.forms.tiers import (
    EditForm,
    NewTopicForm,
    QuestionForm,
    TierSettingsForm,
    TierTableForm,
    TopicTitleForm,
)
from intake.models import Tier, TierTable, TierVersion
from intake.questions import read_questions
from intake.services.tables import edit_table
from intake.services.tiers import SETTINGS as TIER_SETTINGS
from intake.services.tiers import edit_tier
from portfolio.core.errors import RuleBroken
from portfolio.core.http import PageRequest, render_page
from portfolio.core.rights import SETTINGS

require_form = require_http_methods(["GET", "HEAD", "POST"])
may_edit = permission_required(SETTINGS, raise_exception=True)


@require_safe
@may_edit
def tiers(request: PageRequest) -> HttpResponse:
    return render_page(
        request,
        "intake/tiers.html",
        {
            "tiers": Tier.objects.select_related("current_version"),
            "table": TierTable.objects.first(),
        },
        fragment="tiers",
    )


@require_form
@may_edit
def tier(request: PageRequest, slug: str) -> HttpResponse:
    found = _tier(slug)
    form = TierSettingsForm(
        _sent(request), instance=found.current, initial={"seen": found.current.number}
    )
    if request.method == "POST" and form.is_valid():
        done = _edit(request, found, form, **form.settings())
        if done:
            return done
    return render_page(
        request,
        "intake/tier.html",
        {
            "tier": found,
            "form": form,
            "questions": read_questions(_tier(slug).current.questions, before=EVIDENCE),
            "versions": found.versions.order_by("-number"),
        },
        fragment="tier",
    )


@require_form
@may_edit
def new_topic(request: PageRequest, slug: str) -> HttpResponse:
    found = _tier(slug)
    stored = found.current.questions
    form = NewTopicForm(
        _sent(request),
        stored=stored,
        question=None,
        initial={"seen": found.current.number},
    )
    if request.method == "POST" and form.is_valid():
        title = form.cleaned_data["title"]
        after = editing.add_topic(stored, title, form.as_stored())
        done = _edit(request, found, form, questions=after)
        if done:
            return done
    return _form_page(request, found, form, "A new page of questions")


@require_form
@may_edit
def topic(request: PageRequest, slug: str, place: int) -> HttpResponse:
    """The title of a page of questions."""
    found = _tier(slug)
    stored = found.current.questions
    title = _topic(stored, place)["title"]
    form = TopicTitleForm(
        _sent(request), initial={"title": title, "seen": found.current.number}
    )
    if request.method == "POST" and form.is_valid():
        after = editing.rename_topic(stored, place, form.cleaned_data["title"])
        done = _edit(request, found, form, questions=after)
        if done:
            return done
    return _form_page(request, found, form, f"Rename “{title}”")


@require_form
@may_edit
def new_question(request: PageRequest, slug: str, place: int) -> HttpResponse:
    found = _tier(slug)
    stored = found.current.questions
    title = _topic(stored, place)["title"]
    form = QuestionForm(
        _sent(request),
        stored=stored,
        question=None,
        initial={"seen": found.current.number},
    )
    if request.method == "POST" and form.is_valid():
        after = editing.put_question(stored, place, form.as_stored())
        done = _edit(request, found, form, questions=after)
        if done:
            return done
    return _form_page(request, found, form, f"A new question in “{title}”")


@require_form
@may_edit
def question(request: PageRequest, slug: str, key: str) -> HttpResponse:
    found = _tier(slug)
    stored = found.current.questions
    place, asked = _question(stored, key)
    form = QuestionForm(
        _sent(request),
        stored=stored,
        question=asked,
        initial={"seen": found.current.number},
    )
    if request.method == "POST" and form.is_valid():
        after = editing.put_question(stored, place, form.as_stored())
        done = _edit(request, found, form, questions=after)
        if done:
            return done
    return _form_page(request, found, form, f"“{asked['label']}”")


@require_POST
@may_edit
def rearrange(request: PageRequest, slug: str) -> HttpResponse:
    """One button: up, down or away with a topic or a question."""
    found = _tier(slug)
    stored = found.current.questions
    act = request.POST.get("act", "")
    by = {"up": -1, "down": 1}.get(act, 0)
    if act not in {"up", "down", "remove"}:
        raise Http404
    if "question" in request.POST:
        key = request.POST["question"]
        name = _question(stored, key)[1]["label"]
        after = (
            editing.move_question(stored, key, by)
            if by
            else editing.remove_question(stored, key)
        )
    else:
        place = _number(request.POST.get("topic", ""))
        name = _topic(stored, place)["title"]
        after = (
            editing.move_topic(stored, place, by)
            if by
            else editing.remove_topic(stored, place)
        )
    why = f"“{name}” moved {act}." if by else f"“{name}” removed."
    return _store(request, found, why, questions=after)


@require_POST
@may_edit
def restore(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """Put the settings of an earlier version in force again, as a new one."""
    found = _tier(slug)
    version = get_object_or_404(TierVersion, tier=found, number=number)
    settings = {name: getattr(version, name) for name in TIER_SETTINGS}
    return _store(request, found, f"As in version {number} again.", **settings)


@require_safe
@may_edit
def preview(request: PageRequest, slug: str) -> HttpResponse:
    """The form of a version as requesters see it, all pages below each other."""
    found = _tier(slug)
    number = request.GET.get("version")
    version = (
        get_object_or_404(TierVersion, tier=found, number=_number(number))
        if number
        else found.current
    )
    questions = read_questions(version.questions, before=EVIDENCE)
    return render_page(
        request,
        "intake/tier_preview.html",
        {
            "tier": found,
            "version": version,
            "forms": [
                TopicForm(
                    topic=topic, answers={}, auto_id=f"{place}_%s", shows_all=True
                )
                for place, topic in enumerate(questions.topics)
            ],
        },
        fragment="preview",
    )


@require_form
@may_edit
def table(request: PageRequest) -> HttpResponse:
    newest = TierTable.objects.first()
    if newest is None:
        raise Http404
    form = TierTableForm(_sent(request), table=newest, initial={"seen": newest.number})
    if request.method == "POST" and form.is_valid():
        try:
            after = edit_table(
                cells=form.cells(),
                by=request.user,
                why=form.cleaned_data["why"],
                seen_number=form.cleaned_data["seen"],
            )
        except RuleBroken as broken:
            form.see_again(newest.number)
            form.add_error(None, str(broken))
        else:
            messages.success(request, f"The table is stored as number {after.number}.")
            return redirect("intake:tiers")
    return render_page(
        request,
        "intake/tier_table.html",
        {"form": form, "tables": TierTable.objects.all()},
        fragment="form",
    )


def _edit(
    request: PageRequest, found: Tier, form: EditForm, **settings: Any
) -> HttpResponse | None:
    """Store an edit, or say on the form why not; what was typed stays there."""
    try:
        version = edit_tier(
            tier=found,
            by=request.user,
            why=form.cleaned_data["why"],
            seen_number=form.cleaned_data["seen"],
            **settings,
        )
    except RuleBroken as broken:
        form.see_again(found.current.number)
        form.add_error(None, str(broken))
        return None
    messages.success(request, f"{found} is stored as version {version.number}.")
    return redirect("intake:tier-settings", found.slug)


def _store(
    request: PageRequest, found: Tier, why: str, **settings: Any
) -> HttpResponse:
    """Store what one button asks for."""
    try:
        version = edit_tier(
            tier=found,
            by=request.user,
            why=why,
            seen_number=_number(request.POST.get("seen", "")),
            **settings,
        )
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(request, f"{why} {found} is version {version.number} now.")
    return redirect("intake:tier-settings", found.slug)


def _form_page(
    request: PageRequest, found: Tier, form: EditForm, title: str
) -> HttpResponse:
    return render_page(
        request,
        "intake/tier_form.html",
        {"tier": found, "form": form, "title": title},
        fragment="form",
    )


def _tier(slug: str) -> Tier:
    return get_object_or_404(Tier.objects.select_related("current_version"), slug=slug)


def _topic(stored: Stored, place: int) -> Stored:
    topics: list[Stored] = stored["topics"]
    if not 0 <= place < len(topics):
        raise Http404
    return topics[place]


def _question(stored: Stored, key: str) -> tuple[int, Stored]:
    try:
        place, number = editing.where_is(stored, key)
    except KeyError:
        raise Http404 from None
    found: Stored = stored["topics"][place]["questions"][number]
    return place, found


def _number(given: str) -> int:
    if not given.isascii() or not given.isdigit():
        raise Http404
    return int(given)


def _sent(request: PageRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None
