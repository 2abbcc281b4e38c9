"""Choice: of the rows that share keys with those of a span, the ones they are compared with."""

from itertools import pairwise

import numpy as np

from services.dedup.search.candidates import Candidate, Shares, choose, eligible
from services.dedup.search.index import Partials
from services.dedup.search.postings import BAND_WEIGHT
from services.dedup.settings import DedupSettings
from services.dedup.spread.pair.texts import Told


def choices(pairs: Partials, mine: Told, theirs: Told, settings: DedupSettings) -> dict[int, list[Candidate]]:
    """By the second row of a pair, in whose order they stand, the rows of other articles that the fold may
    choose for it; a candidate's version is its row. `mine` and `theirs` stand beside them.
    """
    shared = pairs.counts % BAND_WEIGHT
    estimates = shared / np.maximum(1, np.minimum(theirs.samples, mine.samples))
    shares = Shares(pairs.counts // BAND_WEIGHT, shared, estimates, theirs.at_us)
    fair = (shares.bands >= settings.least_bands) | (estimates >= settings.fair_estimate)
    fair |= shared >= settings.least_samples
    wanted = np.flatnonzero(fair & (theirs.articles != mine.articles))
    rows = pairs.second[wanted]
    bounds = np.flatnonzero(np.diff(rows, prepend=-1, append=-1)).tolist()
    made = {}
    for start, end in pairwise(bounds):
        places = wanted[start:end]
        if len(places) > settings.most_passage_candidates:
            places = places[eligible(Shares._make(column[places] for column in shares), settings)]
        made[int(rows[start])] = choose(_candidates(pairs.first, shares, places), settings).chosen
    return made


def _candidates(others: np.ndarray, shares: Shares, places: np.ndarray) -> list[Candidate]:
    columns = others, shares.at_us, shares.bands, shares.samples, shares.estimates
    return [
        Candidate(str(other), (at_us, f"{other:020}"), bands, samples, estimate)
        for other, at_us, bands, samples, estimate in zip(
            *(column[places].tolist() for column in columns), strict=True
        )
    ]
