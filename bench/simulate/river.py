"""River: the articles of the busiest day as parcels, and in them the copies of one story."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bench.simulate.assumptions import Assumptions
from bench.simulate.shape import Shape

Figures = npt.NDArray[np.float64]
DAY_S = 86_400
PARCEL_S = 10
_DRAWS = 64
"""Texts of a parcel that are drawn at most: the mean of more is the mean."""


class Parcels(NamedTuple):
    at: Figures
    """Seconds into the day, by which all of it has come."""
    articles: Figures
    """Without the copies of the story."""
    words: Figures
    """Of these, beside the mean text."""
    looks: Figures
    copies: Figures
    """Of the story."""
    before: Figures
    """Copies that came in parcels before."""

    @property
    def all(self) -> Figures:
        return self.articles + self.copies


def busiest_day(a_day: float, shape: Shape, assumed: Assumptions, *, seed: int = 1) -> Parcels:
    """`a_day`: articles of the mean day."""
    begin = np.arange(0, DAY_S, PARCEL_S, dtype=float)
    hour = (begin // 3600).astype(int)
    copies = _story(a_day, shape, assumed, begin)
    day = np.asarray(shape.hours)[hour] * PARCEL_S / 3600
    articles = np.maximum(0.0, shape.busiest_day * a_day - copies.sum()) * day
    return Parcels(
        begin + PARCEL_S,
        articles,
        _mean_text(tuple(shape.words), articles, seed),
        _mean_text(tuple(shape.looks), articles, seed + 1),
        copies,
        np.cumsum(copies) - copies,
    )


def _story(a_day: float, shape: Shape, assumed: Assumptions, at: Figures) -> Figures:
    """Its copies come at an even pace."""
    begin = 3600.0 * int(np.argmax(shape.hours))
    comes = (at >= begin) & (at < begin + 3600 * assumed.story_hours)
    size = min(assumed.story, assumed.story_share * a_day)
    copies: Figures = comes * size / max(1, comes.sum())
    return copies


def _mean_text(quantiles: tuple[float, ...], articles: Figures, seed: int) -> Figures:
    """Of as many texts as a parcel has."""
    means = _means(quantiles, len(articles), seed)
    count = np.clip(np.ceil(articles).astype(int), 1, _DRAWS)
    found: Figures = np.where(articles >= _DRAWS, 1.0, means[np.arange(len(articles)), count - 1])
    return found


@lru_cache(maxsize=4)
def _means(quantiles: tuple[float, ...], parcels: int, seed: int) -> Figures:
    """By parcel, of so many of its texts. At any load the same texts are drawn."""
    drawn = np.random.default_rng(seed).choice(np.asarray(quantiles), (parcels, _DRAWS))
    found: Figures = np.cumsum(drawn, axis=1) / np.arange(1, _DRAWS + 1)
    return found
