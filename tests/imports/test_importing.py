from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from capacity.models import Engineer, Skill, WorkPackage
from intake.choices import Stage
from intake.models import Demand
from portfolio.core.models import BusinessUnit, Event, Team, User
from portfolio.delivery.models import Commitment, CommitmentVersion
from tests.factories import (
    EngineerFactory,
    RankedDemandFactory,
    SystemFactory,
    UnitFactory,
    UserFactory,
)

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_row_becomes_a_demand_with_all_it_says(team, tracker):
    tracker.says(
        {
            "Created": "2026-01-05",
            "Due": "2026-12-24",
            "Skill": "API",
            "Days": "4",
            "First promise": "2026-11-30",
            "Promise": "2026-12-15",
        }
    )

    outcome = tracker.imports()

    demand = Demand.objects.get()
    created = dt.datetime(2026, 1, 5, 12, tzinfo=BERLIN)
    assert (
        demand.reference,
        demand.title,
        demand.stage,
        demand.business_unit.name,
        demand.tier.slug,
        demand.needed_by,
        demand.created_at,
        demand.submitted_at,
        demand.import_source,
        demand.import_key,
    ) == (
        "INT-0001",
        "Connect 1",
        Stage.ACCEPTED,
        "Finance",
        "standard",
        dt.date(2026, 12, 24),
        created,
        created,
        "jira",
        "J-1",
    )
    package = WorkPackage.objects.get(demand=demand)
    assert (package.name, package.skill.name, package.state) == (
        "Build",
        "API",
        "to_do",
    )
    assert [package.low, package.likely, package.high] == [2, 4, 8]
    promise = Commitment.objects.get(demand=demand)
    assert (promise.state, promise.original_due_on, promise.due_on) == (
        "open",
        dt.date(2026, 11, 30),
        dt.date(2026, 12, 15),
    )
    assert list(
        CommitmentVersion.objects.values_list("number", "due_on", "reason_code")
    ) == [
        (1, dt.date(2026, 11, 30), ""),
        (2, dt.date(2026, 12, 15), "imported"),
    ]
    assert [
        (event.kind, event.after, event.why, event.actor_name)
        for event in Event.objects.about(demand)
    ] == [("imported", "accepted", "jira J-1", "Import of jira")]
    assert (outcome.new, outcome.packages, outcome.promises, outcome.kept) == (
        1,
        1,
        1,
        True,
    )


def test_what_is_delivered_is_closed_with_its_promise_and_packages(team, tracker):
    tracker.says(
        {
            "Status": "Done",
            "Done on": "2026-03-02",
            "Skill": "API",
            "Days": "4",
            "Promise": "2026-03-01",
        }
    )

    tracker.imports()

    demand = Demand.objects.get()
    assert (demand.stage, demand.delivered_on, demand.rank) == (
        Stage.DELIVERED,
        dt.date(2026, 3, 2),
        None,
    )
    promise = demand.commitments.get()
    assert (
        promise.state,
        promise.closed_on,
        promise.closed_reference,
        promise.closed_title,
        promise.kept_current,
    ) == ("delivered", dt.date(2026, 3, 2), "INT-0001", "Connect 1", False)
    package = demand.packages.get()
    assert (package.state, package.finished_on) == ("done", dt.date(2026, 3, 2))


def test_what_awaits_its_decision_gets_the_deadline_of_its_tier(team, tracker):
    # A Monday at noon; five business days later is the next Monday.
    tracker.says({"Status": "New", "Created": "2026-11-02"})

    tracker.imports()

    demand = Demand.objects.get()
    assert (demand.stage, demand.decide_by) == (
        Stage.SUBMITTED,
        dt.datetime(2026, 11, 9, 12, tzinfo=BERLIN),
    )


def test_new_ones_stand_below_the_backlog_in_the_order_of_the_file(team, tracker):
    before = RankedDemandFactory(team=team)
    tracker.says({}, {"Status": "New"}, {})

    tracker.imports()

    assert list(
        Demand.objects.in_backlog().by_rank().values_list("title", flat=True)
    ) == [before.title, "Connect 1", "Connect 3"]


@pytest.mark.parametrize(
    ("ranks", "order"),
    [
        (["10", "9", ""], ["Connect 2", "Connect 1", "Connect 3"]),
        (["b", "10", "9"], ["Connect 2", "Connect 3", "Connect 1"]),
    ],
)
def test_a_rank_column_orders_the_new_ones(team, tracker, ranks, order):
    tracker.maps(("[demand]", '[demand]\nrank = "First promise"'), ("[promise]", "[x]"))
    text = tracker.mapping.read_text(encoding="utf-8")
    tracker.maps(mapping=text.partition("[x]")[0])
    tracker.says(*({"First promise": rank} for rank in ranks))

    tracker.imports()

    assert (
        list(Demand.objects.in_backlog().by_rank().values_list("title", flat=True))
        == order
    )


def test_references_go_on_from_the_counter_of_the_team(team, tracker):
    team.last_number = 41
    team.save()
    tracker.says({}, {})

    tracker.imports()

    team.refresh_from_db()
    assert (team.last_number, sorted(Demand.objects.values_list("reference"))) == (
        43,
        [("INT-0042",), ("INT-0043",)],
    )


def test_references_of_the_tracker_are_kept_and_never_given_again(team, tracker):
    tracker.maps(("[demand]", '[demand]\nreference = "First promise"'))
    tracker.says({"First promise": "INT-0002"}, {}, {})
    tracker.maps(
        ("[demand]", '[demand]\nreference = "First promise"'),
        ('original = "First promise"\n', ""),
    )

    tracker.imports()

    assert sorted(Demand.objects.values_list("import_key", "reference")) == [
        ("J-1", "INT-0002"),
        ("J-2", "INT-0003"),
        ("J-3", "INT-0004"),
    ]


def test_names_are_found_in_any_case_and_made_only_where_they_may_be(team, tracker):
    finance = UnitFactory(name="Finance", slug="finance")
    tracker.says({"Unit": "FINANCE"}, {"Unit": "Human Resources"}, {"Unit": "finance"})

    outcome = tracker.imports()

    assert list(
        Demand.objects.order_by("pk").values_list("business_unit__name", flat=True)
    ) == ["Finance", "Human Resources", "Finance"]
    assert outcome.made == {"business unit": ["Human Resources"]}
    assert list(BusinessUnit.objects.values_list("slug", flat=True)) == [
        finance.slug,
        "human-resources",
    ]


def test_a_name_like_one_that_exists_is_made_with_a_remark(team, tracker):
    UnitFactory(name="Finance", slug="finance")
    tracker.says({"Unit": "Finanse"})

    outcome = tracker.imports()

    assert outcome.findings.remarks == {
        (
            "Unit",
            "Finanse",
            "is made new; “Finance” exists already, is that meant?",
        ): [2]
    }


def test_a_requester_is_made_from_an_address_and_cannot_sign_in_yet(team, tracker):
    known = UserFactory(email="anna@example.com")
    tracker.maps(
        (
            "[demand]",
            '[demand]\nrequester = { column = "Skill", create = true }\n'
            'requester_name = "Days"',
        )
    )
    text = tracker.mapping.read_text(encoding="utf-8").partition("[[packages]]")[0]
    tracker.maps(mapping=text)
    tracker.says(
        {"Skill": "Anna@Example.com"},
        {"Skill": "ben@example.com", "Days": "Ben Okri", "Unit": "Sales"},
        {"Skill": "BEN@example.com"},
    )

    tracker.imports()

    ben = User.objects.get(email="ben@example.com")
    assert list(
        Demand.objects.order_by("pk").values_list("requester_id", flat=True)
    ) == [known.pk, ben.pk, ben.pk]
    assert (ben.name, ben.role, ben.business_unit.name, ben.has_usable_password()) == (
        "Ben Okri",
        "requester",
        "Sales",
        False,
    )


def test_a_system_nobody_knows_stays_readable_where_a_remark_is_enough(team, tracker):
    crm = SystemFactory(name="CRM", slug="crm")
    tracker.maps(
        (
            "[demand]",
            '[demand]\nsource_system = { column = "Skill", split = "|" }\n'
            'target_system = { column = "Skill", split = "|", part = 2, '
            'unknown = "remark" }',
        )
    )
    text = tracker.mapping.read_text(encoding="utf-8").partition("[[packages]]")[0]
    tracker.maps(mapping=text)
    tracker.says({"Skill": "crm | Old ledger"})

    outcome = tracker.imports()

    demand = Demand.objects.get()
    assert (demand.source_system, demand.target_system, demand.target_name) == (
        crm,
        None,
        "Old ledger",
    )
    assert list(outcome.findings.remarks.values()) == [[2]]


def test_rows_that_a_condition_names_are_left_out_and_counted(team, tracker):
    tracker.maps(
        (
            "[demand]",
            '[[leave_out]]\nwhy = "too old"\n'
            'when = { Unit = ["Sales", "hr"], Status = "to do" }\n[demand]',
        )
    )
    tracker.says({"Unit": "HR"}, {"Unit": "HR", "Status": "New"}, {"Unit": "Finance"})

    outcome = tracker.imports()

    assert (outcome.new, dict(outcome.left_out)) == (2, {"too old": 1})
    assert sorted(Demand.objects.values_list("import_key", flat=True)) == ["J-2", "J-3"]


def test_a_cell_of_several_skills_makes_a_package_of_each_in_the_order_named(
    team, tracker
):
    tracker.maps(
        (
            'skill = { column = "Skill", create',
            'skill = { column = "Skill", split = "|", create',
        ),
        (
            "[promise]",
            '[[packages]]\nname = "Check"\nskill = { value = "Test", create = true }\n'
            'low = 1\nlikely = 2\nhigh = 3\nafter = ["Build"]\n'
            'when = { Unit = ["Finance"] }\n[promise]',
        ),
    )
    tracker.says({"Skill": "API|Events", "Days": "2"}, {"Unit": "Sales"})

    tracker.imports()

    assert [
        (
            package.demand.import_key,
            package.name,
            package.skill.name,
            package.likely,
            [before.name for before in package.after.order_by("position")],
        )
        for package in WorkPackage.objects.order_by("demand", "position")
    ] == [
        ("J-1", "Build API", "API", Decimal(2), []),
        ("J-1", "Build Events", "Events", Decimal(2), []),
        ("J-1", "Check", "Test", Decimal(2), ["Build API", "Build Events"]),
    ]


def test_engineers_are_made_for_skills_that_nobody_in_the_team_has(team, tracker):
    api = Skill.objects.create(name="API", slug="api")
    EngineerFactory(team=team, name="Mara", with_skills=[api])
    EngineerFactory(team=team, name="Events 1")
    tracker.maps(("[demand]", "[engineers]\nper_skill = 2\n[demand]"))
    tracker.says({"Skill": "API", "Days": "1"}, {"Skill": "Events", "Days": "1"})

    outcome = tracker.imports()

    assert outcome.engineers == ["Events 2", "Events 3"]
    assert [
        (one.name, one.skills.get().name, one.weekly_hours.get().total)
        for one in Engineer.objects.filter(name__in=outcome.engineers)
    ] == [("Events 2", "Events", 40.0), ("Events 3", "Events", 40.0)]


def test_a_team_is_made_when_the_mapping_says_so(db, tracker):
    tracker.maps(
        (
            'name = "Integration"',
            'name = "Old tracker"\ncreate = true\nreference_prefix = "OLD"\n'
            'time_zone = "America/New_York"',
        )
    )
    tracker.says({"Created": "2026-01-05"})

    outcome = tracker.imports()

    made = Team.objects.get()
    assert (made.name, made.slug, made.calendar.time_zone, made.last_number) == (
        "Old tracker",
        "old-tracker",
        "America/New_York",
        1,
    )
    assert (outcome.team_is_new, outcome.nobody_sees_it) == (True, True)
    assert Demand.objects.get().created_at == dt.datetime(
        2026, 1, 5, 12, tzinfo=ZoneInfo("America/New_York")
    )


def test_days_that_cannot_follow_each_other_are_put_in_order_with_a_remark(
    team, tracker
):
    tracker.says(
        {"Status": "Done", "Created": "2026-05-02", "Done on": "2026-05-01"},
    )

    outcome = tracker.imports()

    demand = Demand.objects.get()
    assert demand.created_at == dt.datetime(2026, 5, 1, 12, tzinfo=BERLIN)
    assert outcome.findings.remarks == {
        (
            "Created",
            "2026-05-02",
            "is after the day of delivery. The day of delivery counts.",
        ): [2]
    }


def test_dates_are_read_in_the_formats_named_and_as_iso(team, tracker):
    tracker.maps(
        (
            'needed_by = "Due"',
            'needed_by = { column = "Due", dates = ["%d.%m.%y", "%d %b %Y"] }',
        )
    )
    tracker.says(
        {"Due": "24.12.26"},
        {"Due": "24 Dec 2026"},
        {"Due": "2026-12-24"},
        {"Due": "2026-12-24T23:30:00+00:00"},
    )

    tracker.imports()

    # The last is an hour after midnight in Berlin.
    assert list(Demand.objects.order_by("pk").values_list("needed_by", flat=True)) == [
        dt.date(2026, 12, 24),
        dt.date(2026, 12, 24),
        dt.date(2026, 12, 24),
        dt.date(2026, 12, 25),
    ]


def test_numbers_may_have_a_decimal_comma(team, tracker):
    tracker.maps(("[demand]", '[file]\ndecimal = ","\ndelimiter = ";"\n[demand]'))
    tracker.says({"Skill": "API", "Days": "2.5"})
    written = tracker.file.read_text(encoding="utf-8")
    tracker.file.write_text(
        written.replace(",", ";").replace("2.5", "2,5"), encoding="utf-8"
    )

    tracker.imports()

    assert WorkPackage.objects.get().likely == Decimal("2.5")


def test_one_import_asks_for_one_new_forecast(team, tracker):
    tracker.says({}, {}, {})

    tracker.imports()

    team.refresh_from_db()
    assert team.plan_revision == 1


def test_two_hundred_rows_cost_hardly_more_queries_than_two(
    team, tracker, django_assert_max_num_queries
):
    UnitFactory(name="Finance")
    Skill.objects.create(name="API", slug="api")
    row = {"Skill": "API", "Days": "1", "Promise": "2026-12-01"}
    tracker.says(*(row for _ in range(200)))

    # SQLite takes fewer values in a query than others and is asked a few times more.
    with django_assert_max_num_queries(60):
        outcome = tracker.imports()

    assert (outcome.new, outcome.packages, outcome.promises) == (200, 200, 200)
