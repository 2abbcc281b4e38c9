"""How much of two bodies is one report, beside what either outlet has for itself.

Outlets cut an agency's report, extend it and write their own heading above it. What counts as an outlet's own
is what it says in the body, for the first time, and nobody else says: not the heading, not what its site
repeats, not a passage that a third outlet ran before.
"""

from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt

from services.dedup.relations.passages import Run, runs
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
    ours, theirs = _covered(newer, found, 0), _covered(older, found, 1)
    common = (int(ours.sum()) + int(theirs.sum())) / 2
    own = [(newer, _news(newer, stale_days) & ~ours), (older, _news(older, stale_days) & ~theirs)]
    share = _share(common, own)
    for other in islice((one for one in witnesses if _is_third(one, newer, older)), _MOST_WITNESSES):
        if share >= enough:
            break
        own = [(version, words & ~_witnessed(version, other, least_run)) for version, words in own]
        share = _share(common, own)
    return share


def _share(common: float, own: Iterable[tuple[Profile, Words]]) -> float:
    return common / max(1.0, common + sum(int(words.sum()) for _, words in own))


def _is_third(one: Profile, newer: Profile, older: Profile) -> bool:
    return one.rank < newer.rank and one.article.source not in (newer.article.source, older.article.source)


def _covered(version: Profile, found: Sequence[Run], side: int) -> Words:
    """Words in runs; `side` 0 for the newer, 1 for the older text of the runs."""
    covered = np.zeros(version.words, bool)
    for run in found:
        covered[run[side] : run[side] + run.length] = True
    return covered


def _news(version: Profile, stale_days: int) -> Words:
    """Words below the heading that stand in a shingle seen on too few earlier days to be stale."""
    fresh = version.fresh(stale_days)[version.numbers]
    starts = np.flatnonzero(fresh)
    open_here = np.zeros(version.words + 1, np.intp)
    np.add.at(open_here, starts, 1)
    np.add.at(open_here, version.shingles.ends(starts), -1)
    news: Words = np.cumsum(open_here)[:-1] > 0
    news[: round(_HEADING * version.words)] = False
    return news


def _witnessed(version: Profile, other: Profile, least_run: int) -> Words:
    """Words that the other text runs too."""
    return _covered(version, [run for run in runs(version, other) if run.length >= least_run], 0)
