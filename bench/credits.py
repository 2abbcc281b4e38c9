"""`python -m bench.credits`: credits that a person read, beside those that Newsfold reads.

Two hand checks, in `tests/fixtures/credits`: 200 pieces of German press copy, drawn by hash and written
down by URL (140 that name an agency somewhere, 60 that name none), and 60 invented pieces in other
scripts. Read were each piece's head, foot and all that stands around a name.
"""

import gzip
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench.press import Missing, press_data
from services.ingest.credits.attribution import credits_of

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "credits"


class Piece(NamedTuple):
    title: str
    text: str
    source: str
    agencies: frozenset[str]
    """Slugs a person read in it."""


class Score(NamedTuple):
    pieces: int
    right: int
    strange: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.strange)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    def line(self, name: str) -> str:
        return f"{name}: {self.pieces} pieces, precision {self.precision:.3f}, recall {self.recall:.3f}"


class _Line(msgspec.Struct):
    url: str
    title: str
    text: str
    source: str


def score(pieces: Iterable[Piece]) -> Score:
    """Counted by agency named, not by piece."""
    count = right = strange = missed = 0
    for piece in pieces:
        read = set(credits_of(piece.title, piece.text, piece.source).agencies)
        count += 1
        right += len(read & piece.agencies)
        strange += len(read - piece.agencies)
        missed += len(piece.agencies - read)
    return Score(count, right, strange, missed)


def of_scripts() -> Iterator[Piece]:
    for _, agencies, text in _rows("scripts.tsv"):
        yield Piece("", text.replace("\\n", "\n"), "", _slugs(agencies))


def of_press(archive: Path) -> Iterator[Piece]:
    """Pieces of the archive that were read; `archive` has a JSON object a line, gzipped."""
    wanted = {url: _slugs(agencies) for url, agencies in _rows("press.tsv")}
    with gzip.open(archive, "rb") as lines:
        for line in lines:
            read = msgspec.json.decode(line, type=_Line)
            agencies = wanted.pop(read.url, None)
            if agencies is not None:
                yield Piece(read.title, read.text, read.source, agencies)


def _rows(name: str) -> list[list[str]]:
    lines = (FOLDER / name).read_text("utf-8").splitlines()[1:]
    return [line.split("\t") for line in lines]


def _slugs(agencies: str) -> frozenset[str]:
    return frozenset(filter(None, agencies.split(",")))


def main() -> None:
    print(score(of_scripts()).line("other scripts"))
    try:
        archive = press_data() / "de-press" / "articles.jsonl.gz"
    except Missing as why:
        sys.exit(str(why))
    print(score(of_press(archive)).line("German press"))


if __name__ == "__main__":
    main()
