"""An ingest worker as a process that can be killed: `python -m tests.kafka.poller BOOTSTRAP PREFIX NAME`."""

import asyncio
import signal
import sys

from services.stream.kafka import KafkaBus
from services.stream.patience import Patience, call_patiently
from services.stream.settings import RunSettings
from tests.integration.ingest.polled import worker
from tests.kafka.acts import SHORT


async def work(bootstrap: str, prefix: str, name: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    bus = KafkaBus(bootstrap, prefix=prefix, bounds=SHORT)
    patience = Patience(total_s=60.0, longest_s=1.0)
    await call_patiently(bus.start, patience)
    async with worker(bus, name, RunSettings(patience=patience, drain_s=4.0)) as runner:
        await runner.run(stop)
    await bus.close()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
