"""Input that could not be used, in the read model: why, where from and how large; not the input itself."""

from services.desk.store.batch import Batch
from services.stream.bus import Record

PREFIX = "dead-letters."
LONGEST = 1000
"""Characters of what is told of one."""


def take(batch: Batch, record: Record) -> None:
    told = {name: value.decode("utf-8", "replace")[:LONGEST] for name, value in record.headers}
    batch.db.execute(
        "insert or replace into dead values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            told.get("dl_service") or record.partition.topic.removeprefix(PREFIX),
            record.partition.number, record.offset,
            told.get("dl_reason", "other"), told.get("dl_detail", ""), told.get("dl_origin", ""),
            record.timestamp_us or None, len(record.value or b""),
        ),
    )  # fmt: skip
