from __future__ import annotations

import datetime as dt

from capacity.models import Skill, WorkPackage
from intake.choices import Stage
from intake.models import Demand
from portfolio.core.models import BusinessUnit, Event
from portfolio.delivery.models import Commitment
from tests.factories import UserFactory, WorkPackageFactory

FULL = {
    "Created": "2026-01-05",
    "Due": "2026-12-24",
    "Skill": "API",
    "Days": "4",
    "Promise": "2026-12-15",
}


def counts(outcome):
    return outcome.new, outcome.updated, outcome.unchanged


def test_a_second_import_of_the_same_adds_and_changes_nothing(team, tracker):
    tracker.says(FULL, {"Status": "Done", "Done on": "2026-03-02"}, {"Status": "New"})
    tracker.imports()
    before = [list(model.objects.values()) for model in (Demand, Commitment, Event)]
    team.refresh_from_db()
    revision = team.plan_revision

    outcome = tracker.imports()

    assert counts(outcome) == (0, 0, 3)
    assert [
        list(model.objects.values()) for model in (Demand, Commitment, Event)
    ] == before
    team.refresh_from_db()
    assert team.plan_revision == revision


def test_what_the_tracker_changed_is_brought_over_and_rank_stays(team, tracker):
    tracker.says(FULL, {})
    tracker.imports()
    rank = Demand.objects.get(import_key="J-1").rank
    tracker.says(
        {
            **FULL,
            "Summary": "Connect more",
            "Due": "2027-01-31",
            "Days": "6",
            "Promise": "2027-01-15",
        },
        {},
    )

    outcome = tracker.imports(by=UserFactory(name="Mara"))

    demand = Demand.objects.get(import_key="J-1")
    assert counts(outcome) == (0, 1, 1)
    assert (demand.title, demand.needed_by, demand.rank, demand.revision) == (
        "Connect more",
        dt.date(2027, 1, 31),
        rank,
        2,
    )
    assert [float(one.likely) for one in demand.packages.all()] == [6]
    promise = demand.commitments.get()
    assert (promise.original_due_on, promise.due_on) == (
        dt.date(2026, 12, 15),
        dt.date(2027, 1, 15),
    )
    assert list(promise.versions.values_list("number", "due_on", "reason_code")) == [
        (1, dt.date(2026, 12, 15), ""),
        (2, dt.date(2027, 1, 15), "imported"),
    ]
    assert [
        (event.kind, event.actor_name, event.why)
        for event in Event.objects.about(demand).by_time()
    ] == [
        ("imported", "Import of jira", "jira J-1"),
        ("import-updated", "Mara", "jira J-1: title, needed_by, promise, packages"),
    ]


def test_what_people_changed_here_is_kept_with_a_remark(team, tracker):
    tracker.says(FULL)
    tracker.imports()
    demand = Demand.objects.get()
    Demand.objects.update(title="Ours", needed_by=dt.date(2026, 12, 1), rank="9")
    WorkPackageFactory(demand=demand, skill=Skill.objects.get())
    Commitment.objects.update(due_on=dt.date(2026, 12, 20))
    tracker.says(
        {
            **FULL,
            "Summary": "Theirs",
            "Days": "9",
            "Promise": "2027-02-01",
            "Skill": "X",
        }
    )

    outcome = tracker.imports()

    demand.refresh_from_db()
    assert counts(outcome) == (0, 0, 1)
    assert (demand.title, demand.needed_by, demand.rank) == (
        "Ours",
        dt.date(2026, 12, 1),
        "9",
    )
    assert WorkPackage.objects.count() == 2
    assert Commitment.objects.get().due_on == dt.date(2026, 12, 20)
    kept = "was changed here since the last import; what stands here is kept."
    assert outcome.findings.remarks == {
        ("Summary", "Theirs", kept): [2],
        ("promise", "", kept): [2],
        ("packages", "", kept): [2],
    }


def test_what_people_and_tracker_changed_alike_is_no_conflict(team, tracker):
    tracker.says({})
    tracker.imports()
    Demand.objects.update(title="Better")
    tracker.says({"Summary": "Better"})

    outcome = tracker.imports()

    assert (counts(outcome), outcome.findings.remark_count) == ((0, 0, 1), 0)


def test_a_unit_renamed_here_is_not_made_again(team, tracker):
    tracker.says({})
    tracker.imports()
    BusinessUnit.objects.update(name="Money", slug="money")
    tracker.says({"Summary": "Other title"})

    outcome = tracker.imports()

    assert counts(outcome) == (0, 1, 0)
    assert list(BusinessUnit.objects.values_list("name", flat=True)) == ["Money"]
    assert Demand.objects.get().business_unit.name == "Money"


def test_a_demand_delivered_in_the_tracker_is_closed_with_its_promise(team, tracker):
    tracker.says(FULL)
    tracker.imports()
    tracker.says({**FULL, "Status": "Done", "Done on": "2026-11-02"})

    outcome = tracker.imports()

    demand = Demand.objects.get()
    assert counts(outcome) == (0, 1, 0)
    assert (demand.stage, demand.delivered_on, demand.rank) == (
        Stage.DELIVERED,
        dt.date(2026, 11, 2),
        None,
    )
    promise = demand.commitments.get()
    assert (promise.state, promise.closed_on, promise.closed_reference) == (
        "delivered",
        dt.date(2026, 11, 2),
        "INT-0001",
    )
    package = demand.packages.get()
    assert (package.state, package.finished_on) == ("done", dt.date(2026, 11, 2))


def test_a_demand_accepted_in_the_tracker_enters_at_the_end_of_the_backlog(
    team, tracker
):
    tracker.says({"Status": "New"}, {})
    tracker.imports()
    tracker.says({**FULL, "Status": "To do"}, {}, {})

    outcome = tracker.imports()

    assert counts(outcome) == (1, 1, 1)
    assert list(
        Demand.objects.in_backlog().by_rank().values_list("import_key", flat=True)
    ) == ["J-2", "J-3", "J-1"]
    moved = Demand.objects.get(import_key="J-1")
    assert (moved.packages.count(), moved.commitments.count()) == (1, 1)


def test_a_closed_demand_is_not_opened_again_nor_its_promise_changed(team, tracker):
    done = {**FULL, "Status": "Done", "Done on": "2026-11-02"}
    tracker.says(done)
    tracker.imports()
    tracker.says({**FULL, "Promise": "2026-12-31", "Days": "8", "Summary": "Renamed"})

    outcome = tracker.imports()

    demand = Demand.objects.get()
    assert (demand.stage, demand.title) == (Stage.DELIVERED, "Renamed")
    promise = demand.commitments.get()
    assert (promise.state, promise.due_on, promise.closed_title) == (
        "delivered",
        dt.date(2026, 12, 15),
        "Connect 1",
    )
    closed = "is not taken over: the demand is closed, and closed records stay."
    assert outcome.findings.remarks == {
        ("Status", "accepted", closed): [2],
        ("promise", "", closed): [2],
        ("packages", "", closed): [2],
    }


def test_a_stage_changed_here_is_kept(team, tracker):
    tracker.says({})
    tracker.imports()
    Demand.objects.update(stage=Stage.IN_PROGRESS, started_on=dt.date(2026, 11, 2))
    tracker.says({"Status": "New"})

    outcome = tracker.imports()

    assert Demand.objects.get().stage == Stage.IN_PROGRESS
    assert outcome.findings.remark_count == 1


def test_a_promise_the_tracker_takes_back_stays_with_a_remark(team, tracker):
    tracker.says(FULL)
    tracker.imports()
    tracker.says({**FULL, "Promise": ""})

    outcome = tracker.imports()

    assert Commitment.objects.get().state == "open"
    assert outcome.findings.remarks == {
        (
            "promise",
            "",
            "is no longer promised by the tracker; the promise here stays.",
        ): [2]
    }


def test_rows_of_another_tracker_with_the_same_key_are_their_own(team, tracker):
    tracker.says({})
    tracker.imports()
    tracker.maps(('tracker = "jira"', 'tracker = "servicenow"'))

    outcome = tracker.imports()

    assert counts(outcome) == (1, 0, 0)
    assert sorted(Demand.objects.values_list("import_source", flat=True)) == [
        "jira",
        "servicenow",
    ]


def test_a_block_of_the_tracker_comes_and_goes_whole(team, tracker):
    tracker.maps(("[demand]", '[demand]\nblocked_cause = "First promise"'))
    text = tracker.mapping.read_text(encoding="utf-8").partition("[promise]")[0]
    tracker.maps(mapping=text)
    tracker.says({})
    tracker.imports()
    tracker.says({"First promise": "No access"})
    tracker.imports()
    blocked = Demand.objects.get()
    tracker.says({})

    outcome = tracker.imports()

    free = Demand.objects.get()
    assert counts(outcome) == (0, 1, 0)
    assert (blocked.is_blocked, blocked.blocked_cause) == (True, "No access")
    assert (free.is_blocked, free.blocked_cause) == (False, "")


def test_a_bad_row_among_changed_ones_changes_none_of_them(team, tracker):
    tracker.says({}, {})
    tracker.imports()
    tracker.says({"Summary": "Changed"}, {"Due": "soon"})

    outcome = tracker.imports()

    assert (outcome.is_bad, outcome.kept) == (True, False)
    assert sorted(Demand.objects.values_list("title", flat=True)) == [
        "Connect 1",
        "Connect 2",
    ]
