from __future__ import annotations

import pytest

from portfolio.core.models import Event
from portfolio.core.models.events import EventsAreNeverChanged
from portfolio.core.services.events import record_event
from tests.factories import UserFactory


@pytest.fixture
def event(demand, manager):
    return record_event(
        subject=demand, kind="accepted", by=manager, team=demand.team, why="Fits"
    )


def test_an_event_says_who_when_and_why(event, demand, manager):
    [found] = Event.objects.about(demand)

    assert (found.actor, found.actor_name, found.kind, found.why) == (
        manager,
        manager.name,
        "accepted",
        "Fits",
    )
    assert found.subject_name == str(demand)


def test_an_event_is_never_edited_or_removed(event):
    event.why = "Something else"

    with pytest.raises(EventsAreNeverChanged):
        event.save()
    with pytest.raises(EventsAreNeverChanged):
        event.delete()
    with pytest.raises(EventsAreNeverChanged):
        Event.objects.all().update(why="")
    with pytest.raises(EventsAreNeverChanged):
        Event.objects.all().delete()
    assert Event.objects.get().why == "Fits"


def test_an_event_still_names_a_person_whose_account_is_gone(demand):
    gone = UserFactory(name="Ines Vogt")
    record_event(subject=demand, kind="commented", by=gone)

    gone.delete()

    event = Event.objects.get()
    assert (event.actor, event.actor_name) == (None, "Ines Vogt")
