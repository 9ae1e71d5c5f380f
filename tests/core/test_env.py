from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from portfolio import env


def test_a_secret_may_stand_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("from a file\n", encoding="utf-8")
    monkeypatch.delenv("PORTFOLIO_KEY", raising=False)
    monkeypatch.setenv("PORTFOLIO_KEY_FILE", str(tmp_path / "key"))

    assert env.text("PORTFOLIO_KEY") == "from a file"


def test_a_missing_value_without_default_stops_the_start(monkeypatch):
    monkeypatch.delenv("PORTFOLIO_KEY", raising=False)

    with pytest.raises(ImproperlyConfigured, match="PORTFOLIO_KEY is not set"):
        env.text("PORTFOLIO_KEY")


@pytest.mark.parametrize(
    ("given", "value"), [("yes", True), ("0", False), ("On", True)]
)
def test_a_flag_is_read(monkeypatch, given, value):
    monkeypatch.setenv("PORTFOLIO_FLAG", given)

    assert env.flag("PORTFOLIO_FLAG", default=not value) is value


def test_a_wrong_flag_names_the_accepted_values(monkeypatch):
    monkeypatch.setenv("PORTFOLIO_FLAG", "maybe")

    with pytest.raises(ImproperlyConfigured, match="“maybe”; accepted are 0, 1"):
        env.flag("PORTFOLIO_FLAG", default=True)


@pytest.mark.parametrize("given", ["many", "-1", "2.5"])
def test_a_wrong_number_says_what_is_accepted(monkeypatch, given):
    monkeypatch.setenv("PORTFOLIO_TRIALS", given)

    with pytest.raises(ImproperlyConfigured, match="at least 0 is accepted"):
        env.number("PORTFOLIO_TRIALS", 5)


def test_a_file_of_values_does_not_overrule_the_environment(monkeypatch, tmp_path):
    (tmp_path / "env").write_text("# own\nPORTFOLIO_A=file\nPORTFOLIO_B=file\n")
    monkeypatch.setenv("PORTFOLIO_A", "environment")
    monkeypatch.delenv("PORTFOLIO_B", raising=False)

    env.read_file(tmp_path / "env")

    assert (env.text("PORTFOLIO_A"), env.text("PORTFOLIO_B")) == ("environment", "file")
    monkeypatch.delenv("PORTFOLIO_B")
