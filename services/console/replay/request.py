"""What a replay was asked for, checked before anything is started."""

import os
from collections.abc import Sequence
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from services.console import addresses
from services.console.addresses import Address
from services.console.export.directory import directory
from services.console.extensions import extensions_of
from services.console.replay import inputs
from services.console.replay.program import Program
from services.contracts.feeds import Feed
from services.ingest.recordings.pace import Pace
from services.ingest.recordings.source import WHOLE, TimeFrame
from services.ops.config import Settings
from services.ops.exits import Exit, Stop

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Mapping

    from services.dedup.foresight import Foresight
    from services.enrich.extensions import Extensions
    from services.stream.bus import Bus

    Prepare = Callable[[Bus, Path, asyncio.Event], Awaitable[Mapping[int, Foresight]]]

FASTEST = 1_000_000
LONG_BYTES = 2 << 20
"""Input from which on a second process, and kernels loaded at once, are worth their start."""


class ReplayRequest(NamedTuple):
    """What was asked for, checked."""

    paths: tuple[Path, ...]
    out: Path | None
    program: Program
    address: Address | None
    """None: a temporary log."""
    workers: int
    settings: Settings
    feeds: Sequence[Feed] = ()
    """Whose settings the recordings are read with."""
    extensions: "Extensions | None" = None
    """Functions of the user's in enrich."""
    prepare: "Prepare | None" = None
    """Finds out what can be known before anything is decided."""

    @property
    def is_long(self) -> bool:
        """Whether it pays to load at once all that the work may come to need."""
        return sum(path.stat().st_size for path in self.paths) >= LONG_BYTES

    @property
    def is_split(self) -> bool:
        """Whether the stories are told in a second process. None: few input, one core, no log in a file, or a
        function of the user's, which may need what only this process has been given.
        """
        has_file = self.address is None or self.address.file() is not None
        return has_file and not self.extensions and self.is_long and (os.cpu_count() or 1) > 1

    @property
    def is_resumable(self) -> bool:
        """Whether a task may have to go on from what another had come to: in another run on a log that is
        kept, where a number moves from one worker to another, and where what was prepared does not hold.
        """
        return self.address is not None or self.workers > 1 or self.prepare is not None

    @classmethod
    def of(
        cls,
        *,
        paths: Sequence[Path],
        out: Path | None,
        speed: str | None,
        address: str | None,
        workers: int | None,
        settings: Settings,
        feeds: Path | None = None,
        most_gap_s: float | None = None,
        frame: TimeFrame = WHOLE,
        rounds: int = 1,
    ) -> "ReplayRequest":
        """Raises `Stop` (usage) for what cannot be done."""
        files = inputs.checked(paths)
        for gap in inputs.gaps(paths):
            click.echo(gap, err=True)
        if feeds:
            from services.console.feeds.subscriptions import listed_in
            from services.console.replay.feeds import refuse_idle_list

            refuse_idle_list(feeds, recorded=not all(map(inputs.is_archive, files)))
        return cls(
            paths=files,
            out=directory(out) if out else None,
            program=Program(
                Pace(
                    settings.replay.speed if speed is None else _speed(speed),
                    inf if most_gap_s is None else most_gap_s,
                ),
                _checked(frame),
                rounds,
                checks=settings.ingest.recheck == "on",
            ),
            address=addresses.parse(address) if address else None,
            workers=workers or settings.replay.workers,
            settings=settings,
            feeds=listed_in(feeds) if feeds else (),
            extensions=extensions_of(settings.enrich),
        )


def _checked(frame: TimeFrame) -> TimeFrame:
    """Raises `Stop` (usage) for a frame that holds nothing."""
    if frame.begin and frame.end and frame.begin > frame.end:
        raise Stop(Exit.USAGE, f"--from {frame.begin.isoformat()} is later than --to {frame.end.isoformat()}")
    return frame


def _speed(text: str) -> float:
    """0 for `max`. Raises `Stop` (usage)."""
    try:
        speed = 0.0 if text == "max" else float(text)
        if text == "max" or 0 < speed <= FASTEST:
            return speed
    except ValueError:
        pass
    raise Stop(Exit.USAGE, f"--speed {text}: a number above 0, up to {FASTEST:,}, or max")
