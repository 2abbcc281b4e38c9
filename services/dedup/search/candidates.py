"""Which of the versions that share keys are worth an exact look.

Decided by numbers and rank alone, so that it is the same however the keys were spread or arrived.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.dedup.settings import DedupSettings


class Candidate(NamedTuple):
    version: str
    rank: tuple[int, str]
    bands: int
    samples: int
    estimate: float
    """Estimated containment: shared samples over the fewer samples of the two."""


class Choice(NamedTuple):
    """Of the versions that share keys with one."""

    chosen: list[Candidate]
    """To be verified, strongest first."""
    beyond: list[Candidate]
    """That may share a fair part of the text, too, but stronger ones fill the bound: copies by the dozen."""
    weak: int
    """How many more share a key or two."""


class Shares(NamedTuple):
    """What a version shares with each of others, beside each other."""

    bands: npt.NDArray[np.uint32]
    samples: npt.NDArray[np.uint32]
    estimates: npt.NDArray[np.float64]
    at_us: npt.NDArray[np.int64]
    """When the other was first seen."""


def eligible(shares: Shares, settings: DedupSettings) -> npt.NDArray[np.bool_]:
    """Those that `choose` could take: the others are weak, whatever is known of them beside."""
    strong = (shares.bands >= settings.least_bands) | (shares.estimates >= settings.fair_estimate)
    weak = np.flatnonzero(~strong & (shares.samples >= settings.least_samples))
    few = settings.most_passage_candidates
    if len(weak) > few:
        order = np.lexsort(
            (shares.at_us[weak], -shares.bands[weak].astype(np.int64), -shares.estimates[weak])
        )
        last = weak[order[few - 1]]
        alike = (
            (shares.estimates[weak] == shares.estimates[last])
            & (shares.bands[weak] == shares.bands[last])
            & (shares.at_us[weak] == shares.at_us[last])
        )
        weak = np.union1d(weak[order[:few]], weak[alike])
    strong[weak] = True
    return strong


def choose(found: Iterable[Candidate], settings: DedupSettings) -> Choice:
    """All that may share a fair part of the text, and the strongest few of those that may share a
    passage: what a whole site repeats gives every article many of the latter.
    """
    strong, weak, dropped = [], [], 0
    for candidate in found:
        if candidate.bands >= settings.least_bands or candidate.estimate >= settings.fair_estimate:
            strong.append(candidate)
        elif candidate.samples >= settings.least_samples:
            weak.append(candidate)
        else:
            dropped += 1
    strong.sort(key=_strength)
    weak.sort(key=_strength)
    first, few = settings.most_candidates, settings.most_passage_candidates
    return Choice(strong[:first] + weak[:few], strong[first:], len(weak[few:]) + dropped)


def _strength(candidate: Candidate) -> tuple[float, int, tuple[int, str]]:
    return -candidate.estimate, -candidate.bands, candidate.rank
