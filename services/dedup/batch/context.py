"""The context of a task: what the stages of one process have at hand, made from the store alone."""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import cached_property

import msgspec
import numpy as np
import numpy.typing as npt

from services.contracts.articles import Article
from services.dedup.batch.rows import DAY, SIGHTED, SIGNED, SightedRow, Span, Spans, Table
from services.dedup.batch.store import Store
from services.dedup.foresight import Signing
from services.dedup.search.lookup import Search
from services.dedup.search.novelty import Days, Novelty
from services.dedup.search.profile import Profile
from services.dedup.search.sightings import Sightings
from services.dedup.settings import DedupSettings
from services.dedup.text.shingles import Hashes, Numbers
from services.dedup.window import profile_of
from services.stream.service import buffer

_PROFILE_BYTES = 32 << 20
_ROW = msgspec.msgpack.Decoder(SightedRow)
_SIGNING = msgspec.msgpack.Decoder(Signing | None)


class WholeDays(Novelty):
    """Takes days as a whole: what is read of a day adds nothing to it."""

    def take(self, day: int, unique: Hashes, numbers: Numbers) -> tuple[Days, bool]:
        return self.days(unique, numbers), self.is_open(day)


class TaskContext:
    def __init__(self, settings: DedupSettings, store: Store, table: Table) -> None:
        self.settings, self.store, self.table = settings, store, table
        self.search = Search(settings)
        self._reach = min(settings.novelty_days, settings.window_days)
        self.bound = Novelty(days=self._reach, bits=settings.novelty_bits).bound
        self.days = sorted({span.day for span in table.spans})
        self._spans = Spans(store, table.spans)
        self._novelty: tuple[int, Novelty] | None = None
        self._profiles: OrderedDict[int, Profile] = OrderedDict()
        self._profile_bytes = 0

    def opened(self, span: Span) -> Iterator[tuple[int, Article]]:
        """Rows whose text is to be read."""
        for row, raw in enumerate(self._spans.all(SIGHTED, span.number), span.start):
            if self.table.columns.opened[row]:
                article = _ROW.decode(raw).article
                assert article is not None
                yield row, article

    def article(self, row: int) -> Article:
        raw = self._spans.of(SIGHTED, row)
        article = None if raw is None else _ROW.decode(raw).article
        assert article is not None
        return article

    def signing(self, row: int) -> Signing | None:
        raw = self._spans.of(SIGNED, row)
        return None if raw is None else _SIGNING.decode(raw)

    @cached_property
    def samples(self) -> npt.NDArray[np.uint32]:
        """Of each row, once all are signed."""
        signed = (raw for span in self.table.spans for raw in self._raw(SIGNED, span))
        return np.array([made.samples if (made := _SIGNING.decode(raw)) else 0 for raw in signed], np.uint32)

    def _raw(self, kind: str, span: Span) -> list[msgspec.Raw]:
        return msgspec.msgpack.decode(self.store.get(kind, span.number), type=list[msgspec.Raw])

    def put_day(self, day: int, seen: Sightings) -> None:
        parts = {name: bytes(buffer(part)) for name, part in seen.save().items()}
        self.store.put(DAY, day, msgspec.msgpack.encode(parts))

    def novelty(self, day: int) -> Novelty:
        """As it is when a day begins. Days that are asked for in order are closed one after the other."""
        if self._novelty is None or self._novelty[0] > day:
            self._novelty = day - self._reach, WholeDays(days=self._reach, bits=self.settings.novelty_bits)
        since, made = self._novelty
        if since < day:
            first = bisect_left(self.days, max(since, day - self._reach))
            for before in self.days[first : bisect_left(self.days, day)]:
                if encoded := self.store.get(DAY, before):
                    made.take_day(before, self._sightings(encoded))
        made.advance(day)
        self._novelty = day, made
        return made

    def _sightings(self, encoded: bytes) -> Sightings:
        seen = Sightings(self.bound)
        seen.load(msgspec.msgpack.decode(encoded, type=dict[str, bytes]))
        return seen

    def profile(self, row: int) -> Profile:
        made = self._profiles.get(row)
        if made is None:
            signing = self.signing(row)
            assert signing is not None
            made = self._profiles[row] = profile_of(self.article(row), signing.seen)
            self._profile_bytes += made.nbytes
            while self._profile_bytes > _PROFILE_BYTES:
                self._profile_bytes -= self._profiles.popitem(last=False)[1].nbytes
        else:
            self._profiles.move_to_end(row)
        return made


OpenContext = Callable[[], TaskContext]
