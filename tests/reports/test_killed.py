"""Workers that are killed at every point: nothing is lost, and nothing comes twice."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter

import pytest

from tests.mail_server import Mailbox, serve
from tests.processes import PYTHON, ROOT, Installation

pytestmark = pytest.mark.slow

MADE = """
from tests.factories import *
from portfolio.reports.models import ReportPlan
team = TeamFactory()
UserFactory(role="manager", teams=[team], name="Lead", email="lead@example.com")
CommitmentFactory(demand=RankedDemandFactory(team=team))
ReportPlan.objects.create(
    team=team, is_on=True, weekday=0, at="00:00",
    leadership="cio@example.com\\ncfo@example.com",
)
answer(None)
"""
DRAFT = """
from portfolio.reports.tasks import make_drafts
make_drafts()
"""
# The process is killed where the draft is stored and its approval not yet asked for.
KILLED_DRAFT = (
    """
import os, signal
from portfolio.reports.services import planning
planning.give_notice = lambda **_: os.kill(os.getpid(), signal.SIGKILL)
"""
    + DRAFT
)
# And where the mails are written down, and nobody was told to send them.
APPROVE = """
import os, signal
from portfolio.core.models import User
from portfolio.reports.edition import edition_of
from portfolio.reports.models import StatusReport
from portfolio.reports.services import approving, sending
sending.send = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
report, by = StatusReport.objects.get(), User.objects.get(email="lead@example.com")
approving.approve_report(report=report, by=by, seen=edition_of(report).key)
sending.send_report(report=report, by=by)
"""
# What the clock does, as if a quarter of an hour had gone by since.
CLOCK = """
import datetime as dt
from django.utils import timezone
from portfolio.reports.models import ReportMail
from portfolio.reports.tasks import send_unsent_reports
ago = timezone.now() - dt.timedelta(minutes=15)
ReportMail.objects.filter(claimed_at__isnull=False).update(claimed_at=ago)
ReportMail.objects.update(made_at=ago)
send_unsent_reports()
"""
STANDS = """
from portfolio.core.models import Notice
from portfolio.reports.models import ReportMail, StatusReport
answer([
    [report.state for report in StatusReport.objects.all()],
    Notice.objects.filter(kind="report").count(),
    ReportMail.objects.filter(mailed_at__isnull=False).count(),
])
"""


class Killing(Mailbox):
    """Kills whoever sends: before it has taken the mail, or before it says so."""

    def __init__(self):
        super().__init__()
        self.kills, self.victim = "", 0

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - as aiosmtpd calls it
        kills, self.kills = self.kills, ""
        if kills == "before":
            os.kill(self.victim, signal.SIGKILL)
            return "451 Nobody is there any more"
        answer = await super().handle_DATA(server, session, envelope)
        if kills == "after":
            os.kill(self.victim, signal.SIGKILL)
        return answer


@pytest.fixture
def mailbox():
    with serve(Killing()) as served:
        yield served


@pytest.fixture
def installation(tmp_path, mailbox):
    told = {"PORTFOLIO_EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}"}
    with Installation(tmp_path, told) as running:
        running.ask(MADE)
        yield running


def run(installation, mailbox, code, kills=""):
    """Run code in a process of its own; how it ended."""
    process = subprocess.Popen(
        [PYTHON, "manage.py", "shell", "--no-imports", "--command", code],
        cwd=ROOT,
        env=installation.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    mailbox.victim, mailbox.kills = process.pid, kills
    said, _ = process.communicate(timeout=120)
    assert process.returncode in {0, -signal.SIGKILL}, said.decode()
    return process.returncode


def test_a_week_is_sent_whoever_is_killed_at_whichever_point(installation, mailbox):
    killed = -signal.SIGKILL

    # The draft and the question for its approval come together or not at all.
    assert run(installation, mailbox, KILLED_DRAFT) == killed
    assert installation.ask(STANDS) == [[], 0, 0]
    assert run(installation, mailbox, DRAFT) == 0
    assert run(installation, mailbox, DRAFT) == 0
    assert installation.ask(STANDS) == [["draft"], 1, 0]

    # What is approved is written down before anybody is told to send it.
    assert run(installation, mailbox, APPROVE) == killed
    assert installation.ask(STANDS) == [["approved"], 1, 0]

    # Before the server had it, after it had it, and then nobody is killed any more.
    assert run(installation, mailbox, CLOCK, kills="before") == killed
    assert mailbox.mails == []
    assert run(installation, mailbox, CLOCK, kills="after") == killed
    assert run(installation, mailbox, CLOCK) == 0
    assert run(installation, mailbox, CLOCK) == 0

    assert installation.ask(STANDS) == [["sent"], 1, 2]
    came = Counter(
        (to, mail["Message-ID"]) for recipients, mail in mailbox.mails
        for to in recipients
    )  # fmt: skip
    # Only the one that was killed after the server had it came twice, as the same
    # message, which a mailbox shows once; nobody can know more over SMTP.
    assert sorted(to for to, _ in came) == ["cfo@example.com", "cio@example.com"]
    assert sorted(came.values()) == [1, 2]
