"""The examples in the engine's docstrings run and give what they show."""

import doctest
import importlib

import pytest

MODULES = (
    "capacity.engine",
    "capacity.engine._ageing",
    "capacity.engine._cannot",
    "capacity.engine.backlog",
    "capacity.engine._lines",
    "capacity.engine.calendar",
    "capacity.engine.calibration",
    "capacity.engine.changing",
    "capacity.engine.distribution",
    "capacity.engine.draws",
    "capacity.engine.explaining",
    "capacity.engine.helping",
    "capacity.engine.history",
    "capacity.engine.noise",
    "capacity.engine.plan",
    "capacity.engine.preview",
    "capacity.engine.recalibration",
    "capacity.engine.scoring",
    "capacity.engine.simulation",
    "capacity.engine.throughput",
    "capacity.engine.turns",
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name):
    done = doctest.testmod(importlib.import_module(name))

    assert done.attempted > 0
    assert done.failed == 0
