"""Serves the plotly.js that the plotly package carries, without a copy of it here."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

PREFIX = "plotly"
# The folder holds examples and a second bundle too; no page needs them.
NAME = "plotly.min.js"


class PlotlyFinder(BaseFinder):
    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        # Found without importing plotly, which takes a while.
        spec = find_spec("plotly")
        places = list(spec.submodule_search_locations or []) if spec else []
        self.folder = Path(places[0]) / "package_data" if places else Path()
        self.storage = FileSystemStorage(location=self.folder)
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]  # read by collectstatic

    def check(self, **_kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - as Django calls it
        found = [str(self.folder / NAME)] if path == f"{PREFIX}/{NAME}" else []
        return found[0] if found and not find_all else found

    def list(self, _ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        yield NAME, self.storage
