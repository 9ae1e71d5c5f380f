from __future__ import annotations

import csv
import datetime as dt
import io
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portfolio.delivery.models import Commitment
from portfolio.delivery.overview import HEADER, months_before
from tests.delivery.rows import days_from_now, make_forecast
from tests.factories import (
    CommitmentFactory,
    DemandFactory,
    EngineerFactory,
    RankedDemandFactory,
    UnitFactory,
    UserFactory,
    WorkPackageFactory,
)

PAGE = "delivery:delivery"


@pytest.fixture
def page(client, manager):
    client.force_login(manager)
    return client


def delivered(team, *, due, on, title="Delivered", **fields):
    demand = DemandFactory(
        team=team, stage="delivered", delivered_on=days_from_now(on), **fields
    )
    return CommitmentFactory(
        demand=demand,
        original_due_on=days_from_now(due),
        state="delivered",
        closed_on=days_from_now(on),
        closed_reference=demand.reference,
        closed_title=title,
    )


def cells_of(response):
    text = response.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_the_page_shows_numbers_sentence_figure_and_the_rows_behind_it(page, team):
    delivered(team, due=-40, on=-40)
    delivered(team, due=-40, on=-31)
    risky = RankedDemandFactory(team=team)
    CommitmentFactory(demand=risky, original_due_on=days_from_now(15))
    make_forecast(team, {risky: {10: 6, 20: 4}})

    response = page.get(reverse(PAGE))

    overview, text = response.context["overview"], unescape(response.content.decode())
    assert (overview.kept.delivered, overview.kept.first) == (2, 1)
    assert (overview.soon_count, overview.at_risk, overview.open_count) == (1, 1, 1)
    assert "1 of 2 delivered promises missed its first date, by 9 days" in text
    assert "60 % ·" in text
    assert text.count('<td class="what">') == 3
    assert len(response.context["figure"]["layout"]["yaxis"]["ticktext"]) == 3
    assert 'src="/static/delivery/js/charts.js"' in text
    assert 'id="plotly.js-style-global"' in text


def test_from_too_few_promises_nothing_is_drawn_and_it_says_so(page, team):
    CommitmentFactory(demand=RankedDemandFactory(team=team))

    response = page.get(reverse(PAGE))

    text = response.content.decode()
    assert response.context["figure"] is None
    assert "Nothing is drawn from fewer than 3 promises" in text
    assert "charts.js" not in text


def test_without_any_promise_the_page_says_what_to_do(page):
    text = page.get(reverse(PAGE)).content.decode()

    assert "No promise in this period" in text
    assert "View data" not in text


def test_period_and_unit_are_read_from_the_address(page, team):
    unit = UnitFactory(slug="sales")
    lately = delivered(team, due=-10, on=-10, business_unit=unit)
    long_ago = delivered(team, due=-400, on=-400, business_unit=unit)
    delivered(team, due=-10, on=-10)

    short = page.get(reverse(PAGE), {"unit": "sales", "months": "6"})
    long = page.get(reverse(PAGE), {"unit": "sales", "months": "24"})
    unknown = page.get(reverse(PAGE), {"unit": "nobody", "months": "7"})

    def references(response):
        return [line.reference for line in response.context["overview"].listed]

    assert references(short) == [lately.closed_reference]
    assert references(long) == [lately.closed_reference, long_ago.closed_reference]
    assert len(references(unknown)) == 2
    assert long.context["form"].shown_months == "24"
    assert unknown.context["form"].shown_months == "12"


def test_a_withdrawn_promise_is_listed_but_neither_kept_nor_missed(page, team):
    withdrawn = delivered(team, due=-10, on=-5)
    withdrawn.state = "withdrawn"
    withdrawn.save()

    overview = page.get(reverse(PAGE)).context["overview"]

    assert overview.kept.delivered == 0
    assert [line.state_name for line in overview.listed] == ["Withdrawn"]


def test_the_csv_has_every_row_of_the_page_and_no_formula(page, team):
    done = delivered(team, due=-40, on=-31, title="=1+1")
    risky = RankedDemandFactory(team=team, title="@SUM(A1)")
    CommitmentFactory(demand=risky, original_due_on=days_from_now(15))
    make_forecast(team, {risky: {10: 6, 20: 4}})

    header, *rows = cells_of(page.get(reverse("delivery:commitments-csv")))

    day = {number: days_from_now(number).isoformat() for number in (-40, -31, 10, 15)}
    p85 = days_from_now(20).isoformat()
    assert header == HEADER
    assert rows == [
        [
            risky.reference, "'@SUM(A1)", risky.business_unit.name, "Open", day[15],
            day[15], "", "", "", day[10], p85, "0.6", "at risk", "",
        ],
        [
            done.closed_reference, "'=1+1", done.demand.business_unit.name,
            "Delivered", day[-40], day[-40], day[-31], "9", "9", "", "", "", "", "",
        ],
    ]  # fmt: skip


def test_the_page_lists_the_first_rows_and_the_csv_all(page, team):
    demand = DemandFactory(team=team, stage="delivered", delivered_on=days_from_now(-9))
    Commitment.objects.bulk_create(
        Commitment(
            team=team,
            demand=demand,
            state="delivered",
            original_due_on=days_from_now(-9),
            due_on=days_from_now(-9),
            closed_on=days_from_now(-9),
        )
        for _ in range(203)
    )

    response = page.get(reverse(PAGE))

    assert len(response.context["shown"]) == 200
    assert "The first 200 of 203" in response.content.decode()
    assert len(cells_of(page.get(reverse("delivery:commitments-csv")))) == 1 + 203


def test_a_closed_row_reads_as_it_was_called_when_it_closed(page, team):
    done = delivered(team, due=-10, on=-10, title="Old title")
    done.demand.title = "New title"
    done.demand.save()

    [line] = page.get(reverse(PAGE)).context["overview"].listed

    assert line.title == "Old title"


def test_what_another_team_promised_is_not_shown(page, team):
    CommitmentFactory()

    assert page.get(reverse(PAGE)).context["overview"].listed == []


@pytest.mark.parametrize(
    "address",
    [
        "/delivery/",
        "/delivery/commitments.csv",
        "/delivery/charts/ageing.csv",
    ],
)
@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("manager", 200),
        ("viewer", 200),
        ("administrator", 200),
        ("engineer", 403),
        ("requester", 403),
    ],
)
def test_who_may_see_delivery(team, address, role, status):
    client = Client()
    client.force_login(UserFactory(role=role, teams=[team]))

    assert client.get(address).status_code == status


def test_the_page_costs_the_same_queries_for_any_length(page, team):
    counts = []

    for promises in (1, 3):
        demands = RankedDemandFactory.create_batch(promises, team=team)
        for demand in demands:
            CommitmentFactory(demand=demand)
            delivered(team, due=-9, on=-9)
        make_forecast(team, {demand: {10: 10} for demand in demands})
        with CaptureQueriesContext(connection) as queries:
            response = page.get(reverse(PAGE))
        counts.append((len(response.context["overview"].lines), len(queries)))

    assert [lines for lines, _ in counts] == [2, 8]
    assert counts[0][1] == counts[1][1] <= 29


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (dt.date(2026, 11, 23), 12, dt.date(2025, 11, 23)),
        (dt.date(2026, 3, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2024, 8, 31), 6, dt.date(2024, 2, 29)),
        (dt.date(2026, 1, 15), 1, dt.date(2025, 12, 15)),
    ],
)
def test_months_before_stays_inside_the_month(day, months, expected):
    assert months_before(day, months) == expected


def test_a_delivery_of_today_counts(page, team):
    delivered(team, due=0, on=0)

    overview = page.get(reverse(PAGE)).context["overview"]

    assert overview.today == timezone.localdate()
    assert overview.kept.first == 1
    assert overview.pace.now > 0


def chart_of(response, slug):
    [chart] = [each for each in response.context["charts"] if each.slug == slug]
    return chart


def ten_delivered(team):
    for number in range(10):
        delivered(team, due=-20, on=-10 - number, started_on=days_from_now(-40))


def test_every_chart_has_its_sentence_its_definition_and_its_data(page, team):
    ten_delivered(team)

    response = page.get(reverse(PAGE))

    text = unescape(response.content.decode())
    assert [chart.slug for chart in response.context["charts"]] == [
        "drift", "calibration", "burn-up", "cumulative-flow", "cycle-time", "ageing",
        "throughput", "throughput-histogram", "sla", "skills",
    ]  # fmt: skip
    for chart in response.context["charts"]:
        assert chart.heading in text
        assert chart.definition in text
        assert chart.figure or chart.lacking in text
    assert chart_of(response, "cycle-time").figure
    assert '<script id="cycle-time-figure" type="application/json">' in text


def test_the_csv_of_a_chart_has_its_rows_and_no_formula(page, team):
    ten_delivered(team)
    first = DemandFactory(
        team=team, title="=1+1", stage="delivered", started_on=days_from_now(-5),
        delivered_on=days_from_now(-5), requester__business_unit__name="Sales",
    )  # fmt: skip

    response = page.get(reverse("delivery:chart-csv", args=["cycle-time"]))

    header, *rows = cells_of(response)
    day = days_from_now(-5).isoformat()
    assert header[0] == "Reference"
    assert rows[0] == [first.reference, "'=1+1", "Sales", "Standard", day, day, "1"]
    assert len(rows) == 11


def test_a_chart_that_is_none_is_not_found(page):
    assert page.get(reverse("delivery:chart-csv", args=["pie"])).status_code == 404


def test_tier_and_skill_are_read_from_the_address_by_page_and_csv(page, team):
    package = WorkPackageFactory(
        demand__team=team, demand__stage="in_progress",
        demand__started_on=days_from_now(-3),
    )  # fmt: skip
    RankedDemandFactory(team=team, stage="in_progress", started_on=days_from_now(-4))
    csv_of_ages = reverse("delivery:chart-csv", args=["ageing"])
    chosen = {"skill": package.skill.slug, "tier": "standard"}

    ages = chart_of(page.get(reverse(PAGE), chosen), "ageing").rows

    assert [row[0] for row in ages] == [package.demand.reference]
    assert len(cells_of(page.get(csv_of_ages, chosen))) == 1 + 1
    assert len(cells_of(page.get(csv_of_ages, {"tier": "expedite"}))) == 1
    assert len(cells_of(page.get(csv_of_ages))) == 1 + 2


def test_the_demand_that_is_named_is_followed_else_the_promise_most_at_risk(page, team):
    risky, safe, other = RankedDemandFactory.create_batch(3, team=team)
    for demand in (risky, safe):
        CommitmentFactory(demand=demand, original_due_on=days_from_now(15))
    make_forecast(team, {risky: {20: 10}, safe: {10: 10}, other: {10: 10}})
    foreign = RankedDemandFactory()

    def followed(**asked):
        return page.get(reverse(PAGE), asked).context["followed"]

    assert followed() == risky
    assert followed(demand=other.reference) == other
    assert followed(demand=foreign.reference) == risky


def test_following_another_demand_keeps_what_was_asked(page, team):
    CommitmentFactory(demand=RankedDemandFactory(team=team))

    text = page.get(reverse(PAGE), {"months": "6", "tier": "standard"}).content.decode()

    assert '<input type="hidden" name="months" value="6">' in text
    assert '<input type="hidden" name="tier" value="standard">' in text


def test_leadership_sees_load_by_skill_and_no_individual(team, client):
    engineer = EngineerFactory(team=team, name="Ada Alone")
    demand = RankedDemandFactory(team=team)
    weeks = [{"week": days_from_now(0).isoformat(), "demand": 3, "supply": 2}]
    make_forecast(
        team, {demand: {5: 10}},
        result={
            "skills": [{"skill": "Kafka", "weeks": weeks}],
            "engineers": [{"id": f"eng-{engineer.pk}", "weeks": []}],
        },
    )  # fmt: skip
    client.force_login(UserFactory(role="viewer"))

    response = client.get(reverse(PAGE))

    assert chart_of(response, "skills").rows[0][0] == "Kafka"
    assert "Ada Alone" not in response.content.decode()
    assert f"eng-{engineer.pk}" not in response.content.decode()
