"""Where `newsfold run` keeps snapshots of its state, and how a terminal sees one being restored."""

import asyncio
import hashlib
import sys
from collections.abc import Collection
from functools import partial
from importlib.metadata import version
from pathlib import Path

import msgspec

from services import dedup, kernels, stream
from services.console import progress
from services.console.addresses import Address
from services.dedup.memory.store import HeapStore, OpenStore
from services.dedup.settings import scheme
from services.ops.config import Settings
from services.ops.observing import ServiceTotals
from services.stream.snapshot import SnapshotFolder
from services.stream.spool import Spool

DRAW_S = 0.2


def place(address: Address, settings: Settings, *, role: str = "") -> SnapshotFolder | None:
    """None where the log is gone with the process, or snapshots are not wanted.

    A snapshot of other code, of another sketch scheme or of another installation is refused, so all
    are in its scheme.
    """
    if address.kind == "memory" or not settings.bus.snapshot_every_s:
        return None
    file = address.file()
    sketch = scheme(settings.dedup)
    log = "" if file else f", topics {settings.bus.prefix}* at {address}"[:1000]
    # What a fold that is told has in memory is none of what one that finds out for itself has.
    layout = f"{_layout(settings)}, told" if role == "fold" else _layout(settings)
    told = f"{sketch.minhash}/{sketch.version} seed {sketch.seed} permutations {sketch.permutations}"
    return SnapshotFolder(
        folder=_folder(address, settings),
        scheme=f"newsfold {version('newsfold')}, {told} {sketch.shingle} {sketch.width} {sketch.hash}{log}",
        layout=f"code and settings {layout}",
    )


def _layout(settings: Settings) -> str:
    """Of all that decides what the arrays of an image mean: whatever changes there, none is misread."""
    digest = hashlib.sha256(msgspec.json.encode(settings.dedup))
    for package in (dedup, kernels, stream):
        (folder,) = package.__path__
        for module in sorted(Path(folder).rglob("*.py")):
            digest.update(module.read_bytes())
    return digest.hexdigest()[:16]


def store_opener(address: Address, settings: Settings) -> OpenStore:
    """Where what dedup remembers lies: beside its snapshots, or in memory where the log is."""
    return HeapStore if address.kind == "memory" else partial(Spool, _folder(address, settings))


def _folder(address: Address, settings: Settings) -> Path:
    if settings.bus.state_dir:
        return Path(settings.bus.state_dir)
    file = address.file()
    return Path("var/state") if file is None else file.with_name(f"{file.name}-state")


async def drawn(totals: Collection[ServiceTotals]) -> None:
    """A bar while states are restored, where stderr is a terminal. Until cancelled."""
    while sys.stderr.isatty():
        await asyncio.sleep(DRAW_S)
        if _restoring(totals):
            with progress.shown("restoring state") as bar:
                while parts := _restoring(totals):
                    bar.at(sum(at for at, _ in parts), sum(end for _, end in parts))
                    await asyncio.sleep(DRAW_S)


def _restoring(totals: Collection[ServiceTotals]) -> list[tuple[int, int]]:
    return [part for one in totals for part in one.restoring.values()]
