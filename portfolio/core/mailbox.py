"""The mailbox that people write to: a folder of the mail server, or one by IMAP."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

# Most servers take no larger ones; base64 makes a third more of every file.
LARGEST = 40 * 1024 * 1024
A_WHILE = 30


class MailboxBroken(Exception):
    """The mailbox cannot be opened or read; what waits in it goes on waiting."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message as it came; ``raw`` is empty where it is too large to be read."""

    key: str
    raw: bytes
    is_too_large: bool = False


class Mailbox(Protocol):
    """Messages stay until they are marked as done, however often they are read."""

    def waiting(self) -> Iterator[Waiting]: ...

    def done(self, key: str) -> None: ...


class Maildir:
    """Where the mail server puts each message as a file of its own into ``new``.

    What is done is moved into ``cur`` with the mark of having been seen, in one step.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        missing = [name for name in ("new", "cur") if not (root / name).is_dir()]
        if missing:
            raise MailboxBroken(f"{root} is no maildir; it has no folder {missing[0]}.")

    def waiting(self) -> Iterator[Waiting]:
        for path in sorted((self.root / "new").iterdir()):
            if path.name.startswith("."):
                continue
            try:
                if path.stat().st_size > LARGEST:
                    yield Waiting(path.name, b"", is_too_large=True)
                else:
                    yield Waiting(path.name, path.read_bytes())
            except FileNotFoundError:
                # Another worker was faster.
                continue

    def done(self, key: str) -> None:
        path = self.root / "new" / key
        try:
            path.rename(self.root / "cur" / f"{key.partition(':')[0]}:2,S")
        except FileNotFoundError:
            return


class Imap:
    """A folder of an IMAP server; what is done is marked as seen."""

    def __init__(self, connection: imaplib.IMAP4) -> None:
        self.connection = connection

    def waiting(self) -> Iterator[Waiting]:
        _, found = self.connection.uid("SEARCH", "UNSEEN")
        for uid in (found[0] or b"").split():
            key = uid.decode("ascii")
            if self._size(key) > LARGEST:
                yield Waiting(key, b"", is_too_large=True)
                continue
            _, parts = self.connection.uid("FETCH", key, "(BODY.PEEK[])")
            raw = [part[1] for part in parts if isinstance(part, tuple)]
            # Without one, another worker or a person has removed it meanwhile.
            if raw:
                yield Waiting(key, raw[0])

    def done(self, key: str) -> None:
        self.connection.uid("STORE", key, "+FLAGS.SILENT", r"(\Seen)")

    def _size(self, key: str) -> int:
        _, parts = self.connection.uid("FETCH", key, "(RFC822.SIZE)")
        words = b" ".join(part for part in parts if isinstance(part, bytes))
        _, _, rest = words.partition(b"RFC822.SIZE ")
        digits = rest.split(b")")[0].split(b" ")[0]
        return int(digits) if digits.isdigit() else 0


@contextmanager
def open_mailbox(address: str) -> Iterator[Mailbox]:
    """The mailbox of an address as ``PORTFOLIO_MAILBOX`` gives it."""
    parts = urlsplit(address)
    if parts.scheme == "maildir":
        yield Maildir(Path(unquote(parts.path)))
        return
    try:
        # Logs out at its end, whatever happens.
        with _connected(address) as connection:
            user, password = (
                unquote(parts.username or ""),
                unquote(parts.password or ""),
            )
            connection.login(user, password)
            folder = unquote(parts.path).strip("/") or "INBOX"
            answer, said = connection.select(f'"{folder}"')
            if answer != "OK":
                raise MailboxBroken(f"The folder {folder} cannot be opened: {said}")
            yield Imap(connection)
    except (imaplib.IMAP4.error, OSError) as failed:
        raise MailboxBroken(f"{parts.hostname} cannot be read: {failed}") from failed


def _connected(address: str) -> imaplib.IMAP4:
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port
    context = ssl.create_default_context()
    if parts.scheme == "imaps":
        return imaplib.IMAP4_SSL(
            host, port or 993, ssl_context=context, timeout=A_WHILE
        )
    connection = imaplib.IMAP4(host, port or 143, timeout=A_WHILE)
    if parts.query == "tls=yes":
        try:
            connection.starttls(ssl_context=context)
        except (imaplib.IMAP4.error, OSError):
            # Where TLS was refused half way, closing it fails too and says less.
            with suppress(OSError):
                connection.shutdown()
            raise
    return connection
