from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.http import parse_http_date

from intake.services.following import follow_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.words import full_day
from portfolio.delivery.feeds import feed_address
from portfolio.delivery.models import CalendarFeed
from portfolio.delivery.services.commitments import (
    promise_date,
    rebaseline,
    withdraw_commitment,
)
from portfolio.delivery.services.feeds import MOST_FEEDS, make_feed, revoke_feed
from portfolio.delivery.services.progress import deliver
from tests.delivery.rows import GATES, days_from_now, make_forecast
from tests.delivery.test_ical import lines_of
from tests.factories import (
    CommitmentFactory,
    RankedDemandFactory,
    TeamFactory,
    UnitFactory,
    UserFactory,
)

PAGE = "/account/promises/"


@pytest.fixture
def promised(team, manager, requester):
    demand = RankedDemandFactory(
        team=team, title="Orders; returns", requester=requester
    )
    return promise_date(
        demand=demand, due_on=days_from_now(10), by=manager, audience="Finance"
    )


def read(feed, **headers):
    return Client().get(feed_address(feed), headers=headers)


def events_of(feed):
    """The events of a feed, each as {property: value}."""
    events = []
    for line in lines_of(read(feed).content.decode()):
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events:
            events[-1].setdefault(name.partition(";")[0], value)
    return events


def test_a_promise_stands_on_its_day_until_it_moves_and_is_cancelled(
    promised, requester, manager
):
    feed = make_feed(person=requester)
    [first] = events_of(feed)
    rebaseline(
        commitment=promised,
        due_on=days_from_now(20),
        by=manager,
        reason_code="scope",
    )
    [moved] = events_of(feed)
    withdraw_commitment(commitment=promised, by=manager, why="Bought instead.")
    [cancelled] = events_of(feed)

    reference = promised.demand.reference
    assert first["UID"] == moved["UID"] == cancelled["UID"]
    assert [each["SEQUENCE"] for each in (first, moved, cancelled)] == ["0", "1", "2"]
    assert [each["STATUS"] for each in (first, moved, cancelled)] == [
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
    ]
    assert (first["DTSTART"], moved["DTSTART"]) == (
        f"{days_from_now(10):%Y%m%d}",
        f"{days_from_now(20):%Y%m%d}",
    )
    assert first["SUMMARY"] == f"Promised: {reference} Orders\\; returns"
    assert first["DESCRIPTION"] == (
        f"Promised by {full_day(days_from_now(10))}. Told to Finance."
    )
    assert "First promised by" in moved["DESCRIPTION"]
    assert cancelled["SUMMARY"].startswith("No longer promised:")


def test_what_is_delivered_stays_and_says_when(promised, requester, manager):
    feed = make_feed(person=requester)
    promised.demand.stage = "in_progress"
    promised.demand.save()

    deliver(demand=promised.demand, by=manager, on=timezone.localdate(), gates=GATES)

    [event] = events_of(feed)
    assert event["SUMMARY"].startswith("Delivered: ")
    assert event["DESCRIPTION"].endswith("10 days early.")
    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", "1")


def test_the_chance_is_told_with_the_day_of_its_forecast(promised, requester):
    make_forecast(promised.team, {promised.demand: {9: 6, 30: 4}})

    [event] = events_of(make_feed(person=requester))

    assert "Chance on time: 60 % (forecast of" in event["DESCRIPTION"]


def test_own_promises_are_what_somebody_asked_for_answers_for_promised_or_follows(
    promised, manager, requester, team
):
    owner, follower = UserFactory(role="viewer"), UserFactory(role="viewer")
    promised.demand.owner = owner
    promised.demand.save()
    follow_demand(demand=promised.demand, person=follower)
    CommitmentFactory(demand=RankedDemandFactory(team=team))

    for person in (manager, requester, owner, follower):
        assert len(events_of(make_feed(person=person))) == 1
    assert events_of(make_feed(person=UserFactory(role="viewer"))) == []


def test_calendars_of_a_unit_and_of_a_team(promised, manager, team):
    other = CommitmentFactory(demand=RankedDemandFactory(team=team))
    CommitmentFactory()
    unit = promised.demand.business_unit

    of_unit = events_of(make_feed(person=manager, unit=unit))
    of_team = events_of(make_feed(person=manager, team=team))

    uid = {each.pk: f"commitment-{each.pk}@localhost" for each in (promised, other)}
    assert [event["UID"] for event in of_unit] == [uid[promised.pk]]
    assert [event["UID"] for event in of_team] == [uid[promised.pk], uid[other.pk]]


def test_rights_are_asked_at_every_read(promised, requester, manager, team):
    colleague = UserFactory(
        role="requester", business_unit=promised.demand.business_unit
    )
    feeds = [
        make_feed(person=colleague, unit=colleague.business_unit),
        make_feed(person=manager, team=team),
        make_feed(person=manager),
    ]
    before = [len(events_of(feed)) for feed in feeds]
    colleague.business_unit = UnitFactory()
    colleague.save()
    manager.teams.clear()

    assert before == [1, 1, 1]
    assert [len(events_of(feed)) for feed in feeds] == [0, 0, 0]


def test_who_is_switched_off_or_has_revoked_it_reads_nothing(promised, requester):
    feed, other = make_feed(person=requester), make_feed(person=requester)
    revoke_feed(feed=feed)
    revoked = read(feed).status_code
    requester.is_active = False
    requester.save()

    assert (revoked, read(other).status_code) == (404, 404)


def test_an_address_that_nobody_signed_opens_nothing(db):
    assert Client().get("/calendars/MQ:wrong/promises.ics").status_code == 404


def test_what_has_not_changed_is_not_sent_again(promised, requester, manager):
    feed = make_feed(person=requester)
    first = read(feed)
    same = read(feed, if_none_match=first.headers["ETag"])
    withdraw_commitment(commitment=promised, by=manager, why="Dropped.")
    new = read(feed, if_none_match=first.headers["ETag"])

    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in first.headers["Cache-Control"]
    assert [each.status_code for each in (first, same, new)] == [200, 304, 200]
    assert same.content == b""
    assert parse_http_date(new.headers["Last-Modified"]) >= parse_http_date(
        first.headers["Last-Modified"]
    )


def test_who_may_read_less_now_does_not_keep_what_was_there(promised, manager, team):
    feed = make_feed(person=manager, team=team)
    first = read(feed)
    manager.teams.clear()

    since = read(feed, if_modified_since=first.headers["Last-Modified"])

    assert since.status_code == 200
    assert b"VEVENT" in first.content
    assert b"VEVENT" not in since.content


def test_it_says_when_it_was_last_read(promised, requester, client):
    feed = make_feed(person=requester)
    client.force_login(requester)
    before = client.get(PAGE).content.decode()
    read(feed)
    after = client.get(PAGE).content.decode()

    assert "not read yet" in before
    assert "last read" in after


def test_what_closed_more_than_a_year_ago_is_let_go(promised, requester):
    promised.state, promised.closed_on = "delivered", days_from_now(-366)
    promised.save()

    assert events_of(make_feed(person=requester)) == []


def test_a_calendar_is_made_and_revoked_on_the_page(client, promised, manager, team):
    client.force_login(manager)

    client.post(f"{PAGE}calendars/", {"of": f"team-{team.pk}"})
    feed = CalendarFeed.objects.get()
    page = client.get(PAGE).content.decode()
    client.post(f"{PAGE}calendars/{feed.pk}/revoke/")
    after = client.get(PAGE).content.decode()

    assert f"http://localhost:8000{feed_address(feed)}" in page
    assert f"Promises of {team}" in page
    assert feed_address(feed) not in after


def test_a_stakeholder_has_calendars_of_their_own_unit_alone(client, requester, team):
    UnitFactory()
    client.force_login(requester)

    form = client.get(PAGE).context["feed_form"]
    client.post(f"{PAGE}calendars/", {"of": f"team-{team.pk}"})

    assert [key for key, _ in form.fields["of"].choices] == [
        "own",
        f"unit-{requester.business_unit.pk}",
    ]
    assert not CalendarFeed.objects.exists()


def test_the_service_refuses_what_somebody_may_not_read(requester, manager, team):
    with pytest.raises(RuleBroken, match="You may not read what"):
        make_feed(person=requester, unit=UnitFactory())
    with pytest.raises(RuleBroken, match="You may not read what"):
        make_feed(person=manager, team=TeamFactory())
    with pytest.raises(RuleBroken, match="people with an account"):
        make_feed(person=UserFactory(role="guest"))


def test_nobody_makes_calendars_without_end(requester):
    for _ in range(MOST_FEEDS):
        make_feed(person=requester)

    with pytest.raises(RuleBroken, match="revoke one of them first"):
        make_feed(person=requester)


def test_nobody_revokes_the_calendar_of_somebody_else(client, manager, requester):
    feed = make_feed(person=requester)
    client.force_login(manager)

    response = client.post(f"{PAGE}calendars/{feed.pk}/revoke/")

    feed.refresh_from_db()
    assert (response.status_code, feed.revoked_at) == (404, None)


def test_a_feed_costs_the_same_queries_for_any_length(team, manager):
    feed = make_feed(person=manager, team=team)
    CalendarFeed.objects.update(used_at=timezone.now() + dt.timedelta(days=1))
    counts = []

    for number in (1, 3):
        demands = RankedDemandFactory.create_batch(number, team=team)
        for demand in demands:
            CommitmentFactory(demand=demand)
        make_forecast(team, {demand: {9: 10} for demand in demands})
        with CaptureQueriesContext(connection) as queries:
            events = events_of(feed)
        counts.append((len(events), len(queries)))

    assert [events for events, _ in counts] == [1, 4]
    assert counts[0][1] == counts[1][1] <= 7
