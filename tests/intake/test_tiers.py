from __future__ import annotations

import pytest
from django.db.models import ProtectedError

from intake.models import Tier, TierVersion
from intake.models.tiers import VersionsAreNeverChanged
from intake.services.submitting import submit_request
from intake.services.tiers import edit_tier, make_tier
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from tests.factories import UserFactory


@pytest.fixture
def standard(db):
    return Tier.objects.get(slug="standard")


def again(tier):
    return Tier.objects.select_related("current_version").get(pk=tier.pk)


def test_four_tiers_are_shipped_with_their_targets_and_limits(db):
    found = [
        (
            tier.slug, tier.current.number,
            tier.current.acknowledge_amount, tier.current.acknowledge_unit,
            tier.current.decide_amount, tier.current.decide_unit,
            tier.current.most_in_progress, tier.current.tokens_per_quarter,
        )
        for tier in Tier.objects.select_related("current_version")
    ]  # fmt: skip

    assert found == [
        ("expedite", 2, 2, "hours", 1, "days", 1, 2),
        ("fixed-date", 2, 1, "days", 3, "days", None, None),
        ("strategic", 2, 2, "days", 10, "days", None, None),
        ("standard", 2, 1, "days", 5, "days", None, None),
    ]


def test_editing_adds_a_version_and_leaves_the_one_before_as_it_was(standard, manager):
    first = standard.current

    second = edit_tier(
        tier=standard, by=manager, why="Too slow for sales.", decide_amount=3
    )

    first.refresh_from_db()
    assert (first.number, first.decide_amount) == (2, 5)
    assert (second.number, second.decide_amount, second.acknowledge_amount) == (3, 3, 1)
    assert (second.made_by_name, second.why) == (manager.name, "Too slow for sales.")
    assert again(standard).current == second


def test_an_edit_leaves_an_event_that_names_what_changed(standard, manager):
    edit_tier(
        tier=standard,
        by=manager,
        why="A pilot.",
        decide_amount=3,
        share_percent=60,
    )

    event = Event.objects.about(standard).get()
    assert (event.kind, event.before, event.after, event.why) == (
        "tier-edited",
        "version 2",
        "version 3: decide amount and share percent",
        "A pilot.",
    )


def test_an_edit_that_changes_nothing_adds_nothing(standard, manager):
    same = edit_tier(tier=standard, by=manager, why="", decide_amount=5)

    assert same == standard.current
    assert standard.versions.count() == 2


def test_an_edit_needs_its_reason(standard, manager):
    with pytest.raises(RuleBroken, match="Say why Standard is changed"):
        edit_tier(tier=standard, by=manager, why=" ", decide_amount=3)


def test_who_edits_what_somebody_changed_meanwhile_is_refused(standard, manager):
    edit_tier(tier=standard, by=manager, why="First.", decide_amount=3, seen_number=2)

    with pytest.raises(RuleBroken, match=r"has changed Standard meanwhile \(version 3"):
        edit_tier(
            tier=standard, by=manager, why="Second.", decide_amount=4, seen_number=2
        )
    assert again(standard).current.decide_amount == 3


def test_tiers_together_have_no_more_than_all_of_the_capacity(standard, manager):
    strategic = Tier.objects.get(slug="strategic")
    edit_tier(tier=strategic, by=manager, why="Envelope.", share_percent=30)

    with pytest.raises(RuleBroken, match="Standard can have 70 % at most, not 71 %"):
        edit_tier(tier=standard, by=manager, why="Envelope.", share_percent=71)

    assert edit_tier(
        tier=standard, by=manager, why="Envelope.", share_percent=70
    ).share_percent == 70  # fmt: skip


def test_questions_of_an_unknown_schema_are_refused(standard, manager):
    with pytest.raises(RuleBroken, match="these have schema 2"):
        edit_tier(
            tier=standard,
            by=manager,
            why="New form.",
            questions={"schema": 2, "topics": []},
        )


def test_a_version_is_neither_changed_nor_removed(standard):
    version = standard.current
    version.decide_amount = 50

    for attempt in (
        version.save,
        version.delete,
        TierVersion.objects.all().delete,
        lambda: TierVersion.objects.update(decide_amount=50),
    ):
        with pytest.raises(VersionsAreNeverChanged):
            attempt()
    with pytest.raises(ProtectedError):
        standard.delete()


def test_a_request_keeps_the_version_it_was_answered_under(standard, team, manager):
    asker = UserFactory()
    before = submit_request(by=asker, team=team, title="Orders to the ERP")
    edit_tier(tier=standard, by=manager, why="Faster.", decide_amount=2)

    after = submit_request(by=asker, team=team, title="Stock to the shop")

    before.refresh_from_db()
    assert before.answered_under.number == 2
    assert after.answered_under.number == 3


def test_a_new_tier_stands_below_the_others_with_its_first_version(db, manager):
    tier = make_tier(
        name="Regulated",
        slug="regulated",
        by=manager,
        why="For the auditors.",
        acknowledge_amount=4,
        acknowledge_unit="hours",
        decide_amount=2,
        decide_unit="days",
    )

    assert list(Tier.objects.values_list("slug", flat=True))[-1] == "regulated"
    assert (tier.current.number, tier.current.decide_amount) == (1, 2)
    assert tier.current.questions == {"schema": 1, "topics": []}


def test_a_tier_is_made_once(db, manager):
    with pytest.raises(RuleBroken, match="There is a tier “Standard” already"):
        make_tier(name="Standard", slug="other", by=manager)
