"""Where the time of a replay goes: each stage alone, in turn, over what the stage before it gave."""

import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TypeVar

from bench.speed.replays import write_archive
from bench.speed.river import River, base
from bench.speed.row import Asked, Row
from services.console import addresses
from services.console.export.files import export
from services.console.replay.settings import RUN
from services.console.scan import scan
from services.console.tuning import tuned
from services.contracts.topics import TOPICS
from services.dedup import kernels
from services.dedup.service import DedupService
from services.enrich.service import EnrichService
from services.ingest.readings import Progress, Reading, SightingReading
from services.ingest.recordings.archive_reader import rows as rows_of
from services.ingest.service import IngestTask
from services.stream.bus import Output, Record
from services.stream.service import Step
from services.stream.sqlite import SqliteBus

T = TypeVar("T")
MOST = 3_000
"""Articles of the budget."""
READ, PUBLISHED, SCANNED, EXPORTED = "lines → articles", "log, published", "log, read", "files"


def rows(asked: Asked) -> Iterator[Row]:
    articles = list(islice(River(base(asked).articles).articles(asked.live), min(MOST, asked.articles)))
    kernels.use(now=True)
    tuned()
    budget = Budget()
    with tempfile.TemporaryDirectory(prefix="newsfold-speed-") as scratch:
        folder = Path(scratch)
        asyncio.run(budget.log(folder, budget.outputs(write_archive(folder, articles), len(articles))))
    each = {name: round(1e6 * seconds / len(articles)) for name, seconds in budget.spent.items()}
    yield Row(
        key="budget",
        title="Budget of an archive → stories",
        how=f"CPU of {len(articles):,} articles, each stage alone in one process, set as that of a replay, "
        "starts left out. Two cores can at best do two seconds of the sum in one. Reading the log for the "
        "files is in both of the last two rows.",
        head=("", "µs/article"),
        lines=(*each.items(), ("sum", sum(each.values()))),
    )


class Budget:
    """CPU seconds of the process by stage."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def spending(self, stage: str) -> Iterator[None]:
        began = time.process_time()
        yield
        self.spent[stage] += time.process_time() - began

    def outputs(self, archive: Path, count: int) -> list[Output]:
        """All that a replay puts on its log, in order of the stages."""
        with self.spending(READ):
            read: list[Reading] = [row.reading for batch in rows_of(archive, 0, count) for row in batch]
        latest = max(one.at for one in read if isinstance(one, SightingReading))
        promise = Progress(recording="budget", position=count, at=latest)
        ingest = self._stepped("ingest", IngestTask(0, 1).take, [*read, promise])
        services = (
            DedupService(changelog=False),
            EnrichService(changelog=False),
        )  # as on a log that is thrown away
        decide, tell = (service.task(0).step for service in services)
        dedup = self._stepped("dedup", decide, _records(ingest, "articles"))
        enrich = self._stepped("enrich", tell, _records(dedup, "clusters"))
        return [*ingest, *dedup, *enrich]

    def _stepped(self, stage: str, call: Callable[[Sequence[T]], Step], inputs: Sequence[T]) -> list[Output]:
        found: list[Output] = []
        for start in range(0, len(inputs), RUN.batch_records):
            with self.spending(stage):
                step = call(inputs[start : start + RUN.batch_records])
            found += step.outputs
        return found

    async def log(self, folder: Path, outputs: Sequence[Output]) -> None:
        bus = SqliteBus(folder / "log.db", durable=False)
        await bus.start()
        try:
            await bus.create(addresses.topic_specs(forget=False))
            writer = await bus.writer("budget", ["feeds"], 0)
            with self.spending(PUBLISHED):
                for start in range(0, len(outputs), RUN.fetch_records):
                    await writer.publish(outputs[start : start + RUN.fetch_records], consumed={})
            with self.spending(SCANNED):
                for topic in TOPICS:
                    _ = [record.offset async for record in scan(bus, topic.name)]
            with self.spending(EXPORTED):
                await export(bus, folder)
        finally:
            await bus.close()


def _records(outputs: Sequence[Output], topic: str) -> list[Record]:
    """Those of a topic, as they would be read."""
    found = [output for output in outputs if output.partition == (topic, 0)]
    return [
        Record(one.partition, offset, one.key, one.value, one.headers, one.timestamp_us)
        for offset, one in enumerate(found)
    ]
