"""What the fold will ask, found out by an engine from the articles of a log."""

import asyncio
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path

from services.console.refold.files import FileStore
from services.console.scan import scan_partition
from services.contracts import wire
from services.contracts.articles import Article, Watermark, Withdrawal
from services.dedup.batch.context import TaskContext
from services.dedup.batch.engine import Engine
from services.dedup.batch.flow import foresee
from services.dedup.batch.plan import Plan
from services.dedup.batch.rows import Table, pack_table, unpack_table
from services.dedup.foresight import Foresight
from services.dedup.settings import DedupSettings
from services.stream.bus import Bus, Partition

TABLE = "table"
_TAKEN = (Article, Withdrawal, Watermark)


async def foresights(
    bus: Bus, settings: DedupSettings, folder: Path, engine: Engine
) -> Mapping[int, Foresight]:
    """Of each shard of the log. What they are read from lies in the folder."""
    found: dict[int, Foresight] = {}
    for number in range(await bus.partitions("articles")):
        store = FileStore(folder / str(number))
        table = await _table(bus, number, settings, store)
        if table.spans:
            store.put(TABLE, 0, pack_table(table))
            opener = partial(context_in, str(store.folder), settings)
            found[number] = await asyncio.to_thread(foresee, table, opener, engine)
    return found


async def _table(bus: Bus, number: int, settings: DedupSettings, store: FileStore) -> Table:
    plan = Plan(settings, store)
    async for record in scan_partition(bus, Partition("articles", number), 0):
        if record.value is not None and wire.kind_of(record.headers) in _TAKEN:
            value = wire.read(dict(record.headers), record.value)
            assert isinstance(value, _TAKEN)
            plan.take(value)
    return plan.table()


@lru_cache(maxsize=1)
def context_in(folder: str, settings: DedupSettings) -> TaskContext:
    """In the process that asks: made once, for all of its tasks."""
    store = FileStore(Path(folder))
    return TaskContext(settings, store, unpack_table(store.get(TABLE, 0)))
