"""How much of two bodies is one report, beside what either outlet has for itself.

Outlets cut an agency's report, extend it and write their own heading above it. What counts as an outlet's own
is what it says in the body, for the first time, and nobody else says: not the heading, not what its site
repeats, not a passage that a third outlet ran before.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.dedup import kernels
from services.dedup.relations.passages import MOST_MATCHES, Run, compared, rows_of, runs
from services.dedup.search.profile import Profile

Words = npt.NDArray[np.bool_]
"""A mask over the words of a text."""

_HEADING = 0.1
"""Share of a text in which an outlet says in its own words what the report says."""
_MOST_WITNESSES = 8


def shared_body(
    newer: Profile,
    older: Profile,
    found: Sequence[Run],
    witnesses: Iterable[Profile],
    *,
    stale_days: int,
    least_run: int,
    enough: float = 1.0,
) -> float:
    """Share of the words of both bodies that they have in common.

    `witnesses`: what was seen before the newer text; of a third outlet, runs of `least_run` words count.
    They are asked until the share is `enough`.
    """
    ours, theirs = _body(newer, found, 0, stale_days), _body(older, found, 1, stale_days)
    common = (ours.covered + theirs.covered) / 2
    own = [(newer, ours.own), (older, theirs.own)]
    share = _share(common, own)
    for other in islice((one for one in witnesses if _is_third(one, newer, older)), _MOST_WITNESSES):
        if share >= enough:
            break
        own = [(version, _without(words, version, other, least_run)) for version, words in own]
        share = _share(common, own)
    return share


def _share(common: float, own: Iterable[tuple[Profile, Words]]) -> float:
    return common / max(1.0, common + sum(int(np.count_nonzero(words)) for _, words in own))


class Body(NamedTuple):
    """A text beside another: how many of its words are in runs, and which others are its own news."""

    covered: int
    own: Words


def _body(version: Profile, found: Sequence[Run], side: int, stale_days: int) -> Body:
    """`side` 0 for the newer, 1 for the older text of the runs."""
    heading = round(_HEADING * version.words)
    compiled = kernels.module("relations")
    if compiled is not None:
        text = compared(version)
        rows, words = rows_of(found), version.words
        return Body(*compiled.body(version.days, *text[1:], words, stale_days, heading, rows, side))
    covered = _covered(version, found, side)
    news = _news(version, stale_days)
    news[:heading] = False
    return Body(int(covered.sum()), news & ~covered)


def _without(words: Words, version: Profile, other: Profile, least_run: int) -> Words:
    """Those that the other text does not run too."""
    if not words.any():
        return words
    compiled = kernels.module("relations")
    if compiled is not None:
        left: Words = compiled.without(
            words, *compared(version), other.unique, other.numbers, MOST_MATCHES, least_run
        )
        return left
    return words & ~_covered(version, [run for run in runs(version, other) if run.length >= least_run], 0)


def _is_third(one: Profile, newer: Profile, older: Profile) -> bool:
    return one.rank < newer.rank and one.article.source not in (newer.article.source, older.article.source)


def _covered(version: Profile, found: Iterable[Run], side: int) -> Words:
    """Words in runs."""
    covered = np.zeros(version.words, bool)
    for run in found:
        covered[run[side] : run[side] + run.length] = True
    return covered


def _news(version: Profile, stale_days: int) -> Words:
    """Words that stand in a shingle seen on too few earlier days to be stale."""
    fresh = version.fresh(stale_days)[version.numbers]
    starts = np.flatnonzero(fresh)
    open_here = np.zeros(version.words + 1, np.intp)
    np.add.at(open_here, starts, 1)
    np.add.at(open_here, version.shingles.ends(starts), -1)
    news: Words = np.cumsum(open_here)[:-1] > 0
    return news
