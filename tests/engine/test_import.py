"""The engine stands alone and loads quickly."""

import subprocess
import sys

PAGES = (
    "capacity.engine, capacity.engine.plan, capacity.engine.calendar, "
    "capacity.engine.distribution, capacity.engine.result, capacity.engine.explaining, "
    "capacity.engine.preview"
)


def loaded_after(statement):
    listing = "import sys; print('\\n'.join(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", f"{statement}\n{listing}"],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(run.stdout.split())


def test_engine_runs_without_django():
    loaded = loaded_after("import capacity.engine, capacity.engine.simulation")

    assert "numba" in loaded
    assert not {"django", "pandas", "celery"} & loaded


def test_pages_may_import_the_engine_without_loading_numba():
    loaded = loaded_after(f"import {PAGES}")

    assert "capacity.engine.result" in loaded
    assert "numba" not in loaded


def test_plans_and_distributions_load_without_numpy():
    loaded = loaded_after(
        "import capacity.engine, capacity.engine.distribution, capacity.engine.changing"
    )

    assert "capacity.engine.plan" in loaded
    assert "numpy" not in loaded
