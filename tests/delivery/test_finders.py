from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from django.contrib.staticfiles import finders

from portfolio.delivery.finders import PlotlyFinder


def test_the_script_of_the_plotly_package_is_a_static_file_and_nothing_else_is():
    package = Path(find_spec("plotly").origin).parent / "package_data"

    assert finders.find("plotly/plotly.min.js") == str(package / "plotly.min.js")
    assert finders.find("plotly/widgetbundle.js") is None


def test_collecting_finds_the_script_under_its_folder():
    found = [
        (storage.prefix, path, storage.exists(path))
        for path, storage in PlotlyFinder().list(None)
    ]

    assert found == [("plotly", "plotly.min.js", True)]


def test_all_places_of_the_script_are_one():
    assert len(PlotlyFinder().find("plotly/plotly.min.js", find_all=True)) == 1
    assert PlotlyFinder().find("core/mark.svg", find_all=True) == []
