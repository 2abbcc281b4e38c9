"""Candidate search of one process: sign, route to the key ranges, add up what they find."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.contracts.articles import Article
from services.contracts.sketches import Sketch
from services.dedup import kernels
from services.dedup.memory.parts import Holding, gather, scatter
from services.dedup.search.candidates import Shares, eligible
from services.dedup.search.index import RangeIndex, add_up
from services.dedup.search.novelty import Days
from services.dedup.search.postings import BAND_WEIGHT, Counts
from services.dedup.search.profile import Profile, Reading, evidence, profile
from services.dedup.search.route import Block, Entry, Numbers, block, route
from services.dedup.search.sketch import Keys, Signature, Signer, keys
from services.dedup.search.traces import Known, Trace, traces
from services.dedup.search.versions import Versions
from services.dedup.settings import DedupSettings, scheme
from services.stream.service import Parts

Estimates = npt.NDArray[np.float64]
_DAY_US = 86_400_000_000
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

    def __init__(self, settings: DedupSettings, *, ranges: int = 1) -> None:
        self._settings = settings
        self._scheme = scheme(settings)
        self._signer = Signer(settings)
        self._ranges = [RangeIndex(window_us=settings.window_days * _DAY_US) for _ in range(ranges)]
        self._versions = Versions()
        self._blocks = 0

    def sign(self, batch: Sequence[tuple[Article, Reading, Days]]) -> list[Signed]:
        """`Days`: on how many earlier days each of `Reading.unique` was seen."""
        least = self._settings.novelty_least
        narrow = [evidence(reading, days, least) for _, reading, days in batch]
        signatures = [self._signer.signature(one) for one in narrow]
        profiles = [profile(article, reading, days) for article, reading, days in batch]
        found = [self._keys_of(*pair) for pair in zip(profiles, signatures, strict=True)]
        return [
            Signed(made, self._sketch(signature, len(one)), held)
            for made, signature, one, held in zip(profiles, signatures, narrow, found, strict=True)
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
        pieces = zip(self._ranges, route(whole, len(self._ranges)), strict=True)
        parts = [index.probe_insert(piece) for index, piece in pieces]
        pairs = add_up(parts) if len(parts) > 1 else parts[0]  # numbers ascend: one part is in order
        for index in self._ranges:
            index.forget_blocks(_HERE, self._blocks)
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
        at_us = self._ranges[0].at_us(hits.others)
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
        return [
            Hit(version, *divmod(count, BAND_WEIGHT))
            for number, count in zip(hits.others.tolist(), hits.counts.tolist(), strict=True)
            if (version := self._versions.id(number)) is not None
        ]

    def insert(self, batch: list[Findable]) -> None:
        """Take versions whose pairs are known already."""
        if batch:
            for index, piece in zip(self._ranges, route(self._block(batch), len(self._ranges)), strict=True):
                index.insert(piece)

    def evict(self, versions: Iterable[str]) -> None:
        numbers = self._versions.forget(versions)
        for index in self._ranges:
            index.evict(numbers)

    def __len__(self) -> int:
        """Postings held; those of forgotten versions are cleared away bit by bit, by those that come."""
        return sum(len(index) for index in self._ranges)

    def nbytes(self) -> int:
        return self._versions.nbytes() + sum(index.nbytes() for index in self._ranges)

    def save(self) -> Parts:
        return gather(self._holding())

    def load(self, parts: Parts) -> None:
        scatter(self._holding(), parts)

    def _holding(self) -> Holding:
        return {
            "versions": self._versions,
            **{f"range_{place}": index for place, index in enumerate(self._ranges)},
        }

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
