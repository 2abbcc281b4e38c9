"""Queues: parcels through stages, one behind the other, each in order of coming.

A fluid: the articles of a parcel come evenly since the parcel before. So the last of them leaves when it
comes, or where a stage is behind, so long after the parcel before as its work takes, whichever is later
(Lindley 1952). More work anywhere lets nothing leave earlier.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bench.simulate.river import Figures


class Pause(NamedTuple):
    """A stage stands still."""

    begin_s: float
    for_s: float


def leave(at: Figures, takes: Figures, pause: Pause | None = None) -> Figures:
    """When each parcel has left a stage to which it had come by `at`, in order; `takes`: seconds of work."""
    if pause is None:
        worked = np.cumsum(takes)
        found: Figures = worked + np.maximum.accumulate(at - worked)
        return found
    place = int(np.searchsorted(at, pause.begin_s))
    found = leave(np.insert(at, place, pause.begin_s + pause.for_s), np.insert(takes, place, pause.for_s))
    return np.delete(found, place)


def passage(at: Figures, takes: Sequence[Figures], pauses: Sequence[Pause | None] | None = None) -> Figures:
    """When each parcel has come to each stage, and in the last row when it has left the last."""
    rows = [at]
    for each, pause in zip(takes, pauses or [None] * len(takes), strict=True):
        rows.append(leave(rows[-1], each, pause))
    return np.array(rows)


def waiting(come: Figures, left: Figures, articles: Figures, at: Figures) -> Figures:
    """Articles that came by each time of `at` and have not left."""
    return _by(come, articles, at) - _by(left, articles, at)


def _by(times: Figures, articles: Figures, at: Figures) -> Figures:
    """Articles whose time is not after `at`."""
    whole = np.concatenate([[0.0], np.cumsum(articles)])
    found: Figures = whole[np.searchsorted(times, at, side="right")]
    return found


def quantile(figures: Figures, weights: Figures, share: float) -> float:
    """The least figure that so large a share of the weight does not exceed."""
    order = np.argsort(figures, kind="stable")
    heard = np.cumsum(weights[order])
    place = int(np.searchsorted(heard, share * heard[-1]))
    return float(figures[order][min(place, len(order) - 1)])
