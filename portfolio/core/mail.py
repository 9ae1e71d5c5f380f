"""Mails as files of a folder, where no mail server is configured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.text import slugify


class FolderBackend(BaseEmailBackend):
    """Writes each mail as an .eml file, which every mail program opens."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.folder = Path(settings.MAIL_FOLDER)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            now = timezone.localtime()
            words = slugify(f"{' '.join(message.to)} {message.subject}")[:100]
            path = self.folder / f"{now:%Y-%m-%d %H.%M.%S.%f} {words}.eml"
            path.write_bytes(message.message().as_bytes())
        return len(email_messages)
