"""2,000 requests from 16 threads at once: nothing lost, none numbered twice.

Every request is opened and answered as a draft and then sent through its page, with
sign-in, middleware and all. Every tenth form is sent twice at the same moment, by the
same person in two windows. One of ten is an expedite; all units together have tokens
for only some of those, and who gets none goes on as Standard and sends it again.

``sent_per_s`` and the milliseconds are those of a process with 16 threads on this
machine: they show how long people wait for each other, not what many processes do.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
FORMS = 2_000
THREADS = 16
UNITS = 8
EXPEDITE = {
    "late": "stops", "date": "no", "broken": "stuck", "broken_what": "All orders.",
    "who_is_hit": "Everybody.", "contact": "Ada, 4417", "approver": "Grace Hopper",
}  # fmt: skip
ASKED_BY_STANDARD = {"data_needed": "Orders", "frequency": "daily"}
STANDARD = {"late": "better", "date": "no", "broken": "no"}


@dataclass(frozen=True, slots=True)
class Form:
    """One form of one person; ``twice`` when they press the button in two windows."""

    number: int
    person: Any
    team: Any
    token: uuid.UUID
    is_expedite: bool
    twice: bool

    @property
    def title(self) -> str:
        return f"Connect number {self.number}"

    @property
    def answers(self) -> dict[str, str]:
        return EXPEDITE if self.is_expedite else {**STANDARD, **self.rest}

    @property
    def rest(self) -> dict[str, str]:
        """What is asked once it counts as Standard."""
        return {**ASKED_BY_STANDARD, "purpose": f"What form {self.number} is for."}


def measure(forms: int = FORMS) -> dict[str, Any]:
    """Both databases, each in a process of its own."""
    from deploy.checks import postgres

    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as folder:
        file = f"sqlite:///{folder}/submissions.sqlite3"
        figures = {"submissions.sqlite": on_database(file, folder, forms)}
        with postgres() as address:
            figures["submissions.postgresql"] = on_database(address, folder, forms)
    return {
        f"{database}.{name}": value
        for database, told in figures.items()
        for name, value in told.items()
    }


def on_database(address: str, folder: str, forms: int) -> dict[str, Any]:
    """Send the forms to a product with this empty database, and look at it."""
    env = {
        **os.environ,
        "DATABASE_URL": address,
        "PORTFOLIO_STATE": folder,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.submissions", str(forms)],
        cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def send_all(count: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    call_command("migrate", verbosity=0)
    forms = list(made(count))
    drafting = at_once(draft, forms)
    windows = list(itertools.chain.from_iterable(
        [form, form] if form.twice else [form] for form in forms
    ))  # fmt: skip
    began = time.perf_counter()
    waits = at_once(send, windows)
    took = time.perf_counter() - began
    facts = look(forms)
    return {
        "forms": count,
        "sends": len(windows),
        "threads": THREADS,
        "draft_p50_ms": statistics.median(drafting),
        "sent_per_s": len(windows) / took,
        "send_p50_ms": statistics.median(waits),
        "send_p95_ms": sorted(waits)[int(0.95 * len(waits))],
        "send_slowest_ms": max(waits),
        **facts,
    }


def made(count: int) -> Iterable[Form]:
    """Two teams, eight units and eighty people; the same forms every time."""
    from tests.factories import TeamFactory, UnitFactory, UserFactory

    rng = random.Random(20261123)
    teams, units = TeamFactory.create_batch(2), UnitFactory.create_batch(UNITS)
    people = [
        UserFactory(business_unit=unit, password=None)
        for unit in units
        for _ in range(10)
    ]
    for number in range(count):
        person = rng.choice(people)
        yield Form(
            number=number,
            person=person,
            team=teams[number % 2],
            token=uuid.UUID(int=rng.getrandbits(128), version=4),
            is_expedite=number % 10 == 3,
            twice=number % 10 == 7 or number % 50 == 3,
        )


def at_once(act: Callable[[Form], None], forms: Iterable[Form]) -> list[float]:
    """Have 16 threads do it, each the next; gives the milliseconds of each form."""
    from django.db import connection

    waiting = iter(forms)

    def work() -> list[float]:
        times = []
        try:
            # Taking the next one of a list is one step of the interpreter.
            for form in waiting:
                began = time.perf_counter()
                act(form)
                times.append((time.perf_counter() - began) * 1000)
        finally:
            connection.close()
        return times

    with ThreadPoolExecutor(THREADS) as threads:
        working = [threads.submit(work) for _ in range(THREADS)]
        return [each for thread in working for each in thread.result()]


def draft(form: Form) -> None:
    from intake.services.drafting import Opening, keep_answers, open_draft

    opening = Opening(
        title=form.title,
        team=form.team,
        source_system_name="CRM",
        target_system_name="ERP",
    )
    opened = open_draft(by=form.person, opening=opening, token=form.token)
    keep_answers(draft=opened, answers=form.answers)


def send(form: Form) -> None:
    """Press the button; without a token go on as Standard and press it again."""
    from django.test import Client
    from django.urls import reverse

    from intake.services.drafting import draft_of, keep_answers
    from portfolio.core.errors import RuleBroken

    client = Client()
    client.force_login(form.person)
    address = reverse("intake:send", args=[form.token])
    answer = client.post(address)
    if not answer["Location"].endswith("/submitted/"):
        kept = draft_of(form.person, form.token)
        assert kept is not None, f"Form {form.number} is lost."
        # Refused where the other window was quicker.
        with contextlib.suppress(RuleBroken):
            keep_answers(draft=kept, answers=form.rest)
        answer = client.post(address)
    assert answer.status_code == 302, f"Form {form.number}: {answer.status_code}"
    assert answer["Location"].endswith("/submitted/"), f"Form {form.number} is refused."


def look(forms: list[Form]) -> dict[str, Any]:
    """What is stored when all is quiet; asserts that it is what was sent."""
    from intake.answers import answers_of
    from intake.models import Demand, SlaClock, TierToken
    from portfolio.core.models import Event

    sent = {each.submission_token: each for each in Demand.objects.sent()}
    for form in forms:
        found = sent.get(form.token)
        assert found, f"Form {form.number} is lost."
        assert found.title == form.title, f"Form {form.number} has another's title."
        given = form.answers if found.tier.slug == "expedite" else form.rest
        kept = answers_of(found)
        assert given.items() <= kept.items(), f"Form {form.number} lost an answer."
    assert Demand.objects.count() == len(sent) == len(forms), "There are too many."
    for team in {form.team.pk: form.team for form in forms}.values():
        of_team = [each for each in sent.values() if each.team_id == team.pk]
        numbers = sorted(int(each.reference.split("-")[1]) for each in of_team)
        assert numbers == list(range(1, len(of_team) + 1)), "A number is given twice."
    assert len({each.reference for each in sent.values()}) == len(forms)
    events = Event.objects.filter(kind="submitted").values_list("subject_id", flat=True)
    assert sorted(events) == sorted(each.pk for each in sent.values())
    assert SlaClock.objects.count() == 2 * len(forms)
    spent = list(TierToken.objects.spent().select_related("demand"))
    by_unit = Counter(token.business_unit_id for token in spent)
    assert max(by_unit.values()) <= 2, f"Tokens are overspent: {by_unit}"
    expedites = [each for each in sent.values() if each.tier.slug == "expedite"]
    assert {token.demand_id for token in spent} == {each.pk for each in expedites}
    wished = sum(each.tier_wanted_id is not None for each in sent.values())
    return {
        "lost": len(forms) - len(sent),
        "references_twice": len(sent) - len({each.reference for each in sent.values()}),
        "expedites_asked": sum(form.is_expedite for form in forms),
        "tokens_spent": len(spent),
        "tokens_there_were": 2 * len({form.person.business_unit_id for form in forms}),
        "sent_as_standard_instead": wished,
    }


if __name__ == "__main__":
    print(json.dumps(send_all(int(sys.argv[1]))))
