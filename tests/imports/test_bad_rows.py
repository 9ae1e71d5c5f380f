from __future__ import annotations

import pytest

from intake.models import Demand
from portfolio.core.models import BusinessUnit, Event, User
from tests.factories import DemandFactory, TeamFactory, UnitFactory

WANTED = "31 March 2026 would be written 2026-03-31."


def problems_of(tracker):
    return [str(problem) for problem in tracker.imports().findings.problems]


def test_every_bad_row_is_named_and_nothing_is_kept(team, tracker):
    tracker.says(
        {"Status": "Dome"},
        {},
        {"Due": "soon", "Promise": "2026-02-30"},
        {"Key": ""},
        {"Summary": "x" * 201},
        {"Status": "Done"},
        {"Key": "J-2"},
        {"Unit": ""},
        {"Skill": "API", "Days": "many"},
    )

    problems = problems_of(tracker)

    assert problems == [
        "Line 2, column Status: “Dome” is not a stage; did you mean “done”? Known are "
        "draft, submitted, needs_information, accepted, estimated, in_progress, "
        "delivered, declined, duplicate, withdrawn; demand.stage.values has new, "
        "to do, done.",
        f"Line 4, column Due: “soon” is not a date; {WANTED}",
        f"Line 4, column Promise: “2026-02-30” is not a date; {WANTED}",
        "Line 5, column Key: is empty; key needs a value.",
        f"Line 6, column Summary: “{'x' * 59}…” has 201 characters; 200 fit. With "
        "cut = true in demand.title it is cut.",
        "Line 7, column Done on: is empty; what is delivered needs the day "
        "(demand.delivered_on).",
        "Line 8, column Key: “J-2” stands on line 3 already.",
        "Line 9, column Unit: is empty; business_unit needs a value.",
        "Line 10, column Days: “many” is not a number from 0 as in 2.5 (file.decimal "
        "is “.”).",
    ]
    team.refresh_from_db()
    assert (
        Demand.objects.count(),
        BusinessUnit.objects.count(),
        Event.objects.count(),
        team.plan_revision,
    ) == (0, 0, 0, 0)


def test_a_name_that_may_not_be_made_is_named_with_the_nearest(team, tracker):
    UnitFactory(name="Finance", slug="finance")
    UnitFactory(name="Sales", slug="sales")
    tracker.maps(('"Unit", create = true', '"Unit"'))
    tracker.says({"Unit": "Finanz"}, {"Unit": "Sales"}, {"Unit": "Moon base"})

    problems = problems_of(tracker)

    assert problems == [
        "Line 2, column Unit: “Finanz” is no known business unit; did you mean "
        "“Finance”? With create = true in the mapping it is made.",
        "Line 4, column Unit: “Moon base” is no known business unit. With "
        "create = true in the mapping it is made.",
    ]


def test_a_tier_that_does_not_exist_is_named_with_those_that_do(team, tracker):
    tracker.maps(("[demand]", '[demand]\ntier = "Skill"'))
    text = tracker.mapping.read_text(encoding="utf-8").partition("[[packages]]")[0]
    tracker.maps(mapping=text)
    tracker.says({"Skill": "Strategik"}, {"Skill": "strategic"})

    problems = problems_of(tracker)

    assert problems == [
        "Line 2, column Skill: “Strategik” is no known tier; did you mean “Strategic”? "
        "Known are Expedite, Fixed date, Strategic, Standard."
    ]


def test_a_person_is_not_made_from_a_name_without_address(team, tracker):
    tracker.maps(
        ("[demand]", '[demand]\nrequester = { column = "Skill", create = true }')
    )
    text = tracker.mapping.read_text(encoding="utf-8").partition("[[packages]]")[0]
    tracker.maps(mapping=text)
    tracker.says({"Skill": "Ben Okri"})

    problems = problems_of(tracker)

    assert problems == [
        "Line 2, column Skill: “Ben Okri” is nobody known and no e-mail address; a "
        "person is made from an address."
    ]
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    ("effort", "problem"),
    [
        ("low = 3\nlikely = 2\nhigh = 4", "“3.00, 2.00, 4.00” decreases;"),
        ("low = 0\nlikely = 2\nhigh = 4", "“0.00, 2.00, 4.00” begins at 0;"),
        ('low = 1\nlikely = 2\nhigh = "Due"', "“1.00, 2.00, –” lacks one of"),
    ],
)
def test_an_estimate_that_is_none_is_named(team, tracker, effort, problem):
    text = tracker.mapping.read_text(encoding="utf-8")
    begin, _, rest = text.partition("low =")
    tracker.maps(mapping=f"{begin}{effort}\n[promise]{rest.partition('[promise]')[2]}")
    tracker.says({"Skill": "API"})

    problems = problems_of(tracker)

    assert [problem in one for one in problems] == [True]


def test_days_that_have_been_cannot_lie_in_the_future(team, tracker):
    tracker.says({"Created": "2190-01-01"}, {"Created": "0026-01-01"})

    problems = problems_of(tracker)

    assert problems == [
        "Line 2, column Created: “2190-01-01” lies in the future; it is a day that has "
        "been.",
        "Line 3, column Created: “0026-01-01” is in the year 26; years from 1970 to "
        "2199 are taken.",
    ]


def test_a_reference_that_another_demand_has_is_named(team, tracker):
    TeamFactory(reference_prefix="OPS")
    DemandFactory(team=team, reference="INT-0007")
    tracker.maps(
        ("[demand]", '[demand]\nreference = "First promise"'),
        ('original = "First promise"\n', ""),
    )
    tracker.says(
        {"First promise": "INT-0007"},
        {"First promise": "OPS-0003"},
        {"First promise": "INT-0009"},
        {"First promise": "INT-0009"},
        {"First promise": "ABC 9/2"},
    )

    problems = problems_of(tracker)

    assert problems == [
        "Line 5, column First promise: “INT-0009” stands on line 4 already.",
        "Line 6, column First promise: “ABC 9/2” is no reference; it has letters, "
        "digits, dots, hyphens and underscores, as in INT-0042.",
        "Line 2, column First promise: “INT-0007” is another demand's reference.",
        "Line 3, column First promise: “OPS-0003” has the form of another team's "
        "references.",
    ]


def test_columns_the_file_lacks_are_named_with_those_it_has(team, tracker):
    tracker.maps(('needed_by = "Due"', 'needed_by = "Due date"'))
    tracker.says({})

    problems = problems_of(tracker)

    assert problems == [
        "The file: has no column “Due date”, which demand.needed_by reads; did you "
        "mean “Due”? The columns are Key, Summary, Unit, Status, Created, Due, Done "
        "on, Skill, Days, First promise, Promise."
    ]


def test_a_column_that_stands_twice_cannot_be_read(team, tracker):
    tracker.file.write_text("Key,Key\nA,B\n", encoding="utf-8")
    tracker.maps(
        mapping='tracker = "jira"\nteam = { name = "Integration" }\n[demand]\n'
        'key = "Key"\ntitle = "Key"\nstage = { value = "accepted" }\n'
        'business_unit = { value = "Finance", create = true }\n'
    )

    problems = problems_of(tracker)

    assert problems == [
        f"The file: has the column “Key” more than once, and demand.{name} reads it; "
        "give it different names in the header."
        for name in ("key", "title")
    ]


def test_another_delimiter_is_suspected_where_there_is_one_column(team, tracker):
    tracker.file.write_text("Key;Summary\nA;B\n", encoding="utf-8")
    tracker.maps(
        mapping='tracker = "jira"\nteam = { name = "Integration" }\n[demand]\n'
        'key = "Key"\ntitle = { value = "x" }\nstage = { value = "accepted" }\n'
        'business_unit = { value = "Finance", create = true }\n'
    )

    problems = problems_of(tracker)

    assert problems == [
        "The file: has no column “Key”, which demand.key reads. There is only one "
        "column: is file.delimiter right? The columns are Key;Summary."
    ]


def test_a_team_that_does_not_exist_is_named_with_those_that_do(team, tracker):
    tracker.maps(('name = "Integration"', 'name = "Integrations"'))
    tracker.says({})

    problems = problems_of(tracker)

    assert problems == [
        "The file: is for team “Integrations”, which does not exist; did you mean "
        "“Integration”? Known are Integration; with team.create = true it is made."
    ]


def test_a_new_team_needs_a_prefix_of_its_own(team, tracker):
    tracker.maps(('name = "Integration"', 'name = "Other"\ncreate = true'))
    tracker.says({})

    problems = problems_of(tracker)

    assert problems == [
        "The file: needs another team.reference_prefix: INT belongs to Integration."
    ]


def test_rows_before_a_broken_quote_are_still_checked(team, tracker):
    tracker.says({"Status": "Dome"}, {})
    with tracker.file.open("a", encoding="utf-8") as file:
        file.write('J-3,"open\n')

    outcome = tracker.imports()

    assert [problem.line for problem in outcome.findings.problems] == [2, 4]
    assert Demand.objects.count() == 0
