from __future__ import annotations

import pytest

from portfolio.imports.explaining import explain_mapping
from portfolio.imports.reading import MappingError, read_mapping

SMALLEST = """
tracker = "jira"
team = { name = "Integration" }
[demand]
key = "Key"
title = "Summary"
stage = "Status"
business_unit = "Unit"
"""


def problems_of(tmp_path, written):
    path = tmp_path / "mapping.toml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(MappingError) as wrong:
        read_mapping(path)
    return wrong.value.problems


def test_the_smallest_mapping_is_enough(tmp_path):
    path = tmp_path / "mapping.toml"
    path.write_text("\ufeff" + SMALLEST, encoding="utf-8")

    mapping = read_mapping(path)

    assert (
        mapping.tracker,
        mapping.team.name,
        mapping.delimiter,
        mapping.packages,
    ) == (
        "jira",
        "Integration",
        ",",
        (),
    )
    assert [cell.column for cell in mapping.demand["title"]] == ["Summary"]


@pytest.mark.parametrize(
    ("added", "problem"),
    [
        (
            'busness_unit = "Unit"',
            "demand.busness_unit: is not known here; did you mean “business_unit”?",
        ),
        (
            'tier = { colum = "Tier" }',
            "demand.tier.colum: is not known here; did you mean “column”?",
        ),
        (
            'tier = { column = "Tier", value = "standard" }',
            "demand.tier: has column, value of column, text and value; exactly one",
        ),
        (
            "tier = {}",
            "demand.tier: has none of column, text and value; exactly one",
        ),
        (
            'purpose = { text = "All the same" }',
            "demand.purpose.text: names no column in braces",
        ),
        (
            'tier = { column = "Tier", create = true }',
            "demand.tier.create: is not possible here; leave it out.",
        ),
        (
            'needed_by = { column = "Due", dates = ["%Y-%m"] }',
            "demand.needed_by.dates: “%Y-%m” gives no whole date;",
        ),
        (
            'needed_by = { column = "Due", lookup = "release" }',
            "demand.needed_by.lookup: there is no [lookups.release]",
        ),
        (
            'needed_by = { column = "Due", unknown = "maybe" }',
            "demand.needed_by.unknown: is 'maybe'; it is one of “error”, “remark”, ",
        ),
        (
            'tier = { column = "Tier", values = "tiers" }',
            "demand.tier.values: there is no [values.tiers]",
        ),
        ("tier = 4", "demand.tier: is 4; the name of a column or a table is expected."),
        ("tier = []", "demand.tier: is an empty list; name a column."),
        (
            'owner = { column = "Lead", split = "|", part = 0 }',
            "demand.owner.part: is 0; a whole number from 1 to 1000 is expected.",
        ),
        (
            'owner = { text = "{Lead}", split = "|" }',
            "demand.owner.split: goes with a column only.",
        ),
        ('[file]\ndelimiter = ";;"', "file.delimiter: is “;;”; one character"),
        ('[file]\nencoding = "utf-88"', "file.encoding: “utf-88” is not an encoding;"),
        ('[file]\nencoding = "base64"', "file.encoding: “base64” is not an encoding;"),
        ('[file]\ndecimal = ";"', "file.decimal: is ';'; it is one of “.”, “,”."),
        ('[file]\ndates = "%Y"', "file.dates: is '%Y'; a list of texts is expected."),
        (
            '[packges]\nname = "x"',
            "packges: is not known here; did you mean “packages”?",
        ),
        ('[packages]\nname = "x"', "packages: is written as [[packages]], once for"),
        (
            '[[packages]]\nname = "Build"\nlow = 1\nlikely = 2\nhigh = 3',
            "packages 1.skill: is missing: which skill it asks for.",
        ),
        (
            '[[packages]]\nname = "Build"\nskill = "S"\nlow = 1\nlikely = 2\nhigh = 3\n'
            'after = ["Design"]',
            "packages 1.after: “Design” is no package above this one.",
        ),
        ('[promise]\noriginal = "First"', "promise.current: is missing:"),
        ('[[leave_out]]\nwhy = "old"', "leave_out 1.when: is missing, as in"),
        (
            '[engineers]\nper_skill = "two"',
            "engineers.per_skill: is 'two'; a whole number from 1 to 50 is expected.",
        ),
        (
            "[engineers]\noverhead = 20",
            "engineers.overhead: is 20; a number from 0 to 1 is expected.",
        ),
        ('[engineers]\ncountry = "XX"', "engineers.country: “XX” is not a known"),
        (
            '[lookups.releases]\nfile = "r.csv"\nfrom = "a"\nto = "b"',
            "lookups.releases.file: “r.csv” cannot be read",
        ),
    ],
)
def test_each_mistake_in_a_mapping_is_named_with_what_is_right(
    tmp_path, added, problem
):
    problems = problems_of(tmp_path, f"{SMALLEST}{added}\n")

    assert [one[: len(problem)] for one in problems] == [problem]


def test_all_mistakes_are_named_at_once(tmp_path):
    problems = problems_of(tmp_path, '[team]\ntime_zone = "Berlin"\n')

    assert problems == [
        "tracker: is missing.",
        "team.name: is missing.",
        "team.time_zone: “Berlin” is not a time zone; names look like Europe/Berlin.",
        "demand.key: is missing: finds the row again at the next import.",
        "demand.title: is missing: what is asked for.",
        "demand.stage: is missing: submitted, accepted, delivered, ….",
        "demand.business_unit: is missing: who asks.",
    ]


def test_a_file_that_is_no_toml_is_said_to_be_none(tmp_path):
    problems = problems_of(tmp_path, "tracker = jira")

    assert problems == [
        "mapping.toml is not TOML: Invalid value (at line 1, column 11)."
    ]


def test_a_mapping_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(MappingError) as wrong:
        read_mapping(tmp_path / "none.toml")

    assert wrong.value.problems == [
        f"{tmp_path / 'none.toml'} cannot be read: No such file or directory."
    ]


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (
            "release,released\n1.1,2020-01-01\n1.1,2020-02-02\n",
            "lookups.releases: releases.csv, line 3: “1.1” stands twice.",
        ),
        (
            "release,date\n1.1,2020-01-01\n",
            "lookups.releases: releases.csv has no column “released”; did you mean "
            "“release”? It has release, date.",
        ),
        (
            "release,released\n1.1\n",
            "lookups.releases: releases.csv: Line 2: has 1 cell where the header has "
            "2; a cell that holds the delimiter or a line break stands in quotes.",
        ),
    ],
)
def test_a_lookup_file_is_checked_with_the_mapping(tmp_path, table, problem):
    (tmp_path / "releases.csv").write_text(table, encoding="utf-8")

    problems = problems_of(
        tmp_path,
        f"{SMALLEST}[lookups.releases]\n"
        'file = "releases.csv"\nfrom = "release"\nto = "released"\n',
    )

    assert problems == [problem]


def test_the_help_names_every_value_a_mapping_can_fill():
    words = explain_mapping()

    assert [
        name for name in ("key", "delivered_on", "likely", "moved_on") if name in words
    ] == ["key", "delivered_on", "likely", "moved_on"]
