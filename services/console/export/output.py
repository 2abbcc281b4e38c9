"""Where a log goes as files: the directory, and `newsfold export`."""

import asyncio
import os
from pathlib import Path

import click

from services.console import addresses, progress
from services.console.export.files import FILES, export
from services.console.export.tally import Tally
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.stream.bus import Bus


def directory(out: Path) -> Path:
    """`out`, made. Raises `Stop` (usage)."""
    if out.is_file():
        raise Stop(Exit.USAGE, f"--out {out}: is a file; name a directory")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(Exit.USAGE, f"--out {out}: {error.strerror or error}") from None
    if not os.access(out, os.W_OK):
        raise Stop(Exit.USAGE, f"--out {out}: cannot be written")
    return out


async def written(bus: Bus, out: Path) -> Tally:
    """Raises `Stop` where the files cannot be written; those of an earlier run stay as they were."""
    try:
        with progress.shown("writing"):
            return await export(bus, out)
    except OSError as error:
        raise unwritten(out, error) from None


def unwritten(out: Path, error: OSError) -> Stop:
    why = error.strerror or error
    return Stop(Exit.FAILED, f"--out {out}: {why}; make room and run the same command again")


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
