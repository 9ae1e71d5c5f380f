"""The mailbox of a real IMAP server."""

from __future__ import annotations

import imaplib
import subprocess
import sys
import time

import pytest

from intake.models import Attachment, Demand
from intake.services.letters import read_mailbox
from tests.factories import UserFactory
from tests.intake.mailing import ADDRESS, letter
from tests.processes import free_port


@pytest.fixture(scope="module")
def imap_port():
    """A real IMAP server, which keeps its messages in memory."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", "from pymap.main import main; main()",
         "--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict",
         "--demo-data", "--demo-user", "in@take", "--demo-password", "p@ss word"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            imaplib.IMAP4("127.0.0.1", port, timeout=1).shutdown()
        except OSError:
            time.sleep(0.1)
        else:
            break
    yield port
    process.terminate()
    process.wait(timeout=10)


def connected(port):
    connection = imaplib.IMAP4("127.0.0.1", port, timeout=5)
    connection.login("in@take", '"p@ss word"'.strip('"'))
    return connection


def test_a_real_imap_server_is_read_and_marked(db, team, settings, imap_port):
    UserFactory(email="ada@example.com")
    settings.MAILBOX = f"imap://in%40take:p%40ss%20word@127.0.0.1:{imap_port}/To%20do"
    settings.MAILBOX_ADDRESS = ADDRESS
    connection = connected(imap_port)
    connection.create('"To do"')
    first = letter(subject="First", message_id="<1@e.com>")
    first.add_attachment(
        b"%PDF-1.7" + b"x" * 200_000,
        maintype="application",
        subtype="pdf",
        filename="deed.pdf",
    )
    for message in (first, letter(subject="Second", message_id="<2@e.com>")):
        connection.append('"To do"', None, None, message.as_bytes())

    done = [read_mailbox(), read_mailbox()]

    connection.select('"To do"')
    _, unseen = connection.uid("SEARCH", "UNSEEN")
    _, every = connection.uid("SEARCH", "ALL")
    connection.logout()
    assert done == [2, 0]
    assert (unseen, len(every[0].split())) == ([b""], 2)
    assert set(Demand.objects.values_list("title", flat=True)) == {"First", "Second"}
    assert Attachment.objects.get().size == 200_008


def test_a_wrong_password_or_folder_says_so(db, settings, imap_port, caplog):
    for who, folder in (("in%40take:wrong", ""), ("in%40take:p%40ss%20word", "/No")):
        settings.MAILBOX = f"imap://{who}@127.0.0.1:{imap_port}{folder}"
        assert read_mailbox() == 0

    assert "127.0.0.1 cannot be read: b'[AUTHENTICATIONFAILED]" in caplog.text
    assert "The folder No cannot be opened" in caplog.text
