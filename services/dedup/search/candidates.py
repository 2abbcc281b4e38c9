"""Which of the versions that share keys are worth an exact look.

Decided by numbers and rank alone, so that it is the same however the keys were spread or arrived.
"""

from collections.abc import Iterable
from typing import NamedTuple

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
