"""The package templates a team begins with: a start to correct, not an estimate."""

from __future__ import annotations

from dataclasses import dataclass

# What is done, the name of the skill, low, likely and high days, and whether it comes
# after the one above.
Row = tuple[str, str, str, str, str, bool]


@dataclass(frozen=True, slots=True)
class Pattern:
    slug: str
    name: str
    rows: tuple[Row, ...]


SHIPPED = [
    Pattern(
        "api",
        "API",
        (
            ("Design the contract", "API design", "1", "2", "5", False),
            ("Build", "API design", "2", "4", "10", True),
            ("Access and policies", "IAM", "0.5", "1", "4", True),
            ("Test with both sides", "API design", "1", "2", "5", True),
        ),
    ),
    Pattern(
        "events",
        "Event stream",
        (
            ("Model the events", "Event streaming", "1", "3", "6", False),
            ("Publish and consume", "Event streaming", "3", "6", "14", True),
            ("Test order, repeats and load", "Event streaming", "1", "2", "5", True),
        ),
    ),
    Pattern(
        "file",
        "File transfer",
        (
            ("Agree format and times", "Middleware", "0.5", "1", "2", False),
            ("Transfer, checks and alarms", "Middleware", "1", "2", "6", True),
            ("Test with real files", "Middleware", "0.5", "1", "3", True),
        ),
    ),
    Pattern(
        "ipaas",
        "iPaaS flow",
        (
            ("Map the fields", "iPaaS", "1", "2", "5", False),
            ("Build the flow and its error handling", "iPaaS", "1", "3", "8", True),
            ("Test with real records", "iPaaS", "0.5", "1", "3", True),
        ),
    ),
    Pattern(
        "ai",
        "AI service",
        (
            ("Prepare and index the data", "Data pipelines", "2", "4", "12", False),
            ("Call the model behind an API", "API design", "2", "4", "10", True),
            ("Guard access and personal data", "IAM", "1", "2", "6", True),
            ("Judge the answers on real cases", "API design", "1", "3", "9", True),
        ),
    ),
    Pattern(
        "pipeline",
        "Data pipeline",
        (
            ("Design the model", "Data pipelines", "0.5", "1", "3", False),
            ("Load and transform", "Data pipelines", "2", "4", "10", True),
            ("Quality checks and run book", "Data pipelines", "1", "2", "5", True),
        ),
    ),
]
