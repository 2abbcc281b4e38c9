"""Where a change begins, if it can begin at several places: at a sentence, not behind its first word. Pure.

"A. B." with "C." at its end differs by ". C" before the full stop as well as by " C." behind it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

_FARTHEST = 200
"""Words and marks that a change may be moved by."""
_ENDS = frozenset(".!?…。！？")  # noqa: RUF001


class Change(NamedTuple):
    """What went and what came; `same`: both are equal."""

    gone: Sequence[str]
    come: Sequence[str]
    same: bool


def slide(changes: Sequence[Change]) -> Iterator[Change]:
    """The same texts; what only went or only came is moved to where a sentence begins."""
    moved = [*changes, Change([], [], same=True)]
    for number in range(1, len(moved) - 1):
        one = moved[number]
        if one.same or (one.gone and one.come):
            continue
        before, words, behind = moved[number - 1].gone, one.gone or one.come, moved[number + 1].gone
        whole = [*before, *words, *behind]
        at = len(before) + _best(before, words, behind)
        middle = whole[at : at + len(words)]
        moved[number - 1] = _equal(whole[:at])
        moved[number] = Change(middle if one.gone else [], middle if one.come else [], same=False)
        moved[number + 1] = _equal(whole[at + len(words) :])
    return (one for one in moved if one.gone or one.come)


def _equal(words: Sequence[str]) -> Change:
    return Change(words, words, same=True)


def _best(before: Sequence[str], words: Sequence[str], behind: Sequence[str]) -> int:
    """By how much to move, to the left where it is negative: the nearest of the best places."""
    whole = [*before, *words, *behind]
    at, size = len(before), len(words)
    left = right = 0
    while left < min(at, _FARTHEST) and whole[at - left - 1] == whole[at - left - 1 + size]:
        left += 1
    while right < min(len(behind), _FARTHEST) and whole[at + right] == whole[at + right + size]:
        right += 1
    return max(range(-left, right + 1), key=lambda step: (_rank(whole, at + step), -abs(step)))


def _rank(words: Sequence[str], at: int) -> int:
    """How good a place is to begin at."""
    if at == 0 or "\n" in words[at - 1] or (at < len(words) and "\n" in words[at]):
        return 3
    if words[at - 1].isspace():
        return 2 if at > 1 and words[at - 2] in _ENDS else 1
    return 0
