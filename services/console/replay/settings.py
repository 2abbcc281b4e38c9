"""How the run loops of a replay are bounded."""

from services.stream.breaker import Limits
from services.stream.settings import RunSettings

RUN = RunSettings(
    batch_records=256,
    feeder_items=256,
    fetch_records=2048,
    dead_limits=Limits(consecutive=1 << 62, ratio=1.0),  # a person waits for the summary and reads it there
)
