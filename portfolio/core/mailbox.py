"""The mailbox that people write to: a folder of the mail server, or one by IMAP."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

# Most servers take no larger ones; base64 makes a third more of every file.
LARGEST = 40 * 1024 * 1024
LONGEST_HEADERS = 256 * 1024
A_WHILE = 30


class MailboxBroken(Exception):
    """The mailbox cannot be opened or read; what waits in it goes on waiting."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it came; of one too large to be read, only its headers."""

    raw: bytes
    is_too_large: bool = False


class Mailbox(Protocol):
    """Messages wait until they are done or set aside, however often they are read."""

    def waiting(self) -> list[str]:
        """Keys of what waits, oldest first."""
        ...

    def read(self, key: str) -> Message | None:
        """None where another worker or a person has taken it meanwhile."""
        ...

    def done(self, key: str) -> None: ...

    def set_aside(self, key: str) -> None:
        """Leave it for people, with a flag that every mail program shows."""
        ...

    def put_back(self, key: str) -> None:
        """Let what was set aside wait again."""
        ...


class Maildir:
    """Where the mail server puts each message as a file of its own into ``new``.

    What is done is moved into ``cur`` with the mark of having been seen, in one step;
    what is set aside gets the mark of being flagged besides.
    """

    DONE, ASIDE = ":2,S", ":2,FS"

    def __init__(self, root: Path) -> None:
        self.root = root
        missing = [name for name in ("new", "cur") if not (root / name).is_dir()]
        if missing:
            raise MailboxBroken(f"{root} is no maildir; it has no folder {missing[0]}.")

    def waiting(self) -> list[str]:
        names = sorted(path.name for path in (self.root / "new").iterdir())
        return [name for name in names if not name.startswith(".")]

    def read(self, key: str) -> Message | None:
        path = self.root / "new" / key
        try:
            if path.stat().st_size <= LARGEST:
                return Message(path.read_bytes())
            with path.open("rb") as file:
                return Message(_headers(file.read(LONGEST_HEADERS)), is_too_large=True)
        except FileNotFoundError:
            return None

    def done(self, key: str) -> None:
        self._move(self.root / "new" / key, self._kept(key, self.DONE))

    def set_aside(self, key: str) -> None:
        self._move(self.root / "new" / key, self._kept(key, self.ASIDE))

    def put_back(self, key: str) -> None:
        self._move(self._kept(key, self.ASIDE), self.root / "new" / key)

    def _kept(self, key: str, marks: str) -> Path:
        return self.root / "cur" / f"{key.partition(':')[0]}{marks}"

    @staticmethod
    def _move(old: Path, new: Path) -> None:
        # Another worker may have been faster.
        with suppress(FileNotFoundError):
            old.rename(new)


class Imap:
    """A folder of an IMAP server; what is done is marked as seen.

    A key is the number of a message with that of its folder, which servers change
    when they number anew.
    """

    def __init__(self, connection: imaplib.IMAP4) -> None:
        self.connection = connection
        _, given = connection.response("UIDVALIDITY")
        self.folder = (given[0] or b"").decode("ascii") if given else ""

    def waiting(self) -> list[str]:
        _, found = self.connection.uid("SEARCH", "UNSEEN")
        uids = (found[0] or b"").split()
        return [f"{self.folder}-{uid.decode('ascii')}" for uid in uids]

    def read(self, key: str) -> Message | None:
        try:
            is_too_large = self._size(key) > LARGEST
            part = "(BODY.PEEK[HEADER])" if is_too_large else "(BODY.PEEK[])"
            _, parts = self.connection.uid("FETCH", self._uid(key), part)
        except (imaplib.IMAP4.abort, OSError) as lost:
            # The connection is gone, which is no fault of this message.
            raise MailboxBroken(f"The connection was lost: {lost}") from lost
        raw = [part[1] for part in parts if isinstance(part, tuple)]
        return Message(raw[0], is_too_large) if raw else None

    def done(self, key: str) -> None:
        self._mark(key, "+FLAGS.SILENT", r"(\Seen)")

    def set_aside(self, key: str) -> None:
        self._mark(key, "+FLAGS.SILENT", r"(\Seen \Flagged)")

    def put_back(self, key: str) -> None:
        if key.startswith(f"{self.folder}-"):
            self._mark(key, "-FLAGS.SILENT", r"(\Seen \Flagged)")

    def _mark(self, key: str, how: str, flags: str) -> None:
        self.connection.uid("STORE", self._uid(key), how, flags)

    def _size(self, key: str) -> int:
        _, parts = self.connection.uid("FETCH", self._uid(key), "(RFC822.SIZE)")
        words = b" ".join(part for part in parts if isinstance(part, bytes))
        _, _, rest = words.partition(b"RFC822.SIZE ")
        digits = rest.split(b")")[0].split(b" ")[0]
        return int(digits) if digits.isdigit() else 0

    @staticmethod
    def _uid(key: str) -> str:
        return key.rpartition("-")[2]


def _headers(beginning: bytes) -> bytes:
    """What stands before the first empty line."""
    return re.split(rb"\r?\n\r?\n", beginning, maxsplit=1)[0] + b"\n\n"


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
    except ssl.SSLCertVerificationError as failed:
        raise MailboxBroken(
            f"The certificate of {parts.hostname} is not trusted, so nothing was sent "
            f"to it: {failed.verify_message}. An authority of your own is named by "
            "SSL_CERT_FILE."
        ) from failed
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
