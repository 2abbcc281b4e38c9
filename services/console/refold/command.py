"""`newsfold refold`: a replay whose texts and pairs are looked at by an engine, before they are decided."""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from services.console.refold.spark import SparkOrder, spark
from services.console.replay.command import replay_recordings
from services.console.replay.request import ReplayRequest

if TYPE_CHECKING:
    from services.dedup.foresight import Foresight
    from services.stream.bus import Bus


def refold_archive(request: ReplayRequest, order: SparkOrder, work: Path | None) -> None:
    """`work`: where what is found out lies, seen by all executors. Raises `Stop`."""
    with ExitStack() as stack:
        engine = stack.enter_context(spark(order))  # missing, it is told before anything is read

        async def prepare(bus: "Bus", scratch: Path, stop: asyncio.Event) -> "Mapping[int, Foresight]":
            from services.console.refold.foresight import foresights

            finding = asyncio.create_task(
                foresights(bus, request.settings.dedup, work or scratch / "refold", engine)
            )
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait((finding, stopping), return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if stop.is_set():
                engine.cancel()
                await asyncio.wait((finding,))
                return {}
            found = await finding
            stack.close()  # the fold has its memory
            return found

        replay_recordings(request._replace(prepare=prepare), stories=False)
