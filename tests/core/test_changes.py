from __future__ import annotations

from django.db import transaction

from portfolio.core.services.changes import note_plan_change
from portfolio.core.signals import plan_changed


def test_a_change_is_counted_and_told_after_commit(
    team, django_capture_on_commit_callbacks
):
    heard = []

    def listen(sender, team_id, revision, **kwargs):
        heard.append((team_id, revision))

    plan_changed.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            with transaction.atomic():
                note_plan_change(team_id=team.pk)
                note_plan_change(team_id=team.pk)
            assert heard == []
    finally:
        plan_changed.disconnect(listen)

    team.refresh_from_db()
    assert team.plan_revision == 2
    assert heard == [(team.pk, 1), (team.pk, 2)]
