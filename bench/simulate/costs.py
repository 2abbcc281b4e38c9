"""Costs: what an article takes of each stage, by a short run on this machine."""

from collections.abc import Mapping, Sequence

import msgspec


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """Measured in one run of the stages over the same articles. CPU in µs, sizes in bytes, an article."""

    articles: int
    copy: str
    """Press copy, or invented."""
    words: float
    looks: float
    """Pairs that are looked at."""
    stage_us: Mapping[str, float]
    """Of the stages that can be done elsewhere, of the fold to which they are told, of dedup that does all by
    itself, and of enrich."""
    story_us: Mapping[str, tuple[float, float]]
    """The same of the copies of one story: of the first, and more for each copy before it."""
    story_bytes: tuple[float, float]
    """Of the story's record, the same way."""
    keys: float
    key_shares: Sequence[float]
    """Share of all keys by key group."""
    hop_bytes: Mapping[str, float]
    """By topic, or by what goes between two stages."""
