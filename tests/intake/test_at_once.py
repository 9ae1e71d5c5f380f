"""Several people at the same moment, each in a transaction of their own."""

from __future__ import annotations

import random
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from intake.models import (
    Demand,
    GuestDraft,
    RankMove,
    SlaWarning,
    Tier,
    TierToken,
)
from intake.services import ranking
from intake.services.commenting import write_comment
from intake.services.drafting import Opening, keep_answers, open_draft
from intake.services.guests import begin_guest_draft, make_link, send_guest_draft
from intake.services.letters import take_letter
from intake.services.ranking import move_demand
from intake.services.submitting import submit_draft, submit_request
from intake.services.triage import accept_demand, decline_demand
from intake.services.warnings import check_clocks
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event, Mail, Notice, User
from portfolio.core.services.digests import make_digests
from portfolio.core.services.notices import give_notice, mail_notice
from portfolio.core.services.preferences import choose_channels
from tests.factories import (
    DemandFactory,
    RankedDemandFactory,
    TeamFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = [
    pytest.mark.usefixtures("shipped_tiers"),
    pytest.mark.skipif(
        "connection.vendor == 'sqlite'",
        reason="the test database of SQLite is in memory, where a second connection "
        "is refused at once instead of waiting; PostgreSQL runs this",
    ),
]


def at_once(*calls):
    """Run all calls in threads of their own; give what each returned or refused."""

    def run(call):
        try:
            return call()
        except RuleBroken as broken:
            return broken
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_requests_sent_at_once_get_a_reference_each():
    team, people = TeamFactory(), UserFactory.create_batch(12)

    def sending(person):
        return lambda: submit_request(by=person, team=team, title="Connect").reference

    references = at_once(*map(sending, people))

    assert sorted(references) == [
        f"{team.reference_prefix}-{number:04d}" for number in range(1, 13)
    ]
    assert Event.objects.filter(kind="submitted").count() == 12


def test_one_form_sent_many_times_at_once_makes_one_request():
    team, person = TeamFactory(), UserFactory()
    token = "5b3bdc9a-6d3c-4f0e-9d3f-0f7f6f0c9a11"

    def send():
        return submit_request(by=person, team=team, title="Connect", token=token).pk

    sent = at_once(*[send] * 8)

    assert (len(set(sent)), Demand.objects.count()) == (1, 1)


def test_managers_who_move_at_once_lose_no_move():
    team = TeamFactory()
    managers = UserFactory.create_batch(8, role="manager", teams=[team])
    demands = RankedDemandFactory.create_batch(8, team=team)

    def moving(demand, manager):
        return lambda: move_demand(
            demand=demand, to_place=1, by=manager, why="To the top"
        )

    moves = at_once(*map(moving, demands, managers))

    # Only who found it on top already moved nothing; all others left their move.
    made = [move for move in moves if isinstance(move, RankMove)]
    ranks = list(Demand.objects.by_rank().values_list("rank", flat=True))
    assert len(made) >= 7
    assert RankMove.objects.count() == len(made)
    assert len(set(ranks)) == 8
    last = RankMove.objects.order_by("pk").last()
    assert Demand.objects.by_rank().first() == last.demand


@pytest.mark.slow
def test_thousands_of_random_moves_at_once_give_the_order_of_a_plain_list(monkeypatch):
    # Keys are spread anew often, while others move.
    monkeypatch.setattr(ranking, "LONGEST_KEY", 7)
    team = TeamFactory()
    managers = UserFactory.create_batch(8, role="manager", teams=[team])
    demands = RankedDemandFactory.create_batch(12, team=team)
    plain = [demand.pk for demand in demands]

    def managing(manager, number):
        dice = random.Random(number)

        def moves():
            made = refused = 0
            for turn in range(250):
                demand = dice.choice(demands)
                # Every other one says what it has seen, which another may change.
                seen = Demand.objects.get(pk=demand.pk).revision if turn % 2 else None
                try:
                    moved = move_demand(
                        demand=demand,
                        to_place=dice.randint(1, 12),
                        by=manager,
                        seen_revision=seen,
                    )
                except RuleBroken:
                    refused += 1
                else:
                    made += moved is not None
            return made, refused

        return moves

    counts = at_once(*[managing(each, at) for at, each in enumerate(managers)])

    # Under the lock of the team, moves are written in the order of their making.
    log = list(RankMove.objects.order_by("pk"))
    for move in log:
        assert plain.index(move.demand_id) + 1 == move.from_place
        plain.remove(move.demand_id)
        plain.insert(move.to_place - 1, move.demand_id)
    now = Demand.objects.filter(team=team).by_rank()
    assert list(now.values_list("pk", flat=True)) == plain
    made = sum(count for count, _refused in counts)
    assert len(log) == made == Event.objects.filter(kind="moved").count()
    assert made > 1000
    team.refresh_from_db()
    assert team.plan_revision == made
    assert sum(refused for _made, refused in counts) > 0


def test_a_demand_is_decided_once():
    team = TeamFactory()
    managers = UserFactory.create_batch(6, role="manager", teams=[team])
    demand = DemandFactory(team=team)

    def deciding(manager, accept):
        if accept:
            return lambda: accept_demand(demand=demand, by=manager)
        return lambda: decline_demand(demand=demand, by=manager, reason="No.")

    answers = at_once(
        *[deciding(manager, turn % 2) for turn, manager in enumerate(managers)]
    )

    assert sum(isinstance(answer, RuleBroken) for answer in answers) == 5
    assert Event.objects.about(demand).count() == 1


def test_accepting_and_moving_at_once_wait_for_each_other_in_no_circle():
    team = TeamFactory()
    manager = UserFactory(role="manager", teams=[team])
    waiting = DemandFactory.create_batch(6, team=team)
    ranked = RankedDemandFactory.create_batch(6, team=team)

    at_once(
        *[lambda d=demand: accept_demand(demand=d, by=manager) for demand in waiting],
        *[
            lambda d=demand: move_demand(demand=d, to_place=1, by=manager)
            for demand in ranked
        ],
    )

    ranks = Demand.objects.in_backlog().values_list("rank", flat=True)
    assert len(set(ranks)) == 12


def test_workers_that_check_at_once_warn_once_and_mail_once(at, mailoutbox):
    team, asker = TeamFactory(), UserFactory()
    manager = UserFactory(role="manager", teams=[team])
    at("2026-11-23 10:00")
    for number in range(3):
        submit_request(by=asker, team=team, title=f"Connect {number}")
    at("2026-11-24 12:00")

    told = at_once(*[check_clocks] * 6)
    notices = Notice.objects.of(manager).values_list("pk", flat=True)
    sent = at_once(*[lambda pk=pk: mail_notice(notice_id=pk) for pk in notices] * 3)

    # The confirmation of each is late; that it came close is never told apart.
    assert (sum(told), len(notices), SlaWarning.objects.count()) == (3, 3, 6)
    assert (sum(sent), len(mailoutbox)) == (3, 3)
    manager.refresh_from_db()
    assert manager.unread_notices == 3


def test_the_last_tokens_are_spent_once_whichever_team_is_asked():
    teams, unit = TeamFactory.create_batch(2), UnitFactory()
    people = UserFactory.create_batch(10, business_unit=unit)
    expedite = Tier.objects.get(slug="expedite")

    def sending(person, team):
        return lambda: submit_request(
            by=person, team=team, title="Mend it", tier=expedite
        )

    answers = at_once(
        *[sending(person, teams[turn % 2]) for turn, person in enumerate(people)]
    )

    sent = [answer for answer in answers if isinstance(answer, Demand)]
    assert len(sent) == 2
    assert sum(isinstance(answer, RuleBroken) for answer in answers) == 8
    assert TierToken.objects.spent().count() == 2
    assert Demand.objects.count() == 2


def test_one_draft_sent_many_times_at_once_makes_one_request_and_spends_once():
    team, person = TeamFactory(), UserFactory()
    token = uuid.uuid4()
    opening = Opening(
        title="Mend", team=team, source_system_name="Shop", target_system_name="ERP"
    )
    draft = open_draft(by=person, opening=opening, token=token)
    keep_answers(
        draft=draft,
        answers={
            "late": "stops", "date": "no", "broken": "stuck", "broken_what": "All.",
            "who_is_hit": "Everybody.", "contact": "Ada, 4417", "approver": "Grace",
        },
    )  # fmt: skip

    sent = at_once(*[lambda: submit_draft(draft=draft, by=person).reference] * 8)

    assert sent == [f"{team.reference_prefix}-0001"] * 8
    assert TierToken.objects.count() == 1
    assert Event.objects.filter(kind="submitted").count() == 1


def test_a_draft_whose_tier_changes_meanwhile_is_found_and_kept():
    team, person = TeamFactory(), UserFactory()
    opening = Opening(title="Mend", team=team)
    draft = open_draft(by=person, opening=opening, token=uuid.uuid4())
    evidence = {"date": "no", "broken": "stuck", "broken_what": "All."}

    def answering(late):
        return lambda: keep_answers(draft=draft, answers={**evidence, "late": late})

    kept = at_once(*[answering(["stops", "better"][turn % 2]) for turn in range(12)])

    assert all(isinstance(each, Demand) for each in kept)
    draft.refresh_from_db()
    assert (draft.revision, draft.answers["late"] == "stops") == (
        13,
        draft.tier.slug == "expedite",
    )


def test_one_letter_taken_by_two_workers_becomes_one_draft():
    TeamFactory()
    UserFactory(email="ada@example.com")
    raw = b"From: ada@example.com\r\nMessage-ID: <1@e.com>\r\nSubject: Hi\r\n\r\nHello"

    taken = at_once(*[lambda: take_letter(raw=raw).pk] * 4)

    assert len(set(taken)) == 1
    assert (Demand.objects.count(), Mail.objects.count()) == (1, 1)


def test_the_mail_of_the_day_is_made_once_by_two_workers(settings):
    settings.DIGEST_HOUR = 0
    person = UserFactory()
    choose_channels(person=person, channels={"comment": "daily"})
    give_notice(to=[person], kind="comment", title="INT-0042: Jonas writes")

    made = at_once(*[make_digests] * 4)

    assert sorted(made) == [0, 0, 0, 1]
    assert Mail.objects.get() == Notice.objects.get().digest


def test_a_link_at_its_limit_takes_one_more_of_many_at_once():
    team = TeamFactory()
    link = make_link(
        by=UserFactory(role="manager", teams=[team]),
        team=team,
        business_unit=UnitFactory(),
        name="Warehouse",
        days=1,
        most_a_day=1,
    )
    opening = Opening(title="X", team=team, business_unit=link.business_unit)

    answers = at_once(
        *[
            lambda: begin_guest_draft(
                link=link, opening=opening, token=uuid.uuid4(), network_address=""
            )
        ]
        * 4
    )

    assert sum(isinstance(each, RuleBroken) for each in answers) == 3
    assert Demand.objects.count() == 1


def test_a_draft_confirmed_twice_at_once_is_sent_once():
    team = TeamFactory()
    tier = Tier.objects.get(slug=Tier.STANDARD)
    draft = DemandFactory(
        team=team,
        stage="draft",
        requester=None,
        business_unit=UnitFactory(),
        submission_token=uuid.uuid4(),
        submitted_at=None,
        tier=tier,
        answers={"late": "better", "date": "no", "broken": "no"},
    )
    guest = GuestDraft.objects.create(
        demand=draft, name="Vera", email="vera@example.com", confirmed_at=timezone.now()
    )

    sent = at_once(*[lambda: send_guest_draft(draft=guest.demand).reference] * 4)

    assert len(set(sent)) == 1
    assert User.objects.filter(role="guest").count() == 1
    assert Event.objects.filter(kind="submitted").count() == 1


def test_the_same_comment_sent_at_once_is_written_once():
    demand = DemandFactory()
    token = uuid.uuid4()

    at_once(
        *[
            lambda: write_comment(
                demand=demand, by=demand.requester, words="When?", token=token
            )
        ]
        * 4
    )

    assert Event.objects.about(demand).count() == 1
