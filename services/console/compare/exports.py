"""The files of two exports, sorted by what they speak of, on disk where they are large."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import msgspec

from services.console.export.sorted_lines import SortedLines
from services.ops.exits import Exit, Stop

NEEDED = ("articles.jsonl", "relations.jsonl", "screened.jsonl", "stories.jsonl")
Row = dict[str, Any]
_ROW = msgspec.json.Decoder(Row)
_ENCODER = msgspec.json.Encoder()
_ARTICLE = ("url", "version_id", "title", "source", "first_seen_at")
_SEPARATOR = "\x01"


class Export:
    """One directory of `--out`. Use as a context manager; raises `Stop` (usage) where it is none."""

    def __init__(self, out: Path, scratch: Path) -> None:
        for name in NEEDED:
            if not (out / name).is_file():
                raise Stop(Exit.USAGE, f"{out}: no {name} in it; name the --out directory of a replay")
        self._out = out
        self._opened = ExitStack()
        self.articles = self._sorted(scratch)
        """By address, without their texts."""
        self.screened = self._sorted(scratch)
        """Articles kept out of matching, by address."""
        self.pairs = self._sorted(scratch)
        """Relations and refused pairs, by the two addresses in either order."""
        self.stories = self._sorted(scratch)
        """By id."""
        self.members = self._sorted(scratch)
        """Of stories, by address."""
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
        self._each("relations.jsonl", self._pair)
        self._each("stories.jsonl", self._story)
        if (self._out / "dead-letters.jsonl").is_file():
            self._each("dead-letters.jsonl", self._dead_letter)

    def _each(self, name: str, take: Callable[[Row, bytes], None]) -> None:
        path = self._out / name
        try:
            with path.open("rb") as file:
                for number, line in enumerate(file, 1):
                    self._take(take, line.rstrip(b"\n"), f"{path} line {number}")
        except OSError as error:
            raise Stop(Exit.USAGE, f"{path}: cannot be read: {error.strerror or error}") from None

    def _take(self, take: Callable[[Row, bytes], None], line: bytes, place: str) -> None:
        try:
            take(_ROW.decode(line), line)
        except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
            raise Stop(Exit.USAGE, f"{place}: no line of an export: {error}") from None

    def _article(self, row: Row, _: bytes) -> None:
        self.articles.add(_key(row["url"]), _ENCODER.encode({name: row[name] for name in _ARTICLE}))

    def _screened(self, row: Row, line: bytes) -> None:
        if row.get("other_url"):
            self._pair(row, line)
        else:
            self.screened.add(_key(row["url"]), line)

    def _pair(self, row: Row, line: bytes) -> None:
        self.pairs.add(_key(*sorted((row["url"], row["other_url"]))), line)

    def _story(self, row: Row, line: bytes) -> None:
        self.stories.add(_key(row["story_id"]), line)
        for member in row["members"]:
            self.members.add(_key(member["url"]), _ENCODER.encode(member))

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
