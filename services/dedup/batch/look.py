"""Look: the pairs of a span, chosen as the fold will choose them, each looked at exactly.

The fold knows which versions are still there and what became of them; here all count. So it may choose a pair
that was not looked at, which it then looks at itself, or pass over one that was.
"""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from services.contracts.articles import Article
from services.contracts.relations import RefusalReason, Relation
from services.dedup.batch.context import OpenContext, TaskContext
from services.dedup.batch.rows import pack
from services.dedup.foresight import Neighbours
from services.dedup.memory.parts import array_of
from services.dedup.relations.direction import source_and_taker
from services.dedup.relations.forms import Unrelated
from services.dedup.relations.overlap import shared_share
from services.dedup.relations.relate import relate
from services.dedup.search.candidates import Candidate, Shares, choose, eligible
from services.dedup.search.index import Partials, add_up
from services.dedup.search.postings import BAND_WEIGHT
from services.dedup.search.profile import Profile
from services.dedup.settings import DedupSettings

PAIRED, LOOKED = "paired", "looked"


class Shown(msgspec.Struct, frozen=True, array_like=True):
    """Where an article stood when it was looked at: all of it that a move may change."""

    url: str
    source: str

    @classmethod
    def of(cls, article: Article) -> "Shown":
        return cls(article.url, article.source)


class Look(msgspec.Struct, frozen=True, array_like=True):
    """What came of a pair."""

    other: int
    share: float
    """The larger containment."""
    newer: Shown | None = None
    older: Shown | None = None
    relation: Relation | None = None
    """Without its direction."""
    refusal: tuple[RefusalReason, str] | None = None

    def answer(self, newer: Article, older: Article) -> Relation | Unrelated | None:
        """None where the articles have moved since, or it hangs on what others are related to."""
        if (self.newer, self.older) != (Shown.of(newer), Shown.of(older)):
            return None
        return self.relation or (Unrelated(*self.refusal) if self.refusal else None)


class _WitnessNeeded(Exception):
    """A pair cannot be told without what others are related to, which only the fold knows."""


def look(open_context: OpenContext, number: int, parts: Iterator[Partials]) -> Iterator[int]:
    """Sum what the ranges found, and look at what is worth it."""
    context = open_context()
    span = context.table.spans[number]
    pairs = add_up(parts)
    bounds = np.searchsorted(pairs.second, np.arange(span.start, span.stop + 1))
    context.store.put(PAIRED, number, pack_pairs(bounds, Neighbours(pairs.first, pairs.counts)))
    looks: list[list[Look]] = []
    for row, start, end in zip(range(span.start, span.stop), bounds, bounds[1:], strict=False):
        hits = Neighbours(pairs.first[start:end], pairs.counts[start:end])
        chosen = _chosen(context, row, hits) if start < end else []
        replaced = int(context.table.columns.replaced[row])
        looks.append([*_looks(context, row, chosen), *_share_of_text(context, row, replaced)])
    context.store.put(LOOKED, number, pack(looks))
    yield number


def _chosen(context: TaskContext, row: int, hits: Neighbours) -> list[Candidate]:
    """The versions of other articles that the fold may choose; a candidate's version is its row."""
    columns = context.table.columns
    there = np.flatnonzero(columns.article[hits.others] != columns.article[row])
    others, counts = hits.others[there], hits.counts[there]
    shared = counts % BAND_WEIGHT
    samples = context.samples
    estimates = shared / np.maximum(1, np.minimum(samples[others], samples[row]))
    shares = Shares(counts // BAND_WEIGHT, shared, estimates, columns.at_us[others])
    made = [_candidate(context, int(others[place]), shares, place) for place in _wanted(shares, context)]
    return choose(made, context.settings).chosen


def _wanted(shares: Shares, context: TaskContext) -> list[int]:
    return np.flatnonzero(eligible(shares, context.settings)).tolist()


def _candidate(context: TaskContext, row: int, shares: Shares, place: int) -> Candidate:
    return Candidate(
        version=str(row),
        rank=(int(context.table.columns.at_us[row]), f"{row:020}"),
        bands=int(shares.bands[place]),
        samples=int(shares.samples[place]),
        estimate=float(shares.estimates[place]),
    )


def _looks(context: TaskContext, row: int, chosen: Sequence[Candidate]) -> Iterator[Look]:
    for candidate in chosen:
        other = int(candidate.version)
        if other < row:
            yield _look(context, context.profile(row), other, candidate)


def _look(context: TaskContext, mine: Profile, other: int, candidate: Candidate) -> Look:
    theirs, bands, samples = context.profile(other), candidate.bands, candidate.samples
    return look_at(mine, theirs, other, context.settings, bands=bands, samples=samples)


def look_at(
    mine: Profile, theirs: Profile, other: int, settings: DedupSettings, *, bands: int, samples: int
) -> Look:
    """What one is to the `other`, with so many bands and samples in common."""
    order = source_and_taker(mine, theirs)
    share = shared_share(mine, theirs)
    try:
        answer = relate(
            order.newer, order.older, settings, bands=bands, samples=samples, witnesses=_nobody_knows()
        )
    except _WitnessNeeded:
        return Look(other, share)
    newer, older = Shown.of(order.newer.article), Shown.of(order.older.article)
    if isinstance(answer, Unrelated):
        return Look(other, share, newer, older, refusal=(answer.reason, answer.detail))
    return Look(other, share, newer, older, relation=answer)


def _nobody_knows() -> Iterator[Profile]:
    raise _WitnessNeeded
    yield  # pragma: no cover - it makes this an iterator


def _share_of_text(context: TaskContext, row: int, replaced: int) -> Iterator[Look]:
    """How much of the text that its article showed before is in it."""
    if replaced < 0 or context.signing(row) is None or context.signing(replaced) is None:
        return
    yield Look(replaced, shared_share(context.profile(replaced), context.profile(row)))


def pack_pairs(bounds: np.ndarray, pairs: Neighbours) -> bytes:
    columns = (bounds.astype(np.int64), pairs.others.astype(np.int64), pairs.counts.astype(np.uint32))
    return msgspec.msgpack.encode([column.tobytes() for column in columns])


class Pairs(msgspec.Struct, frozen=True):
    """Of the rows of a span."""

    bounds: np.ndarray
    neighbours: Neighbours

    def of(self, place: int) -> Neighbours:
        start, end = self.bounds[place], self.bounds[place + 1]
        return Neighbours(self.neighbours.others[start:end], self.neighbours.counts[start:end])


def unpack_pairs(encoded: bytes) -> Pairs:
    bounds, others, counts = msgspec.msgpack.decode(encoded, type=list[bytes])
    return Pairs(
        array_of(bounds, np.int64), Neighbours(array_of(others, np.int64), array_of(counts, np.uint32))
    )
