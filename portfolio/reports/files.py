"""The formats a snapshot can be had in; each is loaded when it is first asked for."""

from __future__ import annotations

from importlib import import_module

from portfolio.reports.choices import Variant
from portfolio.reports.edition import edition_of
from portfolio.reports.models import StatusReport

_OFFICE = "application/vnd.openxmlformats-officedocument"
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
}
FORMATS = {
    "pdf": "PDF",
    "pptx": "PPTX",
    "xlsx": "XLSX", "csv": "CSV", "html": "HTML"
}  # fmt: skip


def write_file(
    report: StatusReport, format_name: str, variant: str = Variant.TEAM
) -> bytes:
    """The bytes of one format; every number in them stands in the snapshot."""
    module = import_module(f"portfolio.reports.{format_name}")
    content: bytes = getattr(module, f"write_{format_name}")(
        edition_of(report, variant)
    )
    return content


def file_name(
    report: StatusReport, format_name: str, variant: str = Variant.TEAM
) -> str:
    who = "-leadership" if variant == Variant.LEADERSHIP else ""
    stem = f"status-{report.team.slug}-{report}-v{report.version}{who}"
    return f"{stem}.{format_name}"
