"""E-mails that come in, as a mail server delivers them."""

from __future__ import annotations

from email.message import EmailMessage

ADDRESS = "intake@throughline.example.com"


def letter(sender="ada@example.com", text="Orders are typed by hand.", **headers):
    message = EmailMessage()
    message["From"] = f"Ada Nwosu <{sender}>"
    message["To"] = headers.pop("to", ADDRESS)
    message["Subject"] = headers.pop("subject", "Connect the shop with the ERP")
    message["Message-ID"] = headers.pop("message_id", "<1@example.com>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def deliver(maildir, message, name="1"):
    """As a mail server does: written apart, then moved in whole."""
    (maildir / "tmp" / name).write_bytes(message.as_bytes())
    (maildir / "tmp" / name).rename(maildir / "new" / name)


def names(folder):
    return sorted(path.name for path in folder.iterdir())
