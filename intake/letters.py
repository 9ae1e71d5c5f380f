"""Reading an e-mail: who wrote what, to whom, and whether a machine wrote it."""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from html.parser import HTMLParser
from pathlib import PurePosixPath

from portfolio.core.services.notices import ABOVE_THIS_LINE

MOST_LETTERS = 20_000
MOST_FILES = 10
_MACHINES = {"mailer-daemon", "postmaster", "bounce", "bounces"}
_BULK = {"bulk", "junk", "list", "auto_reply"}
_RESPONDERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Loop", "List-Id")
_WROTE = r"wrote|schrieb|écrit|escribió|napisał\(a\)|napisał|pisze"
# An answer may well say “From: ERP” or “On Mondays we wrote:”; only with an address,
# or with a date, it heads a quoted mail.
_QUOTE_BEGINS = re.compile(
    rf"""^\s*(
        -{{3,}}\s*(original|ursprüngliche|forwarded|weitergeleitete).*
        | _{{8,}}
        | (from|von|de|od):\s.*@.*
        | (on|am|le|el|dnia|w\ dniu)\s(?=.*\d).{{4,200}}({_WROTE}).*:
    )\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
# The same, where a program has broken the line.
_BROKEN_QUOTE = re.compile(
    rf"\n(on|am|le|el)\s[^\n]{{4,120}}\n[^\n]{{0,120}}({_WROTE})[^\n]*:\s*$",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[ \t\r\f\v]+")


@dataclass(frozen=True, slots=True)
class EnclosedFile:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """``ignored`` says why no person wrote it; ``addressed`` is where tokens stand."""

    message_id: str
    sender: str
    sender_name: str
    subject: str
    text: str
    files: list[EnclosedFile]
    addressed: list[str]
    ignored: str


def read_letter(raw: bytes) -> ReadLetter:
    """Read any bytes at all; what cannot be read is empty."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    name, sender = parseaddr(_header(message, "From"))
    fallback = f"sha256-{hashlib.sha256(raw).hexdigest()}"
    return ReadLetter(
        message_id=(_header(message, "Message-ID") or fallback)[:255],
        sender=sender.strip().lower(),
        sender_name=_one_line(name)[:120],
        subject=_one_line(_header(message, "Subject"))[:200],
        text=_text(message)[:MOST_LETTERS],
        files=list(_files(message)),
        addressed=_addressed(message),
        ignored=_why_ignored(message, sender),
    )


def answer_in(text: str) -> str:
    """What stands above the mail that was answered, without what it quotes."""
    above = text.partition(ABOVE_THIS_LINE)[0].splitlines()
    kept: list[str] = []
    for line in above:
        if _QUOTE_BEGINS.match(line):
            break
        kept.append(line)
    while kept and (not kept[-1].strip() or kept[-1].lstrip().startswith(">")):
        kept.pop()
    # Programs put two lines before a quote: who wrote, broken where it was long.
    joined = "\n".join(kept).strip()
    return re.split(r"\n(?:On|Am|Le)\s[^\n]{4,120}\n[^\n]{0,120}:\s*$", joined)[
        0
    ].strip()


def _header(message: EmailMessage, name: str) -> str:
    """A header as text, whatever nonsense a message says there."""
    try:
        return str(message.get(name, "")).strip().replace("\x00", "")
    except (ValueError, IndexError, AttributeError, TypeError, MessageError):
        # The parser of the standard library stumbles over some broken headers.
        return ""


def _every(message: EmailMessage, name: str) -> str:
    try:
        return ", ".join(str(each) for each in message.get_all(name, []))
    except (ValueError, IndexError, AttributeError, TypeError, MessageError):
        return ""


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _addressed(message: EmailMessage) -> list[str]:
    """Addresses it was sent to, and the messages it answers."""
    names = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
    # Some 3.11 take an empty one for a broken one, and then none for read.
    written = [each for name in names if (each := _every(message, name))]
    to = [address for _, address in getaddresses(written) if address]
    answered = f"{_header(message, 'In-Reply-To')} {_header(message, 'References')}"
    return [*to, *re.findall(r"<([^<>\s]+)>", answered)]


def _why_ignored(message: EmailMessage, sender: str) -> str:
    """Why it is no letter of a person; empty where it is one."""
    automatic = _header(message, "Auto-Submitted").lower().partition(";")[0].strip()
    has_no_return = (
        message.get("Return-Path") is not None
        and not parseaddr(_header(message, "Return-Path"))[1]
    )
    is_report = (
        message.get_content_type() == "multipart/report"
        or sender.partition("@")[0].lower() in _MACHINES
    )
    reasons = {
        "It was sent by a machine (Auto-Submitted).": automatic not in {"", "no"},
        "It was sent to many (Precedence).": _header(message, "Precedence").lower()
        in _BULK,
        "It is a bounce (Return-Path).": has_no_return,
        "It is a report of a mail server.": is_report,
        "It was sent by a list or an auto-responder.": any(
            name in message for name in _RESPONDERS
        ),
        "It does not say who sent it.": "@" not in sender,
    }
    return next((words for words, holds in reasons.items() if holds), "")


def _text(message: EmailMessage) -> str:
    try:
        body = message.get_body(preferencelist=("plain", "html"))
    except (ValueError, AttributeError, TypeError, MessageError):
        body = None
    if body is None or not isinstance(body, EmailMessage):
        return ""
    text = _decoded(body)
    if body.get_content_type() == "text/html":
        text = text_of_html(text)
    text = text.replace("\r\n", "\n").replace("\x00", "")
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _decoded(part: EmailMessage) -> str:
    """The text of a part, as far as its charset is known and right."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset("utf-8"), errors="replace")
    except (LookupError, ValueError):
        return payload.decode("utf-8", errors="replace")


def _files(message: EmailMessage) -> Iterator[EnclosedFile]:
    try:
        parts = list(message.iter_attachments())
    except (ValueError, AttributeError, KeyError, TypeError, MessageError):
        return
    for part in parts[:MOST_FILES]:
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and payload:
            yield EnclosedFile(_file_name(part), payload)


def _file_name(part: EmailMessage) -> str:
    try:
        given = str(part.get_filename() or "")
    except (ValueError, IndexError, AttributeError, TypeError, MessageError):
        given = ""
    name = PurePosixPath(_one_line(given).replace("\\", "/")).name
    ending = {"text/plain": ".txt", "image/png": ".png", "image/jpeg": ".jpg"}
    return name or f"file{ending.get(part.get_content_type(), '')}"


class _Words(HTMLParser):
    """The words of a page, a line for each block, with “>” before what is quoted."""

    SILENT = {"script", "style", "head", "title", "template"}
    BLOCKS = {
        "address", "article", "blockquote", "br", "div", "dd", "dl", "dt", "h1", "h2",
        "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "section", "table", "tr",
        "ul",
    }  # fmt: skip

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.silent = 0
        self.quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as the parser calls it
        if tag in self.SILENT:
            self.silent += 1
        elif tag in self.BLOCKS:
            self._break()
        if tag == "blockquote":
            self.quoted += 1
        elif tag == "li":
            self.lines[-1] += "- "

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SILENT:
            self.silent = max(self.silent - 1, 0)
        elif tag in self.BLOCKS:
            self._break()
            if tag in {"p", "table", "ul", "ol"}:
                self.lines.append("")
        if tag == "blockquote":
            self.quoted = max(self.quoted - 1, 0)

    def handle_data(self, data: str) -> None:
        if not self.silent:
            words = _SPACES.sub(" ", data.replace("\n", " ").replace("\xa0", " "))
            if words.strip() or self.lines[-1].strip():
                self._begin()
                self.lines[-1] += words

    def _begin(self) -> None:
        if not self.lines[-1] and self.quoted:
            self.lines[-1] = "> "

    def _break(self) -> None:
        if self.lines[-1].strip():
            self.lines.append("")


def text_of_html(html: str) -> str:
    """What a reader of an HTML mail sees, as plain text."""
    words = _Words()
    words.feed(html)
    words.close()
    text = "\n".join(line.strip() for line in words.lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
