"""What dedup remembers, for a plan that is behind it: from dedup's changelog, as if restored from one's own.

Each version is what plan would have of it, had it read it: texts that may be compared are rows. Whoever is
stopped meanwhile begins again, and finds the rows that are given.
"""

from typing import NamedTuple

from msgspec.structs import replace

from services.contracts.sketches import Remembered
from services.dedup.batch.rows import name_of
from services.dedup.foresight import Signing
from services.dedup.search.profile import first_seen_us
from services.dedup.spread.plan.blind import BlindReader
from services.dedup.window import Window

_ROW_BYTES = 8


class Had(NamedTuple):
    """What plan has in its changelog when it begins to take over."""

    rows: dict[int, bytes]
    """By name."""
    versions: set[str]

    def joined(self, window: Window) -> "Had":
        records = [kept.record for kept in window]
        rows = {_name(record): record.seen for record in records if record.seen}
        return Had(self.rows | rows, self.versions | {record.article.version_id for record in records})


NOTHING = Had({}, set())


class Takeover:
    """Versions of dedup as those of plan."""

    def __init__(self, reader: BlindReader, had: Had) -> None:
        self._reader = reader
        self._rows = dict(had.rows)
        self._known = set(had.versions)
        self.lost = set(had.versions)
        """Versions that are in plan's changelog, and not in dedup's."""

    def had(self) -> Had:
        """For whoever begins again."""
        return Had(self._rows, self._known)

    def take(self, record: Remembered) -> Remembered:
        version, name = record.article.version_id, _name(record)
        self.lost.discard(version)
        self._known.add(version)
        seen = self._rows.get(name, b"")
        if record.sketch is not None and not seen:
            row = self._reader.give_row(record.article, _signing(record))
            seen = self._rows[name] = row.number.to_bytes(_ROW_BYTES)
        verdict = replace(record.verdict, relations=(), refused=(), answers={})
        sketch = self._reader.sketch if record.sketch else None
        return replace(record, seen=seen, sketch=sketch, verdict=verdict)


def _name(record: Remembered) -> int:
    return name_of(record.article.version_id, first_seen_us(record.article))


def _signing(record: Remembered) -> Signing:
    """What is asked of one that was decided."""
    return Signing(day=0, counted=record.counted, seen=record.seen, sketch=record.sketch)
