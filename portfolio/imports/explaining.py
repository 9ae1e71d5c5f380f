"""What can stand in a mapping, for the help of the command."""

from __future__ import annotations

from portfolio.imports.cells import STRICT
from portfolio.imports.mapping import FIELDS, PACKAGE_CELLS, PROMISE_CELLS, Field


def explain_mapping() -> str:
    return f"""\
The mapping is a TOML file:

  tracker = "jira"             with the key of a row it finds it again next time
  [team]      name; create = true makes it with reference_prefix, time_zone, country
  [file]      encoding, delimiter, decimal ("." or ","), dates = ["%d.%m.%Y", …]
  [lookups.NAME]  file, from, to: a CSV beside the mapping, as in release → date
  [values.NAME]   "their word" = "ours": a table that several values can share
  [[leave_out]]   why, when = {{Column = ["value", …]}}: rows that are not imported
  [demand]    where each value comes from
  [[packages]]    name, skill, low, likely, high, after = ["name"], when: work packages
  [promise]   original and current date, promised_on, moved_on, audience, when
  [engineers] per_skill, hours_per_day, overhead, country: so many are made for each
              skill that the work asks for and nobody in the team has

A value is the name of a column, or a table, or a list of them of which the first that
gives something counts. A table has one of
  column = "Column"    text = "{{Summary}} ({{Key}})"    value = "a constant"
and may have
  values = {{"their word" = "ours"}} or "NAME", otherwise = "ours" for any other word
  ("{STRICT}": a bad row), empty = "for an empty cell", split = "|" with part = 1,
  lookup = "NAME", dates = [formats], times = 0.125 (a number), cut = true (a text),
  create = true (a name that is not known is made), and
  unknown = "error" (a bad row), "remark" (left out and said) or "skip" (left out).

Values of [demand]:
{_listed(FIELDS)}
Values of [[packages]]:
{_listed(PACKAGE_CELLS)}
Values of [promise]:
{_listed(PROMISE_CELLS)}
When a row is imported again, only what the tracker has changed since is written, and of
that only what people have not changed here meanwhile; the rest is said as a remark.
Rank and reference are given once, and closed demands and promises stay as they are."""


def _listed(fields: dict[str, Field]) -> str:
    return "".join(
        f"  {name:<18} {known.help}{' (needed)' if known.required else ''}\n"
        for name, known in fields.items()
    )
