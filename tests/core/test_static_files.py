from __future__ import annotations

import gzip

import brotli
from django.core.files.base import ContentFile

from portfolio.core.static_files import StaticFilesStorage


def test_static_files_are_stored_compressed_beside_the_plain_ones(tmp_path):
    sheet = b".rag { font-weight: 620; }\n" * 200
    storage = StaticFilesStorage(location=tmp_path, base_url="/static/")
    storage.save("sheet.css", ContentFile(sheet))

    list(storage.compress_files(["sheet.css"]))

    assert brotli.decompress((tmp_path / "sheet.css.br").read_bytes()) == sheet
    assert gzip.decompress((tmp_path / "sheet.css.gz").read_bytes()) == sheet
