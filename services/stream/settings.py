"""The bounds of a run loop. Times in seconds."""

import msgspec

from services.stream.breaker import Limits
from services.stream.patience import Patience
from services.stream.snapshot import SnapshotFolder


class RunSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Defaults are for a live service; a replay may take larger batches."""

    group: str = ""
    """Consumer group; empty: `newsfold-` and the service's name."""
    fetch_records: int = 1000
    fetch_s: float = 0.25
    """How long a fetch waits for records."""
    batch_records: int = 256
    batch_bytes: int = 8 * 1024 * 1024
    """A batch given to a task in one step; one record may be larger by itself."""
    queue_records: int = 2048
    queue_bytes: int = 32 * 1024 * 1024
    """Fetched and waiting, for each owned number; passed by one fetch at most."""
    feeder_items: int = 256
    feeder_s: float = 0.2
    """How long a feeder may take to bring something while there is nothing else to do."""
    drain_s: float = 10.0
    """From the wish to stop until what still runs is cancelled."""
    patience: Patience = Patience()
    dead_limits: Limits = Limits()
    halt_s: float | None = None
    """After so long, a number that halted starts again from what is committed. None: it ends the runner."""
    snapshots: SnapshotFolder | None = None
    snapshot_every_s: float = 900.0
    standby: bool = False
    """Follow the states of numbers that others own, to go on at once where one comes here."""
