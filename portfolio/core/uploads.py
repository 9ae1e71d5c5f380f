"""No form takes more than a file may have, so that nobody fills the disk with one."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler

# A little more than a file may have, so that whoever checks it still sees it is larger;
# and of all files of a form together.
LARGEST = 12 * 1024 * 1024
LARGEST_OF_ALL = 8 * LARGEST


class CutsShort(FileUploadHandler):
    """Stands before the handlers that keep a file; beyond the limit they get nothing.

    The rest is read and dropped, so that the form answers in words.
    """

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.received += len(raw_data)
        is_too_much = start >= LARGEST or self.received > LARGEST_OF_ALL
        return None if is_too_much else raw_data

    def file_complete(self, file_size: int) -> None:
        """The handlers behind make the file."""
