"""The files of a log, made at once or while it grows, and `newsfold export`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click

from services.console import addresses, progress
from services.console.export.directory import directory
from services.console.export.files import export
from services.console.export.names import FILES
from services.console.export.tally import Tally
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.stream.bus import Bus


async def written(bus: Bus, out: Path) -> Tally:
    """Raises `Stop` where the files cannot be written; those of an earlier run stay as they were."""
    with progress.shown("writing"):
        async with gathered(bus, out) as gathering:
            return await gathering.written()


class Gathering:
    """The files of a log that still grows, on their way."""

    def __init__(self, bus: Bus, out: Path) -> None:
        self._out = out
        self._decided, self._settled = asyncio.Event(), asyncio.Event()
        self._exporting = asyncio.create_task(export(bus, out, self._settled, self._decided))

    def note_decided(self) -> None:
        """Call once nothing more comes but of stories: what else there is, is written from then on."""
        self._decided.set()

    async def written(self) -> Tally:
        """Call once nothing more comes. Raises `Stop` as `written` does."""
        self._decided.set()
        self._settled.set()
        try:
            return await self._exporting
        except OSError as error:
            why = error.strerror or error
            raise Stop(
                Exit.FAILED, f"--out {self._out}: {why}; make room and run the same command again"
            ) from None

    async def give_up(self) -> None:
        self._exporting.cancel()
        await asyncio.gather(self._exporting, return_exceptions=True)


@asynccontextmanager
async def gathered(bus: Bus, out: Path) -> AsyncIterator[Gathering]:
    """What comes on the log is gathered while the block runs; given up where it ends before it is written."""
    gathering = Gathering(bus, out)
    try:
        yield gathering
    finally:
        await gathering.give_up()


def export_log(address: str, out: Path, settings: Settings) -> None:
    """The files that `replay --out` writes, of a log that others may still write to."""
    place = addresses.shared(addresses.parse(address))
    tally = asyncio.run(_export(addresses.bus_at(place, settings), directory(out)))
    click.echo(
        f"{tally.articles} articles, {tally.stories} stories and {tally.changes} changes "
        f"in {len(FILES)} files under {out}"
    )


async def _export(bus: Bus, out: Path) -> Tally:
    await bus.start()
    try:
        return await written(bus, out)
    finally:
        await bus.close()
