"""A CSV file is read by its column names, and what is wrong is said by line."""

import gzip
from datetime import date

import pytest

from capacity.columns import ColumnError, read_rows


def written(tmp_path, text):
    path = tmp_path / "history.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_are_read_by_name_and_other_columns_left_alone(tmp_path):
    path = written(
        tmp_path, "key,finished_on,n,size\nA,2026-03-02,3,\nB,2026-03-04 17:20,0,0.5\n"
    )

    rows = list(read_rows(path, required=("finished_on", "n")))

    assert [
        (row.line, row.day("finished_on"), row.whole("n"), row.number_or_none("size"))
        for row in rows
    ] == [(2, date(2026, 3, 2), 3, None), (3, date(2026, 3, 4), 0, 0.5)]


def test_packed_files_with_a_byte_order_mark_read_alike(tmp_path):
    path = tmp_path / "history.csv.gz"
    path.write_bytes(gzip.compress("\ufeffn\r\n1\r\n\r\n".encode()))

    assert [row.whole("n") for row in read_rows(path, required=("n",))] == [1]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty; a first line with column names is needed."),
        (
            "finished,n\n",
            "Line 1 has no column “finished_on” (finished_on, n are needed); "
            "is it “finished”?",
        ),
        ("n,n\n", "Line 1 names the column “n” twice."),
        ("finished_on,n\n2026-01-01\n", "Line 2 has 1 columns; 2 were expected"),
        (
            "finished_on,n\n2026-01-01,1\n2026-13-01,1\n",
            "Line 3, finished_on, is “2026-13-01”; a date like 2026-11-23 was",
        ),
        ("finished_on,n\n,1\n", "Line 2, finished_on, is empty; a date like"),
        (
            "finished_on,n\n2026-01-01,-1\n",
            "Line 2, n, is “-1”; a whole number of at least 0 was expected.",
        ),
        ("finished_on,n\n2026-01-01,nan\n", "Line 2, n, is “nan”; a number was"),
        ("finished_on,n\n2026-01-01,\n", "Line 2, n, is empty; a number was"),
        ('finished_on,n\n"2026-01-01,1\n', "is not written as a CSV file"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_column(tmp_path, text, sentence):
    path = written(tmp_path, text)

    with pytest.raises(ColumnError) as wrong:
        [
            (row.day("finished_on"), row.whole("n"))
            for row in read_rows(path, required=("finished_on", "n"))
        ]

    assert sentence in str(wrong.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"n\n1\n\xff\n", "Line 3 of"),
        (gzip.compress(b"n\n1\n" * 99)[:-12], "is not a whole gzip file."),
    ],
)
def test_broken_files_are_named(tmp_path, content, sentence):
    path = tmp_path / "history.csv"
    path.write_bytes(content)

    with pytest.raises(ColumnError, match=sentence):
        list(read_rows(path, required=("n",)))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ColumnError, match=r"nowhere\.csv cannot be read: No such file"):
        list(read_rows(tmp_path / "nowhere.csv", required=("n",)))
