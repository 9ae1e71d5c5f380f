"""Who works at the invented company, and who may sign in to the demo."""

from __future__ import annotations

from dataclasses import dataclass, field

from portfolio.core.choices import Role

DEMO_PASSWORD = "throughline-demo"  # noqa: S105 - printed on purpose: invented people
DOMAIN = "example.com"

# (what the person is, e-mail): what a stranger needs for a look around.
DEMO_SIGN_INS: list[tuple[str, str]] = [
    ("Manager", f"manager@{DOMAIN}"),
    ("Stakeholder in Finance", f"finance@{DOMAIN}"),
    ("Stakeholder in Commerce", f"commerce@{DOMAIN}"),
    ("Engineer", f"engineer@{DOMAIN}"),
    ("Leadership (CIO, reads all)", f"cio@{DOMAIN}"),
    ("Administrator", f"admin@{DOMAIN}"),
]

UNITS = ["Commerce", "Data Office", "Finance", "Logistics", "People", "Sales"]

SKILLS = {
    "api": "API design",
    "ipaas": "iPaaS",
    "events": "Event streaming",
    "data": "Data pipelines",
    "middleware": "Middleware",
    "iam": "IAM",
    # Asked for by one demand, and nobody has it: what cannot be forecast is seen.
    "sap-btp": "SAP BTP",
}


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str
    role: Role
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Colleague:
    """An engineer; days are counted from the day of the load, minus is past."""

    name: str
    email: str
    country: str
    subdivision: str
    overhead: str
    skills: dict[str, str]
    # Hours of Monday to Friday from a day on; None is from the beginning.
    hours: list[tuple[int | None, tuple[int, int, int, int, int]]] = field(
        default_factory=lambda: [(None, (8, 8, 8, 8, 8))]
    )
    starts_in: int | None = None
    ends_in: int | None = None
    ramp_up_weeks: int = 0
    # (first day, how many days, share of the day, kind)
    away: list[tuple[int, int, str, str]] = field(default_factory=list)


OTHERS = [
    Person("Sabine Krüger", f"manager@{DOMAIN}", Role.MANAGER),
    Person("Matthias Rehberg", f"cio@{DOMAIN}", Role.VIEWER),
    Person("Ewa Kamińska", f"admin@{DOMAIN}", Role.ADMINISTRATOR),
]
STAKEHOLDERS = [
    Person("Claudia Winter", f"finance@{DOMAIN}", Role.REQUESTER, "Finance"),
    Person("Marek Dąbrowski", f"marek.dabrowski@{DOMAIN}", Role.REQUESTER, "Finance"),
    Person("Anja Petersen", f"people@{DOMAIN}", Role.REQUESTER, "People"),
    Person("Joanna Wójcik", f"joanna.wojcik@{DOMAIN}", Role.REQUESTER, "People"),
    Person("Felix Sommer", f"commerce@{DOMAIN}", Role.REQUESTER, "Commerce"),
    Person("Nadia Rahimi", f"nadia.rahimi@{DOMAIN}", Role.REQUESTER, "Commerce"),
    Person("Paulina Król", f"paulina.krol@{DOMAIN}", Role.REQUESTER, "Commerce"),
    Person("Uwe Schröder", f"logistics@{DOMAIN}", Role.REQUESTER, "Logistics"),
    Person("Grzegorz Mazur", f"grzegorz.mazur@{DOMAIN}", Role.REQUESTER, "Logistics"),
    Person("Ines Castellano", f"ines.castellano@{DOMAIN}", Role.REQUESTER, "Logistics"),
    Person("Stefanie Vogt", f"sales@{DOMAIN}", Role.REQUESTER, "Sales"),
    Person("Bartosz Jankowski", f"bartosz.jankowski@{DOMAIN}", Role.REQUESTER, "Sales"),
    Person("Oliver Lindqvist", f"data@{DOMAIN}", Role.REQUESTER, "Data Office"),
    Person(
        "Magdalena Pawlak", f"magdalena.pawlak@{DOMAIN}", Role.REQUESTER, "Data Office"
    ),
]
ENGINEERS = [
    Colleague(
        "Katharina Brandt", f"engineer@{DOMAIN}", "DE", "BE", "0.30",
        {"api": "1.0", "ipaas": "0.6"},
        away=[(-210, 9, "1", "vacation"), (-96, 1, "1", "sick"),
              (26, 5, "0.5", "training"), (95, 12, "1", "vacation")],
    ),
    Colleague(
        "Jonas Feldmann", f"jonas.feldmann@{DOMAIN}", "DE", "BE", "0.22",
        {"events": "1.0", "api": "0.8"},
        away=[(-150, 12, "1", "vacation"), (-41, 3, "1", "training"),
              (52, 5, "1", "vacation")],
    ),
    Colleague(
        "Agnieszka Nowak", f"agnieszka.nowak@{DOMAIN}", "PL", "", "0.22",
        {"data": "1.0", "events": "0.6"},
        away=[(-180, 10, "1", "vacation"), (-62, 4, "1", "sick"),
              (33, 8, "1", "vacation")],
    ),
    Colleague(
        "Tomasz Wiśniewski", f"tomasz.wisniewski@{DOMAIN}", "PL", "", "0.25",
        {"ipaas": "1.0", "api": "0.7"},
        away=[(-230, 14, "1", "vacation"), (-20, 2, "0.5", "other"),
              (75, 10, "1", "vacation")],
    ),
    Colleague(
        "Miriam Özdemir", f"miriam.oezdemir@{DOMAIN}", "DE", "BY", "0.25",
        {"iam": "1.0", "api": "0.7"},
        # Four days a week, and five again in some weeks.
        hours=[(None, (8, 8, 8, 8, 0)), (46, (8, 8, 8, 8, 8))],
        away=[(-120, 8, "1", "vacation"), (12, 2, "0.5", "other"),
              (110, 9, "1", "vacation")],
    ),
    Colleague(
        "Piotr Zieliński", f"piotr.zielinski@{DOMAIN}", "PL", "", "0.28",
        {"middleware": "1.0", "ipaas": "0.5"},
        away=[(-260, 10, "1", "vacation"), (-75, 2, "1", "training"),
              (61, 9, "1", "vacation")],
    ),
    Colleague(
        "Lena Hoffmann", f"lena.hoffmann@{DOMAIN}", "DE", "BE", "0.20",
        {"ipaas": "0.9", "data": "0.8"},
        ends_in=72,
        away=[(-90, 9, "1", "vacation"), (18, 3, "1", "vacation")],
    ),
    Colleague(
        "Kacper Lewandowski", f"kacper.lewandowski@{DOMAIN}", "PL", "", "0.35",
        {"api": "0.7", "events": "0.7", "data": "0.5"},
        starts_in=25,
        ramp_up_weeks=6,
        away=[(39, 4, "0.5", "training")],
    ),
]  # fmt: skip

# name, engineers, interruptions a week, low, likely, high (focused days each)
KTLO = [
    ("Tickets on iPaaS flows",
     ["Tomasz Wiśniewski", "Lena Hoffmann", "Katharina Brandt"],
     "2.4", "0.1", "0.3", "1.2"),
    ("Event platform on call",
     ["Jonas Feldmann", "Agnieszka Nowak"], "1.2", "0.1", "0.4", "2.0"),
    ("Nightly loads that fail",
     ["Agnieszka Nowak", "Lena Hoffmann"], "1.0", "0.1", "0.25", "1.0"),
    ("Certificates, keys and access",
     ["Miriam Özdemir", "Piotr Zieliński"], "1.3", "0.1", "0.25", "1.0"),
]  # fmt: skip
# What stands in the log of those that have one; the first is counted on by it.
KTLO_NOTES = {
    "Tickets on iPaaS flows": [
        "Flow stopped on an unknown currency", "Mapping of a new country code",
        "Retry queue was full", "Partner sent the file twice",
        "Credit note without a reference", "Timeouts towards the CRM",
    ],
    "Event platform on call": [
        "Consumer lag above the alarm", "Disk of a broker nearly full",
        "Schema refused by a consumer", "Topic without an owner",
    ],
}  # fmt: skip
MEASURED = {"Tickets on iPaaS flows"}
