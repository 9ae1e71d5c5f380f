from __future__ import annotations

from portfolio.core.services.events import record_event


def test_the_requester_reads_what_the_team_asked(client, demand, manager, requester):
    record_event(
        subject=demand,
        kind="information-asked",
        by=manager,
        team=demand.team,
        why="Which customers, all or only trade?",
    )
    client.force_login(requester)

    page = client.get(demand.get_absolute_url()).content.decode()

    assert "The team asked" in page
    assert "Which customers, all or only trade?" in page
