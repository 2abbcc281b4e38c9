"""What comes behind dedup in a long replay, in a process of its own: the stories.

It works on the log as the articles are decided beside it, so that both cores are used. It takes an `Order`
as a line of JSON on stdin, then the line `settled` once nothing more will come of dedup, and answers with a
line of JSON on stdout: an `Answer`. Where stdin ends instead, it finishes the batch in hand and ends.

    python -m services.console.replay.downstream
"""

import asyncio
import os
import sys
from contextlib import suppress

import msgspec
from msgspec.structs import replace

from services.console.group import code_of
from services.console.kernels import load_kernels_beside
from services.console.replay.order import SETTLED, Answer, Order
from services.console.replay.settings import RUN
from services.console.run.pipeline import Pipeline, Stage
from services.console.tuning import tuned
from services.enrich.service import EnrichService
from services.ops import logging
from services.ops.exits import Exit, Stop
from services.ops.registry import Metrics
from services.stream.bus import BusError
from services.stream.patience import Patience
from services.stream.runner_group import RunnerGroup
from services.stream.sqlite import SqliteBus


async def answer(order: Order, stdin: asyncio.StreamReader) -> Answer:
    try:
        return await _work(order, stdin)
    except Stop as stop:
        return Answer(failure=stop.line, code=stop.code)
    except BusError as error:
        return Answer(failure=str(error), code=code_of(error))


async def _work(order: Order, stdin: asyncio.StreamReader) -> Answer:
    bus = SqliteBus(order.log, durable=order.durable)
    await bus.start()
    try:
        settings = replace(RUN, patience=Patience(total_s=order.wait_s))
        service = EnrichService(order.best, changelog=order.changelog)
        pipeline = Pipeline(bus, [Stage(service, order.workers)], settings, Metrics())
        async with pipeline.running(asyncio.Event()) as running:
            if not await _told(stdin, running) or not await pipeline.settled(running):
                raise Stop(Exit.INTERRUPTED, "interrupted")
        totals = pipeline.totals["enrich"]
        return Answer(held=totals.held(), unaccounted=totals.unaccounted())
    finally:
        await bus.close()


async def _told(stdin: asyncio.StreamReader, running: RunnerGroup) -> bool:
    """Wait until upstream is settled; False where it never will be, or a runner here ended."""
    reading, stopping = asyncio.create_task(stdin.readline()), asyncio.create_task(running.stop.wait())
    try:
        await asyncio.wait((reading, stopping), return_when=asyncio.FIRST_COMPLETED)
        return reading.done() and reading.result() == SETTLED
    finally:
        reading.cancel()
        stopping.cancel()


async def _serve() -> Answer:
    stdin = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdin), sys.stdin)
    tuned()
    load_kernels_beside(at_once=("enrich",))
    line = await stdin.readline()
    if not line:  # nothing came of what it was started for
        return Answer(failure="interrupted", code=Exit.INTERRUPTED)
    return await answer(msgspec.json.decode(line, type=Order), stdin)


def main() -> None:
    with logging.configure(service="newsfold", fmt="console", level="warning", libraries=False):
        told = asyncio.run(_serve())
    with suppress(BrokenPipeError):  # whoever asked was killed
        sys.stdout.buffer.write(msgspec.json.encode(told))
        sys.stdout.flush()
    os._exit(0)  # all is closed, and giving back its memory piece by piece would be waited for


if __name__ == "__main__":
    main()
