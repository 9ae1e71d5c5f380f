"""Files of people without an account: as those of everybody else."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from intake.models import Attachment, Tier
from intake.services.tiers import edit_tier
from intake.services.triage import ask_for_information
from portfolio.core.models import Mail
from tests.intake.guests import fill_in, mailed_link, page, say_who

PDF = b"%PDF-1.7 a contract"


@pytest.fixture
def draft(link, manager):
    """Of a tier that asks for a file first."""
    proof = {"key": "proof", "kind": "file", "label": "What proves it?"}
    edit_tier(
        tier=Tier.objects.get(slug="standard"),
        by=manager,
        why="We want to see it.",
        questions={"schema": 1, "topics": [{"title": "Proof", "questions": [proof]}]},
    )
    return fill_in(link)


def attach(client, draft, name, content):
    upload = SimpleUploadedFile(name, content, content_type="image/gif")
    return client.post(page(draft, "draft-page", "part-1"), {"proof": upload})


def confirm(client, draft):
    say_who(client, draft)
    client.post(mailed_link(Mail.objects.latest("pk")))
    draft.refresh_from_db()
    return reverse("intake:attachment", args=[draft.reference, "proof"])


def test_a_guest_answers_with_a_file_and_reads_it_where_the_request_is_open(
    client, draft, manager
):
    went = attach(client, draft, "contract.pdf", PDF)
    unsent = client.get(f"/requests/{draft.reference or 'x'}/files/proof/")
    address = confirm(client, draft)
    mine = client.get(address)
    strange = Client().get(address)
    client.force_login(manager)
    theirs = client.get(address)

    assert went.status_code == 302
    assert unsent.status_code == 302
    assert (draft.stage, draft.answers["proof"]) == ("submitted", "contract.pdf")
    assert b"".join(mine.streaming_content) == PDF
    assert mine["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert mine["Content-Disposition"] == 'attachment; filename="contract.pdf"'
    assert (strange.status_code, theirs.status_code) == (302, 200)
    assert Attachment.objects.get().added_by is None


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("run.exe", b"MZ\x00", "is not of a type that can be added"),
        ("run.pdf", b"MZ\x00", "is not of a type that can be added"),
        ("a.pdf", PDF + b"x" * (10 * 2**20), "a file may have 10 MB"),
    ],
)
def test_the_same_limits_hold_for_a_guest(client, draft, name, content, says):
    asked = attach(client, draft, name, content)

    assert asked.status_code == 200
    assert says in asked.content.decode()
    assert not Attachment.objects.exists()


def test_a_guest_answers_a_question_of_the_team_with_a_file(client, draft, manager):
    attach(client, draft, "contract.pdf", PDF)
    confirm(client, draft)
    ask_for_information(demand=draft, by=manager, question="What do you have?")

    client.post(
        reverse("intake:answer", args=[draft.reference]),
        {"answer": "This.", "enclosed": [SimpleUploadedFile("a.pdf", PDF)]},
    )

    kept = draft.attachments.get(key="answer-1")
    assert kept.added_by == draft.requester
    address = reverse("intake:attachment", args=[draft.reference, kept.key])
    assert client.get(address).status_code == 200


def test_what_is_thrown_away_takes_the_file_of_a_guest_along(
    client, draft, django_capture_on_commit_callbacks
):
    attach(client, draft, "contract.pdf", PDF)
    file = Attachment.objects.get().file

    with django_capture_on_commit_callbacks(execute=True):
        client.post(page(draft, "discard"))

    assert not Attachment.objects.exists()
    assert not file.storage.exists(file.name)
