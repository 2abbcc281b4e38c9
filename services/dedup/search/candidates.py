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


def choose(found: Iterable[Candidate], settings: DedupSettings) -> list[Candidate]:
    """Candidates to verify, strongest first.

    All that may share a fair part of the text, and the strongest few of those that may share a
    passage: what a whole site repeats gives every article many of the latter.
    """
    strong, weak = [], []
    for candidate in found:
        if candidate.bands >= settings.least_bands or candidate.estimate >= settings.fair_estimate:
            strong.append(candidate)
        elif candidate.samples >= settings.least_samples:
            weak.append(candidate)
    chosen = sorted(strong, key=_strength)[: settings.most_candidates]
    return chosen + sorted(weak, key=_strength)[: settings.most_passage_candidates]


def _strength(candidate: Candidate) -> tuple[float, int, tuple[int, str]]:
    return -candidate.estimate, -candidate.bands, candidate.rank
