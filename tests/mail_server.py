"""A real SMTP server for tests that read what the product mails."""

from __future__ import annotations

import email
import email.policy
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller


class Mailbox:
    """What a mail server does with what it gets: keeps it, or refuses it."""

    def __init__(self):
        self.mails = []
        self.refuses = False
        self.port = 0

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - as aiosmtpd calls it
        if self.refuses:
            return "451 Try again later"
        message = email.message_from_bytes(
            envelope.content, policy=email.policy.default
        )
        self.mails.append((envelope.rcpt_tos, message))
        return "250 Kept"

    def wait_for(self, to, subject, seconds=30):
        """The plain text of the last mail to an address with this in its subject."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for recipients, message in reversed(list(self.mails)):
                if to in recipients and subject in message["Subject"]:
                    return message.get_body(["plain"]).get_content()
            time.sleep(0.1)
        had = [(to, message["Subject"]) for to, message in self.mails]
        raise AssertionError(f"No mail to {to} with “{subject}” came; there are {had}.")


@contextmanager
def serve(mailbox: Mailbox | None = None) -> Iterator[Mailbox]:
    mailbox = mailbox or Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        mailbox.port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
