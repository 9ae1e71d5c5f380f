"""Two lists and two relations of names merged into one, for plans in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

Links = Mapping[str, tuple[str, ...]]


def in_line(old: Sequence[str], new: Sequence[str], *, is_new: bool) -> list[str]:
    """Merge two lists of names into one line.

    Parameters
    ----------
    old, new
        Names, each at most once in a list.
    is_new
        Whether the names that both lists have stand as in the new one.

    Returns
    -------
    list of str
        All names. What only one list has stands behind as many of the names of both as
        it does in its own list.

    Examples
    --------
    >>> in_line(["A", "gone", "B"], ["B", "new", "A"], is_new=True)
    ['B', 'gone', 'new', 'A']
    """
    both = set(old) & set(new)
    alone: dict[int, list[str]] = {}
    for names in (old, new):
        passed = 0
        for name in names:
            if name in both:
                passed += 1
            else:
                alone.setdefault(passed, []).append(name)
    merged = list(alone.get(0, ()))
    common = (name for name in (new if is_new else old) if name in both)
    for passed, name in enumerate(common, start=1):
        merged += [name, *alone.get(passed, ())]
    return merged


def moved(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """List the names of both lists in the stretch in which their order differs.

    Examples
    --------
    >>> moved(["A", "B", "C", "D"], ["A", "new", "C", "B", "D"])
    ['C', 'B']
    """
    was, known = set(old), set(new)
    before = [name for name in old if name in known]
    after = [name for name in new if name in was]
    differing = [
        number
        for number, pair in enumerate(zip(before, after, strict=True))
        if pair[0] != pair[1]
    ]
    return after[differing[0] : differing[-1] + 1] if differing else []


def linked_differently(old: Links, new: Links) -> list[str]:
    """List the names of both relations that come after other names of both."""
    both = old.keys() & new.keys()
    return [
        name
        for name in new
        if name in both and set(old[name]) & both != set(new[name]) & both
    ]


def mixed_links(
    old: Links, new: Links, present: Sequence[str], *, is_new: bool
) -> dict[str, tuple[str, ...]]:
    """Say what comes after what, for the names that are present.

    Parameters
    ----------
    old, new
        What each name comes after; neither has a circle.
    present
        Names of either.
    is_new
        Which relation holds between names of both. A link to or from a name that only
        one relation has is there when both its ends are.

    Returns
    -------
    dict
        Never circular: where the two together would be, one of them holds alone.

    Examples
    --------
    >>> mixed_links({"A": (), "B": ("A",)}, {"B": ("C",), "C": ()}, "AB", is_new=True)
    {'A': (), 'B': ('A',)}
    """
    there, both = set(present), old.keys() & new.keys()
    chosen = new if is_new else old
    links: dict[str, tuple[str, ...]] = {}
    for name in present:
        if name in both:
            shared = [other for other in chosen[name] if other in both]
            alone = [other for other in (*old[name], *new[name]) if other not in both]
            wanted = [*shared, *dict.fromkeys(alone)]
        else:
            wanted = [*old.get(name, ()), *new.get(name, ())]
        links[name] = tuple(other for other in wanted if other in there)
    if _is_circular(links):
        links = {
            name: tuple(other for other in chosen.get(name, ()) if other in there)
            for name in present
        }
    return links


def _is_circular(links: Links) -> bool:
    try:
        TopologicalSorter(links).prepare()
    except CycleError:
        return True
    return False
