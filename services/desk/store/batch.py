"""One transaction on the read model, and what is counted in it until it ends."""

import sqlite3
from collections import Counter
from typing import NamedTuple

from services.desk.views.frame import Texts
from services.stream.bus import Record

OUTLET = ("articles", "first", "copied", "rewrote", "updated", "corrected", "withdrawn", "stories", "alone")

MOST_UNDECIDED = 2000
LONGEST_UNDECIDED = 10_000
"""Code points of a text that is held."""


class Words(NamedTuple):
    """Of an article, folded, as the index takes them."""

    title: str
    text: str


class Undecided:
    """Words of articles whose verdict is still to come, so that they need not be folded again; bounded."""

    def __init__(self) -> None:
        self._words: dict[str, tuple[int, Words]] = {}

    def put(self, version_id: str, number: int, words: Words) -> None:
        if len(words.text) > LONGEST_UNDECIDED:
            return
        if len(self._words) >= MOST_UNDECIDED:
            self._words.clear()
        self._words[version_id] = number, words

    def pop(self, version_id: str) -> tuple[int, Words] | None:
        """The article's number and its words; None: it is to be looked up."""
        return self._words.pop(version_id, None)


class Batch:
    """Counts go to the tables once, when it ends: a batch is some thousand records."""

    def __init__(self, db: sqlite3.Connection, texts: Texts, undecided: Undecided) -> None:
        self.db = db.cursor()
        """One for all statements: none is asked while the answer of another is still being read."""
        self.texts = texts
        self.undecided = undecided
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
