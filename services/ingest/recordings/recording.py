"""A WARC recording as a source: recorded exchanges instead of the network, at their recorded times."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from services.contracts import ids
from services.ingest.http.exchange import Exchange
from services.ingest.observe import feed_reading, page_reading
from services.ingest.readings import BadReading, ParsedFeed, ParsedPage, Reading, Skipped
from services.ingest.recordings.source import OUTSIDE, WHOLE, Item, TimeFrame, digest_of, quiet_times
from services.ingest.recordings.warc import Answer, Index, exchange_at, index
from services.ingest.text.dates import EPOCH
from services.ingest.workers.pool import ParsedBody, Pool
from services.ingest.workers.worker import Job

READ_AT_ONCE = 16
"""Exchanges read from disk in one turn; each holds its body in memory until it is parsed."""


class Recording:
    """Source over a `.warc` or `.warc.gz` file; `pool` parses its bodies."""

    def __init__(self, path: Path, pool: Pool, frame: TimeFrame = WHOLE) -> None:
        self.path = path
        self._frame = frame
        self.id = ""
        self._pool = pool
        self._index = Index([])
        self._quiet: list[datetime] = []

    async def open(self) -> None:
        if not self.id:
            found = await asyncio.to_thread(index, self.path)
            self._index = found._replace(answers=[self._framed(one) for one in found.answers])
            self._quiet = quiet_times([answer.at for answer in self._index.answers])
            self.id = self._frame.id_of(await asyncio.to_thread(digest_of, self.path))

    def _framed(self, answer: Answer) -> Answer:
        if self._frame.holds(answer.at):
            return answer
        return answer._replace(at=self._frame.clamped(answer.at), kind=OUTSIDE)

    @property
    def damage(self) -> str:
        return f"{self.path.name}: {self._index.damage}" if self._index.damage else ""

    @property
    def total(self) -> int:
        return len(self._index.answers) + bool(self.damage)

    def quiet_until(self, position: int) -> datetime | None:
        return self._quiet[min(position, len(self._quiet) - 1)] if self._quiet else None

    async def batches(self, start: int) -> AsyncGenerator[list[Item], None]:
        async with aclosing(self._pool.parsed(self._exchanges(start))) as parsed_in_order:
            async for (answer, exchange), parsed in parsed_in_order:
                yield [Item(answer.at, self._reading(answer, exchange, parsed))]
        if self.damage and start < self.total:
            bad = BadReading(reason="damaged-file", detail=self.damage, origin=self.path.name)
            yield [Item(self.quiet_until(self.total) or EPOCH, bad)]

    async def _exchanges(
        self, start: int
    ) -> AsyncGenerator[tuple[tuple[Answer, Exchange | None], Job | None], None]:
        answers = self._index.answers
        file = await asyncio.to_thread(self.path.open, "rb")
        try:
            for first in range(start, len(answers), READ_AT_ONCE):
                batch = answers[first : first + READ_AT_ONCE]
                for answer, exchange in await asyncio.to_thread(_read, file, batch):
                    parse = exchange is not None and exchange.outcome == "ok"
                    yield (answer, exchange), Job(answer.kind, exchange) if parse and exchange else None
        finally:
            file.close()

    def _reading(self, answer: Answer, exchange: Exchange | None, parsed: ParsedBody | None) -> Reading:
        if exchange is None:
            return Skipped(kind=answer.kind)
        if answer.kind == "feed":
            assert parsed is None or isinstance(parsed, ParsedFeed)
            return feed_reading(ids.feed_id(exchange.url), exchange, parsed, answer.at)
        assert parsed is None or isinstance(parsed, ParsedPage)
        return page_reading(exchange, parsed, answer.at, f"{self.path.name} byte {answer.offset}")


def _read(file: BinaryIO, answers: list[Answer]) -> list[tuple[Answer, Exchange | None]]:
    return [(one, exchange_at(file, one) if one.kind in {"feed", "page"} else None) for one in answers]
