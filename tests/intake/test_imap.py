"""The mailbox of a real IMAP server."""

from __future__ import annotations

import imaplib
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import pytest
import trustme

from intake.models import Attachment, Demand, StuckLetter
from intake.services.mailbox import read_mailbox, want_back
from portfolio.core.mailbox import open_mailbox
from portfolio.core.models import Mail
from tests.factories import UserFactory
from tests.intake.mailing import ADDRESS, letter
from tests.processes import free_port


@contextmanager
def imap_server(*options):
    """A real IMAP server, which keeps its messages in memory; gives its port."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", "from pymap.main import main; main()",
         "--host", "127.0.0.1", "--port", str(port), *options, "dict",
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
    try:
        yield port
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="module")
def imap_port():
    with imap_server("--no-tls") as port:
        yield port


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def certificate(authority, tmp_path_factory):
    """The file of a certificate for localhost, with its key."""
    file = tmp_path_factory.mktemp("certificate") / "server.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(file)
    return str(file)


@pytest.fixture(scope="module")
def starttls_port(certificate):
    with imap_server("--cert", certificate, "--key", certificate) as port:
        yield port


@pytest.fixture(scope="module")
def imaps_port(certificate, imap_port):
    """The same server behind TLS from the first byte, as providers have it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    class Passing(socketserver.BaseRequestHandler):
        def handle(self):
            try:
                outside = context.wrap_socket(self.request, server_side=True)
            except ssl.SSLError:
                return
            inside = socket.create_connection(("127.0.0.1", imap_port))
            with outside, inside:
                back = threading.Thread(target=pass_on, args=(inside, outside))
                back.start()
                pass_on(outside, inside)
                back.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Passing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def pass_on(source, target):
    with suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch):
    """Trust the authority as an operator does."""
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


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


@pytest.fixture(params=["starttls", "imaps"])
def guarded(request):
    """The address of a mailbox by TLS, but for the name of its host."""
    port = request.getfixturevalue(f"{request.param}_port")
    scheme, query = {"starttls": ("imap", "?tls=yes"), "imaps": ("imaps", "")}[
        request.param
    ]
    return f"{scheme}://in%40take:p%40ss%20word@{{}}:{port}/INBOX{query}"


def test_a_mailbox_is_read_by_tls(db, team, settings, guarded, trusted, caplog):
    settings.MAILBOX = guarded.format("localhost")
    settings.MAILBOX_ADDRESS = ADDRESS
    with open_mailbox(settings.MAILBOX) as mailbox:
        for key in mailbox.waiting():
            mailbox.done(key)
        is_tls = isinstance(mailbox.connection.sock, ssl.SSLSocket)
        mailbox.connection.append("INBOX", None, None, letter().as_bytes())
    UserFactory(email="ada@example.com")

    done = read_mailbox()

    assert is_tls
    assert (done, Demand.objects.get().title, caplog.text) == (
        1,
        "Connect the shop with the ERP",
        "",
    )


def test_a_certificate_that_nobody_vouches_for_is_refused(
    db, settings, guarded, caplog
):
    settings.MAILBOX = guarded.format("localhost")

    assert read_mailbox() == 0
    assert "The certificate of localhost is not trusted" in caplog.text
    assert "unable to get local issuer certificate" in caplog.text
    assert "p@ss" not in caplog.text


def test_a_certificate_for_another_name_is_refused(
    db, settings, guarded, trusted, caplog
):
    settings.MAILBOX = guarded.format("127.0.0.1")

    assert read_mailbox() == 0
    assert "not valid for '127.0.0.1'" in caplog.text


def test_a_server_that_offers_no_tls_gets_no_password(db, settings, imap_port, caplog):
    settings.MAILBOX = (
        f"imap://in%40take:p%40ss%20word@localhost:{imap_port}/INBOX?tls=yes"
    )

    assert read_mailbox() == 0
    assert "TLS not supported by server" in caplog.text


def test_what_is_too_large_is_told_by_imap_too(
    db, team, settings, imap_port, monkeypatch
):
    UserFactory(email="ada@example.com")
    settings.MAILBOX = f"imap://in%40take:p%40ss%20word@127.0.0.1:{imap_port}/Large"
    settings.MAILBOX_ADDRESS = ADDRESS
    monkeypatch.setattr("portfolio.core.mailbox.LARGEST", 2000)
    connection = connected(imap_port)
    connection.create("Large")
    message = letter(text="word " * 1000)
    connection.append("Large", None, None, message.as_bytes())

    done = [read_mailbox(), read_mailbox()]

    connection.select("Large")
    _, [flags] = connection.uid("FETCH", "1:*", "(FLAGS)")
    _, [flagged] = connection.uid("SEARCH", "FLAGGED")
    connection.logout()
    assert done == [1, 0]
    assert (b"Seen" in flags, len(flagged.split())) == (True, 1)
    assert Mail.objects.get().subject == "Your e-mail was too large"


def test_what_breaks_is_flagged_and_tried_again(
    db, team, settings, imap_port, monkeypatch
):
    settings.MAILBOX = f"imap://in%40take:p%40ss%20word@127.0.0.1:{imap_port}/Broken"
    settings.MAILBOX_ADDRESS = ADDRESS
    connection = connected(imap_port)
    connection.create("Broken")
    connection.append("Broken", None, None, letter().as_bytes())
    UserFactory(email="ada@example.com")
    monkeypatch.setattr("intake.services.mailbox.MOST_ATTEMPTS", 1)
    with monkeypatch.context() as broken:
        broken.setattr("intake.services.mailbox.take_letter", stumble)
        with pytest.raises(ExceptionGroup):
            read_mailbox()
    idle = read_mailbox()

    want_back(stuck=StuckLetter.objects.get())
    again = read_mailbox()

    connection.logout()
    assert (idle, again) == (0, 1)
    assert Demand.objects.exists()
    assert not StuckLetter.objects.exists()


def test_a_connection_that_is_lost_is_no_fault_of_a_message(
    db, team, settings, imap_port, monkeypatch, caplog
):
    settings.MAILBOX = f"imap://in%40take:p%40ss%20word@127.0.0.1:{imap_port}/Lost"
    connection = connected(imap_port)
    connection.create("Lost")
    connection.append("Lost", None, None, letter().as_bytes())

    def lose(imap, key):
        imap.connection.shutdown()
        return 0

    with monkeypatch.context() as losing:
        losing.setattr("portfolio.core.mailbox.Imap._size", lose)
        lost = read_mailbox()
    UserFactory(email="ada@example.com")

    connection.logout()
    assert lost == 0
    assert "The mailbox was not read" in caplog.text
    assert not StuckLetter.objects.exists()
    assert read_mailbox() == 1


def stumble(**_rest):
    raise ValueError("A fault of ours")
