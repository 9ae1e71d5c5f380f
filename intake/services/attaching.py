from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from intake.choices import Stage
from intake.content import content_type_of, name_of
from intake.models import Attachment, Demand, Letter
from portfolio.core.errors import RuleBroken
from portfolio.core.models import User


@transaction.atomic
def attach_file(
    *, draft: Demand, key: str, upload: UploadedFile[Any], by: User | None
) -> Attachment:
    """Keep a file as the answer to a question of a draft, instead of the one before."""
    stage = Demand.objects.select_for_update(no_key=True).get(pk=draft.pk).stage
    if stage != Stage.DRAFT:
        raise RuleBroken("It is sent already; nothing was changed.")
    content_type = content_type_of(upload)
    remove_files(demand=draft, keys=[key])
    return Attachment.objects.create(
        demand=draft,
        key=key,
        name=name_of(upload),
        content_type=content_type,
        size=upload.size or 0,
        file=upload,
        added_by=by,
    )


@transaction.atomic
def attach_mailed(
    *,
    demand: Demand,
    letter: Letter,
    number: int,
    upload: UploadedFile[Any],
    by: User | None,
) -> Attachment:
    """Keep a file that came with an e-mail, under the same checks."""
    return Attachment.objects.create(
        demand=demand,
        letter=letter,
        key=f"mail-{letter.pk}-{number}",
        content_type=content_type_of(upload),
        name=name_of(upload),
        size=upload.size or 0,
        file=upload,
        added_by=by,
    )


def attach_to_answer(
    *, demand: Demand, uploads: Iterable[UploadedFile[Any]], by: User
) -> dict[str, str]:
    """Keep files that come with the answer to a question of the team; key and name.

    The demand is locked, so that two answers never take the same key.
    """
    kept: dict[str, str] = {}
    before = demand.attachments.filter(key__startswith="answer-").count()
    for number, upload in enumerate(uploads, before + 1):
        attachment = Attachment.objects.create(
            demand=demand,
            key=f"answer-{number}",
            content_type=content_type_of(upload),
            name=name_of(upload),
            size=upload.size or 0,
            file=upload,
            added_by=by,
        )
        kept[attachment.key] = attachment.name
    return kept


def remove_files(*, demand: Demand, keys: list[str] | None = None) -> None:
    """Remove the files of some questions, or all; their content once that is stored."""
    found = demand.attachments.all()
    if keys is not None:
        found = found.filter(key__in=keys)
    for attachment in found:
        file = attachment.file
        transaction.on_commit(partial(file.storage.delete, str(file.name)))
        attachment.delete()
