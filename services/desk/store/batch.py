"""One transaction on the read model, and what is counted in it until it ends."""

import sqlite3
from collections import Counter

from services.desk.store.cache import Cache
from services.desk.views.frame import Texts
from services.stream.bus import Record

OUTLET = ("articles", "first", "copied", "rewrote", "updated", "corrected", "withdrawn", "stories", "alone")


class Batch:
    """Counts go to the tables once, when it ends: a batch is some thousand records."""

    def __init__(self, db: sqlite3.Connection, texts: Texts, cache: Cache) -> None:
        self.db = db.cursor()
        """One for all statements: none is asked while the answer of another is still being read."""
        self.texts = texts
        self.cache = cache
        self.tally: Counter[str] = Counter()
        self.skips: Counter[tuple[str, str]] = Counter()
        self._skipped: dict[tuple[str, str], Record] = {}
        self.outlets: dict[str, Counter[str]] = {}
        self.delays: Counter[tuple[str, int]] = Counter()
        self.takings: Counter[tuple[str, str]] = Counter()
        self.has_withdrawals = bool(self.db.execute("select 1 from withdrawal limit 1").fetchone())
        self.has_early = bool(self.db.execute("select 1 from early limit 1").fetchone())
        """Verdicts that were read before their articles."""
        self.stories: dict[str, None] = {}
        """Ids of stories that changed, in order."""
        self.contents: list[tuple[int, bytes]] = []
        self.hits: list[tuple[int, str]] = []
        self.cards: list[tuple[int, bytes]] = []

    def skip(self, record: Record, reason: str) -> None:
        """Count a record that the pages have no use for."""
        key = (record.partition.topic, reason)
        self.skips[key] += 1
        self._skipped[key] = record

    def outlet(self, name: str) -> Counter[str]:
        return self.outlets.setdefault(name, Counter())

    def flush_bodies(self) -> None:
        """What nothing is asked of while records are taken: it goes to its tables at once."""
        self.db.executemany("insert into content values (?, ?)", self.contents)
        self.db.executemany("insert into hit (rowid, words) values (?, ?)", self.hits)
        self.db.executemany("insert into card values (?, ?)", self.cards)
        for rows in (self.contents, self.hits, self.cards):
            rows.clear()

    def flush(self) -> None:
        self.flush_bodies()
        self.db.executemany(
            "insert into tally values (?, ?) on conflict do update set count = count + excluded.count",
            self.tally.items(),
        )
        self._flush_skips()
        self._flush_outlets()
        self._flush_counts("delay", self.delays)
        self._flush_counts("taking", self.takings)

    def _flush_skips(self) -> None:
        self.db.executemany(
            "insert into skip values (?, ?, ?, ?, ?) on conflict do update set "
            "count = count + excluded.count, partition = excluded.partition, offset = excluded.offset",
            [
                (*key, count, self._skipped[key].partition.number, self._skipped[key].offset)
                for key, count in self.skips.items()
            ],
        )

    def _flush_outlets(self) -> None:
        sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in OUTLET)
        marks = ", ".join("?" * (1 + len(OUTLET)))
        self.db.executemany(
            f"insert into outlet values ({marks}) on conflict do update set {sums}",
            [(name, *(count[one] for one in OUTLET)) for name, count in self.outlets.items()],
        )

    def _flush_counts(self, table: str, counts: Counter[tuple[str, int]] | Counter[tuple[str, str]]) -> None:
        self.db.executemany(
            f"insert into {table} values (?, ?, ?) on conflict do update set count = count + excluded.count",
            [(*key, count) for key, count in counts.items() if count],
        )
