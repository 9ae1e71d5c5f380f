from __future__ import annotations

from django.db.models import TextChoices


class ScenarioState(TextChoices):
    OPEN = "open", "Open"
    APPLIED = "applied", "Applied"
    DISCARDED = "discarded", "Discarded"


class ChangeKind(TextChoices):
    ADD_PERSON = "add-person", "Somebody joins"
    REMOVE_PERSON = "remove-person", "Somebody leaves"
    ADD_LEAVE = "add-leave", "Somebody is away"
    CANCEL_LEAVE = "cancel-leave", "Leave is cancelled"
    SET_SPEED = "set-speed", "A skill is learnt or gets faster"
    DROP_SKILL = "drop-skill", "A skill is no longer used"
    SET_KTLO = "set-ktlo", "Interruptions come more or less often"
    MOVE_DEMAND = "move-demand", "A demand gets another rank"
    ADD_DEMAND = "add-demand", "A new demand comes in"
    ACCEPT_REQUEST = "accept-request", "A waiting request is accepted"
    DROP_DEMAND = "drop-demand", "A demand is dropped"
    ESTIMATE = "estimate", "An estimate changes"
