"""Candidate search of one process: sign, route to the key ranges, add up what they find."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from services.contracts.sketches import Sketch
from services.dedup.search.index import RangeIndex, add_up
from services.dedup.search.profile import Profile
from services.dedup.search.route import Block, block, route
from services.dedup.search.sketch import Keys, Signature, Signer, keys
from services.dedup.settings import DedupSettings, scheme
from services.dedup.text.shingles import Hashes

_DAY_US = 86_400_000_000
_HERE = "fold"


class Signed(NamedTuple):
    profile: Profile
    sketch: Sketch
    keys: Keys


class Hit(NamedTuple):
    """Another version that shares keys."""

    version: str
    bands: int
    samples: int


class Search:
    """The indexes of every key range, behind one call."""

    def __init__(self, settings: DedupSettings, *, ranges: int = 1) -> None:
        self._settings = settings
        self._scheme = scheme(settings)
        self._signer = Signer(settings)
        self._ranges = [RangeIndex(window_us=settings.window_days * _DAY_US) for _ in range(ranges)]
        self._blocks = 0

    def sign(self, profile: Profile, narrow: Hashes) -> Signed:
        """`narrow`: the distinct narrow shingles of the version that are evidence."""
        signature = self._signer.signature(narrow)
        sketch = Sketch(
            scheme=self._scheme,
            signature=b"" if signature is None else signature.astype("<u4", copy=False).tobytes(),
            novel=len(narrow),
        )
        return Signed(profile, sketch, self._keys(profile, signature))

    def signed(self, profile: Profile, sketch: Sketch) -> Signed:
        """What `sign` gave for a version, from its recorded sketch.

        Raises `ValueError` where the sketch is of another scheme.
        """
        if sketch.scheme != self._scheme:
            raise ValueError(
                f"the state was made with sketch scheme {sketch.scheme}, the settings ask for "
                f"{self._scheme}: keep the old ones or start anew"
            )
        signature = np.frombuffer(sketch.signature, "<u4").astype(np.uint32) if sketch.signature else None
        return Signed(profile, sketch, self._keys(profile, signature))

    def find(self, batch: list[Signed]) -> dict[str, list[Hit]]:
        """Insert versions; for each of them the versions, before it and in the batch, that share keys."""
        found: dict[str, list[Hit]] = {}
        if not batch:
            return found
        pieces = zip(self._ranges, self._routed(batch), strict=True)
        parts = [partial for index, piece in pieces for partial in index.probe_insert(piece)]
        for index in self._ranges:
            index.forget_blocks(_HERE, self._blocks)
        for (first, second), (bands, samples) in add_up(parts).items():
            found.setdefault(first, []).append(Hit(second, bands, samples))
            found.setdefault(second, []).append(Hit(first, bands, samples))
        return found

    def insert(self, batch: list[Signed]) -> None:
        if batch:
            for index, piece in zip(self._ranges, self._routed(batch), strict=True):
                index.insert(piece)

    def evict(self, versions: Iterable[str]) -> None:
        gone = list(versions)
        for index in self._ranges:
            index.evict(gone)

    def __len__(self) -> int:
        """Keys held."""
        return sum(len(index) for index in self._ranges)

    def _routed(self, batch: list[Signed]) -> list[Block]:
        entries = [(s.profile.article.version_id, s.profile.at_us, s.keys.values) for s in batch]
        self._blocks += 1
        return route(block(_HERE, self._blocks - 1, entries), len(self._ranges))

    def _keys(self, profile: Profile, signature: Signature | None) -> Keys:
        stale = profile.unique[profile.days >= self._settings.novelty_least]
        return keys(self._signer, profile.shingles, signature, stale)
