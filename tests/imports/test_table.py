from __future__ import annotations

import pytest

from portfolio.imports.findings import Finding
from portfolio.imports.table import Row, Table, TableBroken

CELLS = "a cell that holds the delimiter or a line break stands in quotes."


@pytest.fixture
def read(tmp_path):
    def read(content, **options):
        path = tmp_path / "export.csv"
        path.write_bytes(content)
        return list(Table(path, **options).rows())

    return read


def test_a_mark_at_the_beginning_belongs_to_no_column(read):
    assert read("\ufeffKey,Title\nA,Ä\n".encode()) == [
        Row(2, {"Key": "A", "Title": "Ä"})
    ]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_are_counted_as_an_editor_shows_them(read, end):
    content = end.join(
        [b"Key,Title", b"", b'A,"two', b'lines, with ""quotes"""', b"", b",", b"B,b"]
    )

    rows = read(content)

    inside = end.decode()
    assert rows == [
        Row(3, {"Key": "A", "Title": f'two{inside}lines, with "quotes"'}),
        Row(7, {"Key": "B", "Title": "b"}),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16", "utf-16-le"])
def test_the_encoding_named_is_the_one_read(read, encoding):
    content = "Key;Title\nA;Größe\n".encode(encoding)

    rows = read(content, encoding=encoding, delimiter=";")

    assert rows == [Row(2, {"Key": "A", "Title": "Größe"})]


def test_a_row_with_too_many_or_too_few_cells_is_named_and_the_next_is_read(read):
    rows = read(b"Key,Title\nA,a,b\nB\nC,c,,\nD,d\n")

    assert rows == [
        Finding(2, "", "", f"has 3 cells where the header has 2; {CELLS}"),
        Finding(3, "", "", f"has 1 cell where the header has 2; {CELLS}"),
        Row(4, {"Key": "C", "Title": "c"}),
        Row(5, {"Key": "D", "Title": "d"}),
    ]


def test_a_cell_in_another_encoding_is_named_and_the_next_row_is_read(read):
    rows = read(b"Key,Title\nA,Gr\xf6\xdfe\nB,b\n")

    assert [str(row) for row in rows[:1]] == [
        "Line 2, column Title: “Gr��e” is not written in the encoding that the "
        "mapping names; set file.encoding, often “utf-8”, “windows-1252” or “utf-16”."
    ]
    assert rows[1:] == [Row(3, {"Key": "B", "Title": "b"})]


def test_a_nul_is_named(read):
    assert read(b"Key,Title\nA,a\0b\n") == [
        Finding(2, "Title", "a␀b", "holds a NUL; take it out.")
    ]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_a_file_without_columns_is_said_to_be_empty(read, content):
    with pytest.raises(TableBroken, match="The file: is empty"):
        read(content)


def test_a_quote_left_open_is_named_with_the_line_it_begins_on(read):
    with pytest.raises(TableBroken, match="Line 3: cannot be read as CSV"):
        read(b'Key,Title\nA,a\nB,"b\nC,c\n')
