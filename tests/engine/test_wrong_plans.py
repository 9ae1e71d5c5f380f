"""Whatever is wrong with a plan, one sentence says so and nothing else happens."""

import contextlib
import copy
import io
import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.engine import Plan, PlanError, forecast, load_plan
from capacity.engine.__main__ import main
from tests.engine.test_plan import FULL
from tests.examples import examples

JUNK = [
    *[None, True, 0, -1, 1, 0.5, -0.0, 7, 2**63, 10**400, 1e300, 1e-320],
    *[float("nan"), float("inf"), "", " ", "eng-1", "INT-1", "design", "api", "Zoë\n"],
    *["\ud800", "2026-02-30", "2026-12-24", "0001-01-01", "9999-12-31", "20261224"],
    *[[], {}, [[]], [None], ["INT-1"], ["design", "build"], [8] * 7],
    *[{"low": 0, "likely": 0, "high": 0}, {"low": 1, "likely": 2, "high": 1}],
]
KEYS = ["id", "skill", "effort", "after", "from", "until", "wait", "ID", "leav", "\n"]


def places(value):
    """Every list and object of a plan, with every key or position in it."""
    pairs = (
        list(value.items())
        if isinstance(value, dict)
        else list(enumerate(value))
        if isinstance(value, list)
        else []
    )
    for key, inner in pairs:
        yield value, key
        yield from places(inner)


@st.composite
def mutated(draw):
    """A right plan with one or two things in it changed, dropped, doubled or added."""
    mapping = copy.deepcopy(FULL)
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        holder, key = draw(st.sampled_from(list(places(mapping))))
        change = draw(st.sampled_from(["change", "drop", "double", "add"]))
        junk = copy.deepcopy(draw(st.sampled_from(JUNK)))
        if change == "drop":
            del holder[key]
        elif change == "double" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        elif change == "add" and isinstance(holder, dict):
            holder[draw(st.sampled_from(KEYS))] = junk
        else:
            holder[key] = junk
        if not mapping:
            break
    return mapping


def assert_one_sentence(sentence):
    assert sentence.isprintable()
    assert sentence[0].isupper()
    assert sentence[-1] in ".?"


@given(mutated())
@settings(max_examples=examples(150), deadline=None)
def test_a_plan_is_refused_in_one_sentence_or_forecast_and_written(mapping):
    try:
        plan = Plan.from_json(mapping)
    except PlanError as wrong:
        assert_one_sentence(str(wrong))
        return

    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    small = replace(plan, trials=2, horizon_days=min(plan.horizon_days, 20))
    json.dumps(forecast(small).to_json(), allow_nan=False)


@given(mutated(), st.data())
@settings(max_examples=examples(100), deadline=None)
def test_a_damaged_file_is_refused_in_one_sentence(mapping, data):
    text = json.dumps(mapping, ensure_ascii=data.draw(st.booleans()))
    written = bytearray(text.encode(errors="surrogatepass"))
    for _ in range(data.draw(st.integers(0, 3))):
        written[data.draw(st.integers(0, len(written) - 1))] = data.draw(
            st.integers(0, 255)
        )

    try:
        load_plan(bytes(written[: data.draw(st.integers(0, len(written)))]))
    except PlanError as wrong:
        assert_one_sentence(str(wrong))


@given(mapping=mutated())
@settings(max_examples=examples(40), deadline=None)
def test_the_command_ends_with_0_or_with_2_and_one_line(tmp_path_factory, mapping):
    path = tmp_path_factory.mktemp("wrong") / "plan.json"
    path.write_text(json.dumps(mapping | {"horizon_days": 20}), encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()

    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main([str(path), "--trials", "1", "--threads", "1"])

    if status == 0:
        json.loads(out.getvalue())
        assert err.getvalue() == ""
    else:
        assert (status, out.getvalue()) == (2, "")
        assert_one_sentence(err.getvalue().removesuffix("\n"))
