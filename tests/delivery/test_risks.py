from __future__ import annotations

import random
from itertools import pairwise

import pytest
from django.utils import timezone

from capacity.signals import forecast_stored
from intake.services.following import follow_demand
from portfolio.core.choices import NoticeKind
from portfolio.core.models import Event, Notice
from portfolio.delivery import tasks
from portfolio.delivery.models import Commitment, DeliveryPolicy, RiskChange, RiskWatch
from portfolio.delivery.rag import Thresholds
from portfolio.delivery.services.commitments import promise_date, rebaseline
from portfolio.delivery.services.risks import check_every_team, check_promises
from portfolio.delivery.services.telling import watchers_of
from portfolio.delivery.services.watching import choose_watch
from tests.delivery.rows import days_from_now, make_forecast
from tests.factories import (
    CommitmentFactory,
    EngineerFactory,
    RankedDemandFactory,
    UserFactory,
    WorkPackageFactory,
)


@pytest.fixture
def promised(team, manager, requester):
    """Promised in ten days with a chance of 90 %."""
    demand = RankedDemandFactory(team=team, title="Orders", requester=requester)
    make_forecast(team, {demand: {9: 90, 30: 10}}, trials=100)
    return promise_date(demand=demand, due_on=days_from_now(10), by=manager)


def forecast(commitment, per_cent):
    """The newest forecast gives this chance; whatever turned by it is told."""
    spread = {9: per_cent, 30: 100 - per_cent}
    make_forecast(commitment.team, {commitment.demand: spread}, trials=100)
    return check_promises(team_id=commitment.team_id)


def levels(*, told):
    return list(RiskChange.objects.filter(told=told).values_list("before", "level"))


def titles_of(person):
    return list(
        Notice.objects.of(person).order_by("pk").values_list("title", flat=True)
    )


def test_each_turn_is_told_once_with_its_chance(promised, manager, requester):
    for per_cent in (88, 80, 82, 49, 53, 56, 88, 91):
        forecast(promised, per_cent)

    reference = promised.demand.reference
    short = [title.partition(" chance")[0] for title in titles_of(manager)]
    assert short == [
        f"{reference}: at risk, 80 %",
        f"{reference}: will probably be late, 49 %",
        f"{reference}: still at risk, 56 %",
        f"{reference}: on track again, 91 %",
    ]
    assert titles_of(requester) == titles_of(manager)
    assert levels(told=True) == [
        ("green", "amber"),
        ("amber", "red"),
        ("red", "amber"),
        ("amber", "green"),
    ]
    assert list(
        Event.objects.about(promised.demand)
        .filter(kind="risk-changed")
        .by_time()
        .values_list("before", "after")
    ) == [
        ("on track", "at risk"),
        ("at risk", "late"),
        ("late", "at risk"),
        ("at risk", "on track"),
    ]


def test_publishing_the_same_again_and_trying_again_tells_nothing_new(promised):
    told = [forecast(promised, 60) for _ in range(3)]
    again = check_promises(team_id=promised.team_id)
    tasks.check_promises(promised.team_id)
    check_every_team()

    assert (told, again) == ([1, 0, 0], 0)
    assert levels(told=True) == [("green", "amber")]


def test_a_stored_forecast_has_its_promises_checked(promised, monkeypatch):
    sent = []
    monkeypatch.setattr(
        tasks.check_promises, "apply_async", lambda **it: sent.append(it)
    )

    forecast_stored.send_robust(sender=None, team_id=promised.team_id)

    assert [it["args"] for it in sent] == [(promised.team_id,)]


def test_nobody_is_told_when_the_teller_dies_and_all_are_the_next_time(
    promised, manager, monkeypatch
):
    make_forecast(promised.team, {promised.demand: {9: 60, 30: 40}}, trials=100)

    def dies(**_turn):
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr("portfolio.delivery.services.risks.tell_watchers", dies)
        with pytest.raises(SystemExit):
            check_promises(team_id=promised.team_id)
    nobody = titles_of(manager)
    check_promises(team_id=promised.team_id)

    assert nobody == []
    assert len(titles_of(manager)) == 1


def test_never_are_two_alerts_in_a_row_the_same_whatever_the_chance_does(promised):
    for seed in range(4):
        rng = random.Random(seed)
        chance = 90
        for _ in range(12):
            chance = min(max(chance + rng.randint(-35, 35), 0), 100)
            forecast(promised, chance)

    told = levels(told=True)
    assert len(told) > 8
    # Each turn begins where the one before ended, and ends elsewhere.
    assert all(ended == begins for (_, ended), (begins, _) in pairwise(told))
    assert all(before != level for before, level in told)


def test_a_date_that_passes_is_told_once(promised, manager):
    Commitment.objects.update(due_on=days_from_now(-1))

    first = check_promises(team_id=promised.team_id)
    second = forecast(promised, 95)

    assert (first, second) == (1, 0)
    assert titles_of(manager)[0].endswith("and is not delivered")


def test_what_cannot_be_forecast_any_more_is_told_with_the_reason(promised, manager):
    make_forecast(
        promised.team, {}, cannot={promised.demand: "Nobody has the skill SAP."}
    )

    check_promises(team_id=promised.team_id)

    notice = Notice.objects.of(manager).get()
    assert notice.title.endswith("and cannot be forecast now")
    assert "Nobody has the skill SAP." in notice.text


def test_another_date_begins_anew_without_a_margin(promised, manager):
    forecast(promised, 60)
    spread = {promised.demand: {9: 60, 30: 27, 60: 13}}
    make_forecast(promised.team, spread, trials=100)

    rebaseline(
        commitment=promised,
        due_on=days_from_now(31),
        by=manager,
        reason_code="scope",
    )
    told = check_promises(team_id=promised.team_id)
    again = check_promises(team_id=promised.team_id)

    # 87 % would not have been enough to recover by the old date.
    assert (told, again) == (1, 0)
    assert "on track again, 87 % chance" in titles_of(manager)[-1]


def test_another_date_of_the_same_status_is_only_noted(promised, manager):
    forecast(promised, 60)
    rebaseline(
        commitment=promised,
        due_on=days_from_now(12),
        by=manager,
        reason_code="scope",
    )

    assert check_promises(team_id=promised.team_id) == 0
    assert list(RiskChange.objects.values_list("version", "level", "told")) == [
        (1, "amber", True),
        (2, "amber", False),
    ]


def test_what_was_promised_without_a_forecast_is_first_only_noted(team):
    commitment = CommitmentFactory(demand=RankedDemandFactory(team=team))
    commitment.versions.update(chance=None)

    nothing = check_promises(team_id=team.pk)
    make_forecast(team, {commitment.demand: {90: 10}})
    noted = check_promises(team_id=team.pk)

    assert (nothing, noted) == (0, 0)
    assert levels(told=False) == [("", "red")]


def test_a_promise_that_closed_is_told_of_no_more(promised, manager):
    Commitment.objects.update(state="delivered", closed_on=timezone.localdate())

    assert forecast(promised, 10) == 0
    assert titles_of(manager) == []


def test_thresholds_of_the_team_decide(promised, manager):
    DeliveryPolicy.objects.create(team=promised.team, green_from=0.95, margin=0.01)

    forecast(promised, 93)

    assert DeliveryPolicy.objects.get().thresholds == Thresholds(0.95, 0.5, 0.01)
    assert levels(told=False) == [("amber", "amber")]


def watch(person, **which):
    names = ("own", "watched", "unit", "team")
    chosen = {name: which.get(name, False) for name in names}
    choose_watch(person=person, channel="app", **chosen)


def test_who_is_told_by_default(promised, manager, requester, team):
    engineer = UserFactory(role="engineer", teams=[team])
    UserFactory(role="engineer", teams=[team])
    follower = UserFactory(role="viewer")
    UserFactory(role="viewer")
    UserFactory(role="requester", business_unit=requester.business_unit)
    WorkPackageFactory(
        demand=promised.demand,
        engineer=EngineerFactory(team=team, user=engineer),
        state="doing",
        remaining=2,
    )
    follow_demand(demand=promised.demand, person=follower)

    assert set(watchers_of(promised)) == {manager, requester, engineer, follower}


def test_everybody_chooses_which_promises(promised, manager, requester, team):
    colleague = UserFactory(role="requester", business_unit=requester.business_unit)
    engineer = UserFactory(role="engineer", teams=[team])
    watch(manager)
    watch(requester, unit=True)
    watch(colleague, unit=True)
    watch(engineer, team=True)

    assert set(watchers_of(promised)) == {requester, colleague, engineer}


def test_who_may_not_read_it_any_more_is_not_told(promised, requester):
    stranger = UserFactory(role="requester")
    follow_demand(demand=promised.demand, person=stranger)
    gone = UserFactory(role="viewer", is_active=False)
    follow_demand(demand=promised.demand, person=gone)

    assert stranger not in watchers_of(promised)
    assert gone not in watchers_of(promised)


def test_who_is_away_is_told_later_and_the_deputy_now(promised, manager, team, today):
    deputy = UserFactory(role="manager", teams=[team])
    watch(deputy)
    manager.away_from, manager.deputy = today, deputy
    manager.save()

    forecast(promised, 60)

    late, now = Notice.objects.of(manager).get(), Notice.objects.of(deputy).get()
    assert (late.by_mail, now.by_mail) == (False, False)
    assert "instead of" in now.text
    assert "instead of" not in late.text


def test_a_deputy_who_may_not_read_it_is_not_told(promised, manager, today):
    manager.away_from, manager.deputy = today, UserFactory(role="requester")
    manager.save()

    forecast(promised, 60)

    assert titles_of(manager.deputy) == []
    assert len(titles_of(manager)) == 1


@pytest.mark.parametrize(
    ("channel", "by_mail", "in_digest"),
    [("at_once", True, False), ("daily", False, True), ("app", False, False)],
)
def test_alerts_come_as_they_were_chosen(
    promised, client, manager, channel, by_mail, in_digest
):
    client.force_login(manager)
    client.post("/account/promises/", {"which": ["team"], "channel": channel})

    forecast(promised, 60)

    notice = Notice.objects.of(manager).get()
    assert (notice.kind, notice.by_mail, notice.in_digest) == (
        NoticeKind.RISK,
        by_mail,
        in_digest,
    )


def test_nothing_at_all_is_a_choice_and_shown_as_one(promised, client, manager):
    client.force_login(manager)
    client.post("/account/promises/", {"which": ["team"], "channel": "none"})

    forecast(promised, 60)
    form = client.get("/account/promises/").context["form"]

    assert titles_of(manager) == []
    assert not RiskWatch.objects.get().is_any
    assert (form["channel"].value(), form["which"].value()) == ("none", [])


def test_which_promises_must_be_said_unless_it_is_none(client, manager):
    client.force_login(manager)

    response = client.post("/account/promises/", {"channel": "daily"})

    assert "Choose which promises" in response.content.decode()
    assert not RiskWatch.objects.exists()


def test_the_page_offers_what_somebody_has(client, db):
    client.force_login(UserFactory(role="requester"))

    form = client.get("/account/promises/").context["form"]

    assert [name for name, _ in form.fields["which"].choices] == [
        "own",
        "watched",
        "unit",
    ]
    assert form["which"].value() == ["own", "watched"]


def test_guests_choose_nothing(client, db):
    client.force_login(UserFactory(role="guest"))

    assert client.get("/account/promises/").status_code == 403


def test_the_alert_is_mailed_in_plain_words(
    promised, manager, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        forecast(promised, 60)
    from portfolio.core.services.notices import mail_notice

    mail_notice(notice_id=Notice.objects.of(manager).get().pk)

    [mail] = [mail for mail in mailoutbox if mail.to == [manager.email]]
    assert "at risk, 60 % chance by" in mail.subject
    assert "It was on track; now it is at risk." in mail.body
    assert f"/requests/{promised.demand.reference}/" in mail.body


def test_checking_costs_the_same_queries_for_any_number(
    team, django_assert_max_num_queries
):
    for number in (1, 4):
        demands = RankedDemandFactory.create_batch(number, team=team)
        for demand in demands:
            CommitmentFactory(demand=demand)
        make_forecast(team, {demand: {9: 10} for demand in demands})
        check_promises(team_id=team.pk)

        with django_assert_max_num_queries(5):
            assert check_promises(team_id=team.pk) == 0
