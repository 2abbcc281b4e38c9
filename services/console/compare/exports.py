"""The files of two exports, sorted by what they speak of, on disk where they are large."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from typing import Any, Self

import msgspec

from services.console.compare.fields import DIGESTED
from services.console.export.reading import read_lines, refuse_incomplete
from services.console.export.sorted_lines import SortedLines
from services.contracts.relations import Relation

Row = dict[str, Any]
_ROW = msgspec.json.Decoder(Row)
_ENCODER = msgspec.json.Encoder()
OPTIONAL = ("events.jsonl", "withdrawals.jsonl", "dead-letters.jsonl")
"""Files that an old export may lack."""
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "articles.jsonl": ("url", "version_id", "title", "source", "first_seen_at"),
    "screened.jsonl": ("url", "reason", "detail", "first_seen_at"),
    "relations.jsonl": ("url", "first_seen_at"),
    "stories.jsonl": ("story_id", "headline", "lead_url", "articles", "members", "first_seen_at"),
    "events.jsonl": ("event_id", "articles", "first_seen_at"),
    "withdrawals.jsonl": ("article_id", "url", "at"),
}
_SEPARATOR = "\x01"


class Export:
    """One directory of `--out`. Use as a context manager; raises `Stop` (usage) where it is none."""

    def __init__(self, out: Path, scratch: Path) -> None:
        refuse_incomplete(out)
        self._out = out
        self._opened = ExitStack()
        self.articles = self._sorted(scratch)
        """By address, of their texts a digest."""
        self.screened = self._sorted(scratch)
        """Articles kept out of matching, by address."""
        self.pairs = self._sorted(scratch)
        """Relations and refused pairs, by the two addresses in either order."""
        self.stories = self._sorted(scratch)
        """By id."""
        self.members = self._sorted(scratch)
        """Of stories, by address."""
        self.events = self._sorted(scratch)
        """By id."""
        self.withdrawals = self._sorted(scratch)
        """By article id."""
        self.counting: set[str] = set()
        """Addresses of articles of which a relation counts others beside it."""
        self.fields: defaultdict[str, set[str]] = defaultdict(set)
        """Names that the rows of a file have, and the `members` of stories."""
        self.dead: Counter[str] = Counter()
        """By service and reason."""

    def _sorted(self, scratch: Path) -> SortedLines:
        return self._opened.enter_context(SortedLines(scratch))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def read(self) -> None:
        """All files once. Raises `Stop` (usage) with file and line where one is no line of an export."""
        self._each("articles.jsonl", self._article)
        self._each("screened.jsonl", self._screened)
        self._each("relations.jsonl", self._relation)
        self._each("stories.jsonl", self._story)
        for name, take in zip(OPTIONAL, (self._event, self._withdrawal, self._dead_letter), strict=True):
            if name not in self.without:
                self._each(name, take)

    @property
    def without(self) -> frozenset[str]:
        """Files that are not there."""
        return frozenset(name for name in OPTIONAL if not (self._out / name).is_file())

    def _each(self, name: str, take: Callable[[Row, bytes], None]) -> None:
        fields, needed = self.fields[name], itemgetter(*_REQUIRED.get(name, ("service", "reason")))

        def kept(line: bytes) -> None:
            row: Row = _ROW.decode(line)
            fields.update(row)
            needed(row)  # a KeyError names what is missing
            take(row, line)

        for _ in read_lines(self._out / name, kept):
            pass

    def _article(self, row: Row, _: bytes) -> None:
        for field in DIGESTED & row.keys():
            row[field] = sha256(str(row[field]).encode("utf-8", "replace")).hexdigest()
        self.articles.add(_key(row["url"]), _ENCODER.encode(row))

    def _screened(self, row: Row, line: bytes) -> None:
        if row.get("other_url"):
            self._pair(row, line)
        else:
            self.screened.add(_key(row["url"]), line)

    def _relation(self, row: Row, line: bytes) -> None:
        if msgspec.convert(row, Relation).others:
            self.counting.add(row["url"])
        self._pair(row, line)

    def _pair(self, row: Row, line: bytes) -> None:
        self.pairs.add(_key(*sorted((row["url"], row["other_url"]))), line)

    def _story(self, row: Row, line: bytes) -> None:
        self.stories.add(_key(row["story_id"]), line)
        for member in row["members"]:
            self.fields["members"].update(member)
            self.members.add(_key(member["url"]), _ENCODER.encode(member))

    def _event(self, row: Row, line: bytes) -> None:
        self.events.add(_key(row["event_id"]), line)

    def _withdrawal(self, row: Row, line: bytes) -> None:
        self.withdrawals.add(_key(row["article_id"]), line)

    def _dead_letter(self, row: Row, _: bytes) -> None:
        self.dead[f"{row['service']}: {row['reason']}"] += 1

    def titles(self, urls: set[str]) -> Iterator[tuple[str, Row]]:
        """What is known of the articles at these addresses."""
        for _, line in self.articles.pairs():
            row = row_of(line)
            if row["url"] in urls:
                yield row["url"], row


def row_of(line: bytes) -> Row:
    return _ROW.decode(line)


def _key(*parts: str) -> bytes:
    """Addresses and ids hold neither line feeds nor NUL bytes; what somebody edited may."""
    return _SEPARATOR.join(parts).replace("\n", " ").replace("\0", " ").encode("utf-8", "replace")
