from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from portfolio.imports.reading import read_mapping
from portfolio.imports.services.importing import import_demands
from tests.factories import TeamFactory

MAPPING = """
tracker = "jira"

[team]
name = "Integration"

[demand]
key = "Key"
title = "Summary"
business_unit = { column = "Unit", create = true }
needed_by = "Due"
delivered_on = "Done on"
created_on = "Created"

[demand.stage]
column = "Status"
values = { New = "submitted", "To do" = "accepted", Done = "delivered" }

[[packages]]
name = "Build"
skill = { column = "Skill", create = true }
low = { column = "Days", times = 0.5 }
likely = "Days"
high = { column = "Days", times = 2 }

[promise]
original = "First promise"
current = "Promise"
"""
COLUMNS = [
    "Key", "Summary", "Unit", "Status", "Created", "Due", "Done on", "Skill", "Days",
    "First promise", "Promise",
]  # fmt: skip


@dataclass
class Tracker:
    """A file of a tracker and its mapping, as a person has them in a folder."""

    folder: Path

    @property
    def file(self):
        return self.folder / "export.csv"

    @property
    def mapping(self):
        return self.folder / "mapping.toml"

    def says(self, *rows):
        """Rows as dictionaries; what is not named is empty, or unsurprising."""
        lines = [",".join(COLUMNS)]
        for place, row in enumerate(rows, start=1):
            whole = {
                "Key": f"J-{place}",
                "Summary": f"Connect {place}",
                "Unit": "Finance",
                "Status": "To do",
                **row,
            }
            lines.append(",".join(whole.get(column, "") for column in COLUMNS))
        self.file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def maps(self, *changes, mapping=MAPPING):
        """The mapping, with some of its text replaced."""
        for old, new in changes:
            assert old in mapping
            mapping = mapping.replace(old, new)
        self.mapping.write_text(mapping, encoding="utf-8")

    def imports(self, **options):
        mapping = read_mapping(self.mapping)
        return import_demands(path=self.file, mapping=mapping, **options)


@pytest.fixture
def team(db):
    return TeamFactory(name="Integration", reference_prefix="INT")


@pytest.fixture
def tracker(tmp_path):
    made = Tracker(tmp_path)
    made.maps()
    return made
