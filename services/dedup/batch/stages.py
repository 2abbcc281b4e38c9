"""The stages of a batch: sight, sign, join. Each a function of values that may be computed anywhere, again.

They are the functions that one process runs, over spans instead of what is due: `Reader` reads and signs,
`route` shares out keys, `RangeIndex` joins them.
"""

from collections import deque
from collections.abc import Iterator

import numpy as np

from services.dedup import kernels
from services.dedup.batch.context import OpenContext, TaskContext
from services.dedup.batch.engine import Key
from services.dedup.batch.rows import SIGNED, Span, pack
from services.dedup.foresight import Signing
from services.dedup.reader import Read, Reader
from services.dedup.search.index import Partials, RangeIndex
from services.dedup.search.profile import first_seen_us, read_all
from services.dedup.search.route import Block, Entry, block, route
from services.dedup.search.sightings import Sightings
from services.dedup.window import day_of
from services.stream.service import Parts, buffer

_SIGNER = "batch"
_DAY_US = 86_400_000_000


def sight(open_context: OpenContext, span: Span) -> Iterator[tuple[Key, Parts]]:
    """What of a span counts as seen on its day."""
    context = open_context()
    seen = Sightings(context.bound)
    texts = [
        article.text
        for row, article in context.opened(span)
        if day_of(article.first_seen_at) >= span.day and not context.table.columns.recounted[row]
    ]
    kernels.note_texts(len(texts))
    for reading in read_all(texts):
        seen.add(reading.unique)
    if texts:
        parts = {name: bytes(buffer(part)) for name, part in seen.save().items()}
        yield Key(context.days.index(span.day), span.number), parts


def sum_up(open_context: OpenContext, place: int, parts: Iterator[Parts]) -> Iterator[int]:
    """What was seen on one day."""
    context = open_context()
    whole = Sightings(context.bound)
    for part in parts:
        piece = Sightings(context.bound)
        piece.load(part)
        whole.join(piece)
    context.put_day(context.days[place], whole)
    yield place


def sign(open_context: OpenContext, ranges: int, span: Span) -> Iterator[tuple[Key, Block]]:
    """Read the texts of a span beside the days before it; their keys, to each range its own."""
    context = open_context()
    rows, items = [], []
    for row, article in context.opened(span):
        rows.append(row)
        counted = bool(context.table.columns.recounted[row])
        items.append(Read(article, late=False, shown=None, counted=counted, current=None, screened=None))
    kernels.note_texts(len(items))
    Reader(context.settings, context.search, context.novelty(span.day)).read(items)
    signings = dict(zip(rows, [signing_of(span.day, item) for item in items], strict=True))
    context.store.put(SIGNED, span.number, pack([signings.get(row) for row in range(span.start, span.stop)]))
    entries = [
        Entry(row, first_seen_us(item.article), item.signed.keys.values)
        for row, item in zip(rows, items, strict=True)
        if item.signed
    ]
    if entries:
        for place, piece in enumerate(route(block(_SIGNER, span.number, entries), ranges)):
            yield Key(place, span.number), piece


def signing_of(day: int, item: Read) -> Signing:
    signed = item.signed
    return Signing(
        day=day,
        counted=item.counted,
        seen=item.seen,
        words=signed.profile.words if signed else 0,
        screened=(item.screened.reason, item.screened.detail) if item.screened else None,
        note=item.note,
        sketch=signed.sketch if signed else None,
        samples=signed.keys.samples if signed else 0,
    )


def join(open_context: OpenContext, owner: int, blocks: Iterator[Block]) -> Iterator[tuple[Key, Partials]]:
    """What versions share in one range, to the span of each version that looks for it."""
    context = open_context()
    window_us = context.settings.window_days * _DAY_US
    index, live, latest = RangeIndex(window_us=window_us), deque[tuple[int, int]](), 0
    for piece in blocks:
        kernels.note_texts(len(piece.versions))
        found = index.probe_insert(piece)
        index.forget_blocks(_SIGNER, piece.number + 1)
        yield Key(piece.number, owner), found
        yield from _looking_back(context, owner, found)
        live.extend(zip(piece.at_us.tolist(), piece.versions.tolist(), strict=True))
        latest = max(latest, int(piece.at_us.max()))
        gone = []
        # What comes is no older than the window, and is paired with nothing that is older still.
        while live and live[0][0] < latest - 2 * window_us:
            gone.append(live.popleft()[1])
        if gone:
            index.evict(np.array(gone, np.int64))


def _looking_back(context: TaskContext, owner: int, found: Partials) -> Iterator[tuple[Key, Partials]]:
    """Pairs whose first version is shown again later: it then meets the second."""
    for place in np.flatnonzero(context.table.columns.returning[found.first]).tolist():
        first, second = found.first[place : place + 1], found.second[place : place + 1]
        span = context.table.span_of(int(first[0]))
        yield Key(span.number, owner), Partials(second, first, found.counts[place : place + 1])
