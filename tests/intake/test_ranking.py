from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.models import Demand, RankMove
from intake.ranking import longest_kept
from intake.services.ranking import LONGEST_KEY, move_demand, reorder_backlog
from intake.services.triage import accept_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from tests.examples import examples
from tests.factories import DemandFactory, RankedDemandFactory, TeamFactory, UserFactory


def order(team):
    return list(
        Demand.objects.filter(team=team)
        .in_backlog()
        .by_rank()
        .values_list("pk", flat=True)
    )


def test_move_demand_takes_it_to_the_place_and_keeps_the_trail(team, manager):
    first, second, third = RankedDemandFactory.create_batch(3, team=team)

    move = move_demand(demand=third, to_place=1, by=manager, why=" Law of 1 January ")

    assert order(team) == [third.pk, first.pk, second.pk]
    assert (move.from_place, move.to_place, move.moved_by, move.why) == (
        3,
        1,
        manager,
        "Law of 1 January",
    )
    event = Event.objects.about(third).get()
    assert (event.kind, event.actor, event.before, event.after, event.why) == (
        "moved",
        manager,
        "3",
        "1",
        "Law of 1 January",
    )
    team.refresh_from_db()
    assert team.plan_revision == 1


def test_move_demand_writes_its_own_row_only(team, manager):
    demands = RankedDemandFactory.create_batch(4, team=team)
    before = dict(Demand.objects.values_list("pk", "rank"))

    move_demand(demand=demands[0], to_place=3, by=manager, why="")

    after = dict(Demand.objects.values_list("pk", "rank"))
    assert {pk for pk in before if before[pk] != after[pk]} == {demands[0].pk}
    assert list(Demand.objects.order_by("pk").values_list("revision", flat=True)) == [
        2,
        1,
        1,
        1,
    ]


def test_move_demand_to_where_it_stands_leaves_no_trace(team, manager):
    _, second = RankedDemandFactory.create_batch(2, team=team)

    move = move_demand(demand=second, to_place=2, by=manager, why="")

    assert move is None
    assert (RankMove.objects.count(), Event.objects.count()) == (0, 0)


@pytest.mark.parametrize("place", [0, -1, 3])
def test_move_demand_refuses_a_place_that_does_not_exist(team, manager, place):
    first, _ = RankedDemandFactory.create_batch(2, team=team)

    with pytest.raises(
        RuleBroken,
        match=f"There is no place {place}: the backlog has 2 demands, "
        "so give a place from 1 to 2.",
    ):
        move_demand(demand=first, to_place=place, by=manager, why="")


def test_move_demand_refuses_what_is_not_in_the_backlog(demand, manager):
    message = (
        f"{demand.reference} is submitted; only a demand in the backlog has a rank."
    )

    with pytest.raises(RuleBroken, match=re.escape(message)):
        move_demand(demand=demand, to_place=1, by=manager, why="")


def test_move_demand_refuses_a_mover_who_saw_an_older_revision(team, manager):
    first, second, third = RankedDemandFactory.create_batch(3, team=team)
    move_demand(demand=first, to_place=3, by=manager, why="", seen_revision=1)

    with pytest.raises(RuleBroken, match="was changed by somebody else meanwhile"):
        move_demand(demand=first, to_place=2, by=manager, why="", seen_revision=1)

    assert order(team) == [second.pk, third.pk, first.pk]


def test_move_demand_counts_places_among_its_own_team_only(team, manager):
    elsewhere = RankedDemandFactory.create_batch(3, team=TeamFactory())
    first, second = RankedDemandFactory.create_batch(2, team=team)

    move_demand(demand=second, to_place=1, by=manager, why="")

    assert order(team) == [second.pk, first.pk]
    assert order(elsewhere[0].team) == [demand.pk for demand in elsewhere]


@given(
    moves=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6)), max_size=25),
)
@settings(
    max_examples=examples(25),
    deadline=None,
    # Every example makes its own team, so the shared database does no harm.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_moves_give_the_order_of_a_plain_list(db, moves):
    team, manager = TeamFactory(), UserFactory(role="manager")
    demands = RankedDemandFactory.create_batch(6, team=team)
    plain = [demand.pk for demand in demands]

    for which, place in moves:
        # The instances are as old as the first move: the service must re-read.
        move_demand(demand=demands[which], to_place=place, by=manager, why="")
        plain.remove(demands[which].pk)
        plain.insert(place - 1, demands[which].pk)

    assert order(team) == plain


def test_keys_that_grew_long_are_spread_anew_in_the_same_order(team, manager):
    # Each move squeezes a demand in just below the one squeezed in before, which is
    # the worst that managers can do to the keys.
    demands = RankedDemandFactory.create_batch(4, team=team)
    plain = [demand.pk for demand in demands]
    longest = 0

    for turn in range(160):
        moved = plain[3 - turn % 2]
        move_demand(demand=Demand.objects.get(pk=moved), to_place=2, by=manager, why="")
        plain.remove(moved)
        plain.insert(1, moved)
        longest = max(len(key) for key in Demand.objects.values_list("rank", flat=True))
        assert longest <= LONGEST_KEY

    assert order(team) == plain
    assert longest < 20


def test_accepting_after_a_key_that_is_too_long_spreads_the_others(team, manager):
    last = RankedDemandFactory(team=team, rank="9" * LONGEST_KEY)
    demand = DemandFactory(team=team)

    accept_demand(demand=demand, by=manager)

    assert order(team) == [last.pk, demand.pk]
    assert [
        len(key) for key in Demand.objects.by_rank().values_list("rank", flat=True)
    ] == [3, 4]


def test_accepting_at_a_place_puts_it_there_and_says_so(team, manager):
    first, second = RankedDemandFactory.create_batch(2, team=team)
    demand = DemandFactory(team=team)

    accept_demand(demand=demand, by=manager, place=2)

    assert order(team) == [first.pk, demand.pk, second.pk]
    assert Event.objects.about(demand).get(kind="accepted").facts == {"place": 2}


def test_accepting_at_a_place_that_is_not_there_is_refused(team, manager):
    RankedDemandFactory(team=team)
    demand = DemandFactory(team=team)

    with pytest.raises(RuleBroken, match="give a place from 1 to 2"):
        accept_demand(demand=demand, by=manager, place=3)

    demand.refresh_from_db()
    assert (demand.stage, demand.rank) == ("submitted", None)


def test_reorder_backlog_moves_as_few_as_it_can_and_keeps_who_and_why(team, manager):
    first, second, third = RankedDemandFactory.create_batch(3, team=team)
    seen = [first.reference, second.reference, third.reference]

    moves = reorder_backlog(
        team=team, order=[seen[2], seen[0], seen[1]], seen=seen, by=manager, why="Score"
    )

    assert order(team) == [third.pk, first.pk, second.pk]
    assert [(move.demand, move.from_place, move.to_place) for move in moves] == [
        (third, 3, 1)
    ]
    revisions = Demand.objects.order_by("pk").values_list("revision", flat=True)
    assert list(revisions) == [1, 1, 2]
    event = Event.objects.get()
    assert (event.kind, event.before, event.after, event.why) == (
        "moved", "3", "1", "Score"
    )  # fmt: skip


@pytest.mark.parametrize("number", [0, 1])
def test_reorder_backlog_refuses_what_another_has_changed(team, manager, number):
    first, second = RankedDemandFactory.create_batch(2, team=team)
    now = [first.reference, second.reference]
    wrong = [
        {"order": now, "seen": now[::-1]},
        {"order": [*now, "INT-9"], "seen": now},
    ][number]

    with pytest.raises(RuleBroken, match="changed by somebody else meanwhile"):
        reorder_backlog(team=team, by=manager, **wrong)


@given(st.permutations(list("ABCDEFG")))
def test_longest_kept_is_the_longest_that_keeps_its_order(after):
    before = list("ABCDEFG")

    kept = longest_kept(before, after)

    best = max(
        (
            part
            for size in range(8)
            for part in itertools.combinations(before, size)
            if list(part) == [name for name in after if name in part]
        ),
        key=len,
    )
    assert len(kept) == len(best)
    assert kept == [name for name in after if name in kept] == sorted(kept)
