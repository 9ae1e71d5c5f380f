from __future__ import annotations

import io
import uuid
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from intake.content import LARGEST, content_type_of
from intake.models import Attachment, Tier
from intake.services.drafting import discard_draft
from intake.services.tiers import edit_tier
from intake.services.triage import ask_for_information
from portfolio.core.errors import RuleBroken
from tests.factories import DemandFactory, UserFactory

PDF = b"%PDF-1.7 a contract"
TOKEN = uuid.UUID("5b3bdc9a-6d3c-4f0e-9d3f-0f7f6f0c9a11")


def office(*names):
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return kept.getvalue()


@pytest.fixture
def draft(team, requester, manager):
    """A draft of a tier that asks for a file first."""
    tier = Tier.objects.get(slug="standard")
    proof = {"key": "proof", "kind": "file", "label": "What proves it?"}
    edit_tier(
        tier=tier,
        by=manager,
        why="We want to see it.",
        questions={"schema": 1, "topics": [{"title": "Proof", "questions": [proof]}]},
    )
    return DemandFactory(
        team=team,
        requester=requester,
        tier=tier,
        stage="draft",
        submitted_at=None,
        submission_token=TOKEN,
        answers={"late": "costs", "date": "no", "broken": "no"},
    )


def send(client, name, content, **rest):
    upload = SimpleUploadedFile(name, content, content_type="image/gif")
    return client.post(
        reverse("intake:draft-page", args=[TOKEN, "part-1"]), {"proof": upload, **rest}
    )


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.PDF", PDF, "application/pdf"),
        ("a.png", b"\x89PNG\r\n\x1a\n...", "image/png"),
        ("a.jpeg", b"\xff\xd8\xff\xe0...", "image/jpeg"),
        ("a.csv", "Größe;1\r\n".encode(), "text/plain"),
        (
            "a.docx",
            office("[Content_Types].xml", "word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ],
)
def test_a_file_is_what_its_content_says(name, content, found):
    assert content_type_of(SimpleUploadedFile(name, content)) == found


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pdf", b"MZ\x90\x00 a program", "is not of a type that can be added"),
        ("a.pdf", b"\x89PNG\r\n\x1a\n", "is named as something it is not"),
        ("a.html", b"<script>alert(1)</script>", "is named as something it is not"),
        ("a.zip", office("letter.txt"), "is not of a type that can be added"),
        (
            "a.docx",
            office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            "is not of a type that can be added",
        ),
        ("a.txt", b"", "is empty"),
        ("a.txt", b"x" * (LARGEST + 1), "a file may have 10 MB"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_cannot_be_added_is_refused_in_words(name, content, says):
    with pytest.raises(RuleBroken, match=says):
        content_type_of(SimpleUploadedFile(name, content))


def test_a_file_answers_a_question_and_is_read_by_who_may_read_the_request(
    client, draft, requester, manager
):
    client.force_login(requester)
    went = send(client, "contract.pdf", PDF)
    client.post(reverse("intake:send", args=[TOKEN]))
    draft.refresh_from_db()
    address = reverse("intake:attachment", args=[draft.reference, "proof"])
    page = client.get(draft.get_absolute_url()).content.decode()
    mine = client.get(address)
    client.force_login(manager)
    theirs = client.get(address)
    client.force_login(UserFactory())
    strange = client.get(address)

    assert went.url.endswith("/check/")
    assert (draft.stage, draft.answers["proof"]) == ("submitted", "contract.pdf")
    assert f'href="{address}"' in page
    assert b"".join(mine.streaming_content) == PDF
    assert {
        name: mine[name]
        for name in (
            "Content-Type", "Content-Disposition", "X-Content-Type-Options",
            "Content-Security-Policy", "Cache-Control",
        )
    } == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="contract.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }  # fmt: skip
    assert (theirs.status_code, strange.status_code) == (200, 404)
    assert Attachment.objects.get().file.name != "contract.pdf"


def test_of_a_draft_the_requester_alone_reads_it(client, draft, requester, manager):
    client.force_login(requester)
    send(client, "contract.pdf", PDF)
    client.force_login(manager)

    answer = client.get(reverse("intake:attachment", args=[draft.reference, "proof"]))

    assert answer.status_code == 404


def test_a_wrong_file_is_said_at_its_question(client, draft, requester):
    client.force_login(requester)
    response = send(client, "contract.pdf", b"MZ\x90\x00")

    (words,) = response.context["form"].errors["proof"]
    assert words.startswith("“contract.pdf” is not of a type that can be added: PDF,")
    assert not Attachment.objects.exists()


def test_another_file_takes_its_place_and_it_can_be_taken_away(
    client, draft, requester, django_capture_on_commit_callbacks
):
    client.force_login(requester)
    page = reverse("intake:draft-page", args=[TOKEN, "part-1"])
    send(client, "contract.pdf", PDF)
    first = Attachment.objects.get().file
    with django_capture_on_commit_callbacks(execute=True):
        send(client, "letter.txt", b"Dear Ada")
    kept = client.post(page, {})
    second = Attachment.objects.get()
    away = client.post(page, {"proof_away": "yes"})
    later = client.post(page, {"proof_away": "yes", "later": "yes"})

    assert not first.storage.exists(first.name)
    assert (second.name, kept.status_code) == ("letter.txt", 302)
    assert "proof" in away.context["form"].errors
    assert later.status_code == 302
    assert not Attachment.objects.exists()


def test_a_draft_that_is_thrown_away_takes_its_files_along(
    client, draft, requester, django_capture_on_commit_callbacks
):
    client.force_login(requester)
    send(client, "contract.pdf", PDF)
    file = Attachment.objects.get().file

    with django_capture_on_commit_callbacks(execute=True):
        discard_draft(draft=draft)

    assert not file.storage.exists(file.name)


def test_of_what_is_far_too_large_no_more_is_kept_than_shows_it(rf):
    upload = SimpleUploadedFile("a.pdf", PDF + b"x" * (LARGEST + 8 * 2**20))

    request = rf.post("/", {"proof": upload, "words": "Kept"})

    [found] = request.FILES.getlist("proof")
    assert request.POST["words"] == "Kept"
    assert LARGEST < found.size < LARGEST + 3 * 2**20
    with pytest.raises(RuleBroken, match="is too large"):
        content_type_of(found)
    request.close()


def test_many_large_files_at_once_do_not_fill_the_disk(rf, monkeypatch):
    monkeypatch.setattr("portfolio.core.uploads.LARGEST_OF_ALL", 200_000)
    uploads = [SimpleUploadedFile("a.pdf", PDF + b"x" * 150_000) for _ in range(5)]

    request = rf.post("/", {"proof": uploads})

    assert sum(each.size for each in request.FILES.getlist("proof")) <= 200_000
    request.close()


def test_an_answer_to_the_team_brings_files_along(client, demand, requester, manager):
    ask_for_information(demand=demand, by=manager, question="What do you have?")
    client.force_login(requester)
    files = [
        SimpleUploadedFile("contract.pdf", PDF),
        SimpleUploadedFile("fields.csv", b"a;b"),
    ]

    client.post(
        reverse("intake:answer", args=[demand.reference]),
        {"answer": "Both are here.", "enclosed": files},
    )
    client.force_login(manager)
    triage = client.get(reverse("intake:triage-demand", args=[demand.reference]))
    followed = client.get(demand.get_absolute_url())

    demand.refresh_from_db()
    assert demand.stage == "submitted"
    kept = demand.attachments.all()
    assert [(each.key, each.name, each.content_type) for each in kept] == [
        ("answer-1", "contract.pdf", "application/pdf"),
        ("answer-2", "fields.csv", "text/plain"),
    ]
    for page in (triage, followed):
        text = page.content.decode()
        assert "What do you have?" in text
        assert "Both are here." in text
        for key in ("answer-1", "answer-2"):
            assert reverse("intake:attachment", args=[demand.reference, key]) in text


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([("run.exe", b"MZ\x00")], "is not of a type that can be added"),
        ([("a.pdf", b"")], "empty"),
        ([(f"{number}.pdf", PDF) for number in range(6)], "up to 5 files"),
    ],
)
def test_an_answer_with_a_wrong_file_is_not_sent_and_kept_in_the_form(
    client, demand, requester, manager, files, says
):
    ask_for_information(demand=demand, by=manager, question="What do you have?")
    client.force_login(requester)

    page = client.post(
        reverse("intake:answer", args=[demand.reference]),
        {
            "answer": "Both are here.",
            "enclosed": [SimpleUploadedFile(name, content) for name, content in files],
        },
    )

    demand.refresh_from_db()
    assert (demand.stage, demand.attachments.count()) == ("needs_information", 0)
    assert says in page.content.decode()
    assert "Both are here." in page.content.decode()
