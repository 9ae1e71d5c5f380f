from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from capacity.models import DemandForecast
from intake.models import Demand, RankMove
from intake.services.ranking import move_demand
from intake.services.stages import block_demand
from portfolio.board.demand_page import PackageLine, read_demand
from portfolio.delivery.services.commitments import promise_date
from tests.delivery.rows import days_from_now, make_forecast
from tests.factories import (
    DemandFactory,
    EngineerFactory,
    RankedDemandFactory,
    SkillFactory,
    WorkPackageFactory,
)

PAGE = "/board/INT-0002/"


@pytest.fixture
def stock(backlog):
    return backlog[1]


@pytest.fixture
def doing(team, stock):
    """The package of the demand that Ada is at."""
    return WorkPackageFactory(
        demand=stock,
        name="Design",
        skill=SkillFactory(name="API"),
        low="2.5",
        high=12,
        wait_low=1,
        wait_likely=1,
        wait_high=1,
        state="doing",
        engineer=EngineerFactory(team=team, name="Ada Nwosu"),
    )


def read(demand, user):
    return read_demand(demand=demand, user=user, today=timezone.localdate())


def test_page_tells_the_forecast_in_words(client, team, manager, stock):
    make_forecast(team, {stock: {10: 8, 40: 2}})
    client.force_login(manager)

    response = client.get(PAGE)

    page = response.context["page"]
    assert (page.row.place, page.total, page.forecast.p50, page.forecast.p85) == (
        2,
        3,
        days_from_now(10),
        days_from_now(40),
    )
    assert "Half of the simulated worlds are done by" in response.content.decode()


def test_page_says_what_holds_the_demand_back(team, manager, backlog):
    orders, stock, _ = backlog
    stock.after.add(orders)
    make_forecast(team, {stock: {10: 10}})
    DemandForecast.objects.update(queue_days=1.2, touch_days=7.6)

    page = read(stock, manager)

    assert (page.after, page.pace) == (
        [orders],
        "1 working day in the queue, 8 at work",
    )


def test_page_says_why_there_is_no_forecast(client, team, manager, stock, doing):
    make_forecast(team, {}, cannot={stock: "Nobody has the skill API."})
    client.force_login(manager)

    page = client.get(PAGE).content.decode()

    assert "Cannot be forecast. Nobody has the skill API." in page


def test_manager_reads_who_is_at_a_package(manager, stock, doing):
    page = read(stock, manager)

    assert (page.shows_people, page.packages) == (
        True,
        [
            PackageLine(
                name="Design",
                skill="API",
                range="2.5 – 5 – 12",
                wait="1",
                state="doing",
                state_words="Doing",
                engineer="Ada Nwosu",
            )
        ],
    )


def test_viewer_reads_skills_and_no_names(client, viewer, stock, doing):
    client.force_login(viewer)

    response = client.get(PAGE)

    page = response.content.decode()
    assert response.context["page"].shows_people is False
    assert ("API" in page, "Ada Nwosu" in page) == (True, False)


def test_engineer_reads_their_own_name_and_no_other(stock, doing, engineer):
    WorkPackageFactory(
        demand=stock, name="Build", engineer=EngineerFactory(team=stock.team)
    )
    doing.engineer.user = engineer
    doing.engineer.save()

    page = read(stock, engineer)

    assert [(line.name, line.engineer) for line in page.packages] == [
        ("Design", "Ada Nwosu"),
        ("Build", ""),
    ]


def test_page_keeps_every_date_that_was_promised(manager, stock):
    promise_date(demand=stock, due_on=days_from_now(30), by=manager)

    page = read(stock, manager)

    assert page.row.dates.promised == days_from_now(30)
    assert [
        [version.due_on for version in commitment.versions.all()]
        for commitment in page.commitments
    ] == [[days_from_now(30)]]


def test_page_tells_the_moves_and_what_happened_newest_first(manager, stock):
    move_demand(demand=stock, to_place=1, by=manager, why="The auditor asked")
    block_demand(demand=stock, by=manager, cause="No test system", waits_for="SAP")

    page = read(stock, manager)

    assert page.moves == list(RankMove.objects.all())
    assert [(told.words, told.who, told.why) for told in page.story] == [
        ("Blocked: waits for SAP", manager.name, "No test system"),
        ("Moved from rank 2 to 1", manager.name, "The auditor asked"),
    ]


@pytest.mark.parametrize("packages", [1, 5])
def test_page_costs_the_same_queries_for_any_history(
    team, manager, stock, django_assert_num_queries, packages
):
    WorkPackageFactory.create_batch(packages, demand=stock)
    promise_date(demand=stock, due_on=days_from_now(30), by=manager)
    for place in [1, 2] * packages:
        move_demand(demand=stock, to_place=place, by=manager)
    make_forecast(team, {stock: {10: 10}})
    found = Demand.objects.for_reading().get(pk=stock.pk)

    # Three of them for the comments: team, who follows, whom one may name.
    with django_assert_num_queries(16):
        page = read(found, manager)
        assert [move.moved_by for move in page.moves] == [manager] * packages * 2


def test_submitted_demand_has_neither_rank_nor_forecast(client, team, manager):
    demand = DemandFactory(team=team, reference="INT-0042")
    client.force_login(manager)

    response = client.get("/board/INT-0042/")

    page = response.content.decode()
    assert response.context["page"].is_ranked is False
    assert ('id="forecast-title"' in page, "Move to rank" in page) == (False, False)
    assert demand.title in page


def test_demand_of_another_team_is_not_found(client, manager):
    other = RankedDemandFactory(reference="XYZ-0001")
    client.force_login(manager)

    response = client.get(f"/board/{other.reference}/")

    assert response.status_code == 404


def test_viewer_gets_no_forms(client, viewer, stock):
    client.force_login(viewer)

    page = client.get(PAGE).content.decode()

    assert ("Move to rank" in page, "Flag as blocked" in page) == (False, False)


def test_block_flags_the_demand_with_cause_and_party(client, engineer, stock):
    stock.owner = engineer
    stock.save()
    client.force_login(engineer)

    response = client.post(
        f"{PAGE}block/", {"cause": "No test system", "waits_for": "SAP basis team"}
    )

    stock.refresh_from_db()
    assert (response.status_code, stock.blocked_cause, stock.blocked_waits_for) == (
        302,
        "No test system",
        "SAP basis team",
    )


def test_block_without_cause_keeps_what_was_written(client, manager, stock):
    client.force_login(manager)

    response = client.post(f"{PAGE}block/", {"cause": "", "waits_for": "SAP"})

    stock.refresh_from_db()
    assert stock.is_blocked is False
    assert response.context["block_form"]["waits_for"].value() == "SAP"


def test_second_block_is_refused_with_the_reason(client, manager, stock):
    block_demand(demand=stock, by=manager, cause="No test system", waits_for="SAP")
    client.force_login(manager)

    response = client.post(f"{PAGE}block/", {"cause": "Other", "waits_for": "Legal"})

    assert response.context["block_form"].non_field_errors() == [
        "INT-0002 is already blocked: No test system. "
        "Unblock it first if the cause has changed."
    ]


def test_unblock_takes_the_flag_away(client, manager, stock):
    block_demand(demand=stock, by=manager, cause="No test system", waits_for="SAP")
    client.force_login(manager)

    response = client.post(f"{PAGE}unblock/", {"why": "It came"}, follow=True)

    stock.refresh_from_db()
    assert stock.is_blocked is False
    assert "INT-0002 is no longer blocked." in response.content.decode()


def test_unblock_of_what_is_not_blocked_is_refused(client, manager, stock):
    client.force_login(manager)

    response = client.post(f"{PAGE}unblock/", {"why": ""}, follow=True)

    assert "INT-0002 is not blocked." in response.content.decode()


@pytest.mark.parametrize("act", ["block", "unblock"])
def test_viewer_may_not_block(client, viewer, stock, act):
    client.force_login(viewer)

    response = client.post(f"{PAGE}{act}/", {"cause": "No", "waits_for": "me"})

    assert response.status_code == 403


def test_what_was_said_stays_while_the_sections_of_the_page_are_loaded(
    client, manager, stock
):
    client.force_login(manager)
    client.post(
        reverse("board:block", args=[stock.reference]),
        {"cause": "No access", "waits_for": "The supplier"},
    )

    page = client.get(reverse("board:demand", args=[stock.reference]))
    section = client.get(
        reverse("delivery:promise", args=[stock.reference]),
        headers={"HX-Request": "true"},
    )

    assert "is blocked and waits for The supplier" in page.content.decode()
    assert "toasts" not in section.content.decode()
