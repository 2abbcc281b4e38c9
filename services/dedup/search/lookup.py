"""Candidate search of one process: sign, route to the key ranges, add up what they find."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.contracts.articles import Article
from services.contracts.sketches import Sketch
from services.dedup import kernels
from services.dedup.memory.parts import under, within
from services.dedup.search.candidates import Shares, eligible
from services.dedup.search.novelty import Days
from services.dedup.search.postings import BAND_WEIGHT, Counts
from services.dedup.search.profile import Profile, Reading, profile
from services.dedup.search.ranges import Index, Ranges
from services.dedup.search.route import Block, Entry, Numbers, block
from services.dedup.search.sketch import Keys, Signature, Signer, keys, sign
from services.dedup.search.traces import Known, Trace, traces
from services.dedup.search.versions import Versions
from services.dedup.settings import DedupSettings, scheme
from services.stream.service import Parts

Estimates = npt.NDArray[np.float64]
_HERE = "fold"


class Signed(NamedTuple):
    profile: Profile
    sketch: Sketch
    keys: Keys


class Findable(NamedTuple):
    """A version by its id, and what it is found by."""

    version: str
    at_us: int
    """When it was first seen."""
    keys: Keys


class Hit(NamedTuple):
    """Another version that shares keys."""

    version: str
    bands: int
    samples: int


class Hits(NamedTuple):
    """All versions that share keys with one, by number, beside each other."""

    others: Numbers
    counts: Counts


class Search:
    """The indexes of every key range, behind one call."""

    def __init__(self, settings: DedupSettings, index: Index | None = None) -> None:
        """`index`: where it is not the one of a single range."""
        self._settings = settings
        self._scheme = scheme(settings)
        self._signer = Signer(settings)
        self._index: Index = Ranges(1, window_days=settings.window_days) if index is None else index
        self._versions = Versions()
        self._blocks = 0

    def sign(self, batch: Sequence[tuple[Article, Reading, Days]]) -> list[Signed]:
        """`Days`: on how many earlier days each of `Reading.unique` was seen."""
        least = self._settings.novelty_least
        profiles = [profile(article, reading, days) for article, reading, days in batch]
        signs = [
            sign(self._signer, reading, days, made.days, least=least)
            for (_, reading, days), made in zip(batch, profiles, strict=True)
        ]
        return [
            Signed(made, self._sketch(one.signature, one.novel), one.keys)
            for made, one in zip(profiles, signs, strict=True)
        ]

    def _sketch(self, signature: Signature | None, novel: int) -> Sketch:
        signed = b"" if signature is None else signature.astype("<u4", copy=False).tobytes()
        return Sketch(scheme=self._scheme, signature=signed, novel=novel)

    def signed(self, made: Profile, sketch: Sketch) -> Signed:
        """What `sign` gave for a version, from its recorded sketch.

        Raises `ValueError` where the sketch is of another scheme.
        """
        return Signed(made, sketch, self._keys_of(made, self._recorded(sketch)))

    def traces(self, batch: Iterable[tuple[str, bytes, Sketch | None]]) -> list[Trace]:
        """Of texts their shingles, and the keys of `signed` by the recorded sketch; `bytes`: how often each
        shingle had been seen, as it was packed.
        """
        known = [
            Known(text, seen, None if sketch is None else self._recorded(sketch))
            for text, seen, sketch in batch
        ]
        return traces(self._signer, known, self._settings.novelty_least)

    def _recorded(self, sketch: Sketch) -> Signature | None:
        if sketch.scheme != self._scheme:
            raise ValueError(
                f"the state was made with sketch scheme {sketch.scheme}, the settings ask for "
                f"{self._scheme}: keep the old ones or start anew"
            )
        return np.frombuffer(sketch.signature, "<u4").astype(np.uint32) if sketch.signature else None

    def find(self, batch: list[Signed]) -> dict[str, Hits]:
        """Insert versions; for each of them the versions, before it and in the batch before it, that share
        keys with it, if there are any.
        """
        if not batch:
            return {}
        whole = self._block(
            Findable(one.profile.article.version_id, one.profile.at_us, one.keys) for one in batch
        )
        pairs = self._index.find(whole)
        bounds = np.searchsorted(pairs.second, np.append(whole.versions, whole.versions[-1] + 1)).tolist()
        return {
            signed.profile.article.version_id: Hits(pairs.first[start:end], pairs.counts[start:end])
            for signed, (start, end) in zip(batch, pairwise(bounds), strict=True)
            if start < end
        }

    def eligible(self, signed: Signed, hits: Hits, own: Callable[[], str | None]) -> tuple[list[Hit], int]:
        """The hits that may be chosen, and how many others there are: of those that are still remembered,
        and without the version that its article has by now, which `own` tells.
        """
        if len(hits.others) <= self._settings.most_passage_candidates:
            return self.hits(hits), 0
        version = own()
        mine = None if version is None else self._versions.number(version)
        wanted, left = self._eligible(signed.keys.samples, hits, -1 if mine is None else mine)
        return self.hits(Hits(hits.others[wanted], hits.counts[wanted])), left

    def _eligible(self, own_samples: int, hits: Hits, mine: int) -> tuple[npt.NDArray[np.intp], int]:
        """Places of those that may be chosen, and how many others are there; `mine` is none of them."""
        compiled, settings = kernels.module("lookup"), self._settings
        at_us = self._index.at_us(hits.others)
        if compiled is not None:
            found: tuple[npt.NDArray[np.intp], int] = compiled.eligible(
                hits.others,
                hits.counts,
                at_us,
                *self._versions.columns(),
                mine,
                own_samples,
                settings.least_bands,
                settings.least_samples,
                settings.fair_estimate,
                settings.most_passage_candidates,
            )
            return found
        there = np.flatnonzero(self._versions.are_there(hits.others) & (hits.others != mine))
        others, counts = hits.others[there], hits.counts[there]
        shared = counts % BAND_WEIGHT
        estimates = shared / np.maximum(1, np.minimum(self._versions.samples(others), own_samples))
        wanted = eligible(Shares(counts // BAND_WEIGHT, shared, estimates, at_us[there]), settings)
        return there[wanted], int((~wanted).sum())

    def hits(self, hits: Hits) -> list[Hit]:
        """Those that are still remembered."""
        bands, samples = hits.counts // BAND_WEIGHT, hits.counts % BAND_WEIGHT
        return [
            Hit(version, *shared)
            for version, *shared in zip(
                self._versions.ids(hits.others), bands.tolist(), samples.tolist(), strict=True
            )
            if version is not None
        ]

    def insert(self, batch: list[Findable]) -> None:
        """Take versions whose pairs are known already."""
        if batch:
            self._index.insert(self._block(batch))

    def evict(self, versions: Iterable[str]) -> None:
        self._index.evict(self._versions.forget(versions))

    def __len__(self) -> int:
        """Postings held; those of forgotten versions are cleared away bit by bit, by those that come."""
        return len(self._index)

    def nbytes(self) -> int:
        return self._versions.nbytes() + self._index.nbytes()

    def save(self) -> Parts:
        return {**under("versions", self._versions.save()), **self._index.save()}

    def load(self, parts: Parts) -> None:
        self._versions.load(within("versions", parts))
        self._index.load(parts)

    def _block(self, batch: Iterable[Findable]) -> Block:
        entries = []
        for version, at_us, found_by in batch:
            number = self._versions.enter(version, found_by.samples)
            entries.append(Entry(number, at_us, found_by.values))
        self._blocks += 1
        return block(_HERE, self._blocks - 1, entries)

    def _keys_of(self, made: Profile, signature: Signature | None) -> Keys:
        least = self._settings.novelty_least
        return keys(self._signer, made.shingles, signature, made.unique, made.days, least=least)
