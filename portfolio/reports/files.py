"""The formats a snapshot can be had in."""

from __future__ import annotations

from portfolio.reports.csv import write_csv
from portfolio.reports.models import StatusReport

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CONTENT_TYPES = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}


def write_file(report: StatusReport, format_name: str) -> bytes:
    """The bytes of one format; every number in them stands in the snapshot."""
    if format_name == "csv":
        return write_csv(report.content)
    from portfolio.reports.xlsx import write_xlsx

    return write_xlsx(report.content, frozen_at=report.frozen_at)


def file_name(report: StatusReport, format_name: str) -> str:
    return f"status-{report.team.slug}-{report}-v{report.version}.{format_name}"
