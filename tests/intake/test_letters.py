"""Reading e-mails as people, programs and broken servers write them."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.letters import EnclosedFile, answer_in, read_letter, text_of_html
from portfolio.core.services.notices import ABOVE_THIS_LINE
from tests.examples import examples


def letter(text="Hello", **headers):
    message = EmailMessage()
    message["From"] = "Ada Nwosu <Ada@Example.com>"
    message["To"] = "intake@throughline.example.com"
    message["Subject"] = "Connect A with B"
    message["Message-ID"] = "<1@example.com>"
    for name, value in headers.items():
        header = name.replace("_", "-")
        del message[header]
        if value is not None:
            message[header] = value
    message.set_content(text)
    return message


def test_a_plain_letter_is_read():
    read = read_letter(letter("Please connect\nA with B.").as_bytes())

    assert read.sender == "ada@example.com"
    assert read.sender_name == "Ada Nwosu"
    assert read.subject == "Connect A with B"
    assert read.text == "Please connect\nA with B."
    assert read.message_id == "<1@example.com>"
    assert (read.files, read.ignored) == ([], "")
    assert read.addressed == ["intake@throughline.example.com"]


def test_of_two_forms_the_plain_one_is_read_and_of_one_that_one():
    both = letter("Plain words")
    both.add_alternative("<p>HTML <b>words</b></p>", subtype="html")
    only = letter()
    only.set_content("<p>HTML <b>words</b></p>", subtype="html")

    assert read_letter(both.as_bytes()).text == "Plain words"
    assert read_letter(only.as_bytes()).text == "HTML words"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br>Two", "One\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("<style>p {}</style><script>x()</script>Seen", "Seen"),
        ("<head><title>No</title></head><body>Yes</body>", "Yes"),
        ("<ul><li>One</li><li>Two</li></ul>", "- One\n- Two"),
        ("Fish&nbsp;&amp;&nbsp;chips &lt;3", "Fish & chips <3"),
        ("Mine<blockquote>Yours<br>too</blockquote>", "Mine\n> Yours\n> too"),
        ("  spread \n over   lines ", "spread over lines"),
        ("<p>open", "open"),
        ("", ""),
    ],
)
def test_html_reads_as_its_reader_sees_it(html, text):
    assert text_of_html(html) == text


def test_files_come_by_name_without_any_folder():
    message = letter()
    message.add_attachment(
        b"%PDF-1.7", maintype="application", subtype="pdf", filename="../../a/deed.pdf"
    )
    message.add_attachment(
        b"x", maintype="application", subtype="pdf", filename="C:\\temp\\b.pdf"
    )
    message.add_attachment("plain words", subtype="plain")

    assert read_letter(message.as_bytes()).files == [
        EnclosedFile("deed.pdf", b"%PDF-1.7"),
        EnclosedFile("b.pdf", b"x"),
        EnclosedFile("file.txt", b"plain words\n"),
    ]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Auto_Submitted": "auto-replied"}, "Auto-Submitted"),
        ({"Auto_Submitted": "auto-generated; x=y"}, "Auto-Submitted"),
        ({"Precedence": "bulk"}, "Precedence"),
        ({"Precedence": "LIST"}, "Precedence"),
        ({"Return_Path": "<>"}, "bounce"),
        ({"List_Id": "<news.example.com>"}, "list"),
        ({"X_Autoreply": "yes"}, "auto-responder"),
        ({"From": "MAILER-DAEMON@example.com"}, "report"),
        ({"From": "nobody"}, "does not say who"),
        ({"From": None}, "does not say who"),
    ],
)
def test_what_no_person_wrote_is_known(headers, reason):
    assert reason in read_letter(letter(**headers).as_bytes()).ignored


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "no"},
        {"Return_Path": "<ada@example.com>"},
        {"Precedence": "normal"},
    ],
)
def test_what_a_person_wrote_is_not_taken_for_a_machine(headers):
    assert read_letter(letter(**headers).as_bytes()).ignored == ""


def test_a_delivery_report_is_known():
    raw = (
        b"From: someone@example.com\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="x"'
        b"\r\n\r\n--x\r\n\r\nIt failed.\r\n--x--\r\n"
    )

    assert "report" in read_letter(raw).ignored


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("Forty.", "Forty."),
        (f"Forty.\n\n> {ABOVE_THIS_LINE}\n> How many?", "Forty."),
        (f"Forty.\n{ABOVE_THIS_LINE}\nHow many?", "Forty."),
        ("Forty.\n\nOn 3 Dec 2026 at 10:00 Throughline wrote:\n> How many?", "Forty."),
        ("Vierzig.\n\nAm 3. Dezember schrieb Team <t@e.com>:\n\n> Wie?", "Vierzig."),
        (
            "Forty.\n\nOn Thu, 3 Dec 2026 at 10:00\nTeam <t@e.com> wrote:\n> How?",
            "Forty.",
        ),
        ("Forty.\n-----Original Message-----\nFrom: x", "Forty."),
        ("Forty.\n________________________________\nFrom: Team", "Forty."),
        ("Forty.\nFrom: Team <t@example.com>\nSent: Monday", "Forty."),
        ("From: ERP\nTo: CRM\nOn Mondays we wrote:\nnothing", None),
        ("On the one hand yes.\nOn the other: no", None),
        ("> quoted\nmy answer", None),
        ("", ""),
        (f"{ABOVE_THIS_LINE}\nHow many?", ""),
    ],
)
def test_an_answer_ends_where_the_question_is_quoted(written, answer):
    if answer is None:
        answer = written
    assert answer_in(written) == answer


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"From: =?utf-8?q?=?= <a@b>\r\n\r\nx",
        b'From: "@" <@@>\r\nSubject: =?x?y?z?=\r\n\r\n',
        b"From: a@example.com\r\nContent-Type: text/plain; charset=nonsense\r\n\r\nhi",
        b"From: a@example.com\r\nContent-Type: multipart/mixed\r\n\r\nno boundary",
        b"Content-Type: text/html; charset=\xff\r\n\r\n<p",
        b"Message-ID: <<<\r\nReferences: >>\r\nTo: ,,;;\r\n\r\n",
    ],
)
def test_nonsense_is_read_as_far_as_it_goes(raw):
    read = read_letter(raw)

    assert read.message_id
    assert "\n" not in read.subject


SAMPLE = letter("Fünf Zeilen")
SAMPLE.add_alternative("<p>Fünf <i>Zeilen</i></p>", subtype="html")
SAMPLE.add_attachment(
    b"%PDF-1.7", maintype="application", subtype="pdf", filename="Übersicht.pdf"
)
BYTES = SAMPLE.as_bytes()


@given(
    st.lists(
        st.tuples(st.integers(0, len(BYTES) - 1), st.binary(max_size=4)), max_size=8
    )
)
@settings(max_examples=examples(60), deadline=None)
def test_no_damage_stops_the_reader(damages):
    raw = bytearray(BYTES)
    for place, bytes_ in damages:
        raw[place : place + 2] = bytes_

    read = read_letter(bytes(raw))

    assert len(read.message_id) <= 255
    assert "\x00" not in read.text + read.subject + read.sender


def test_a_letter_without_a_name_is_known_by_its_content():
    first = read_letter(letter(Message_ID=None).as_bytes())
    again = read_letter(letter(Message_ID=None).as_bytes())
    other = read_letter(letter("Other", Message_ID=None).as_bytes())

    assert first.message_id == again.message_id
    assert first.message_id != other.message_id
