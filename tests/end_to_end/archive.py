"""An invented article archive: own pieces, copies, cuts, rewrites, new versions, templates, stubs.

The words are made of syllables, so that no sentence of two pieces is alike by chance. The same size and seed
give the same lines.
"""

import gzip
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

OUTLETS = ("hafenblatt", "talbote", "lindfunk", "coastalledger", "wexmoorpost", "stationseven")
LANGUAGES = ("de", "de", "de", "en", "en", "fr")
START = datetime(2026, 3, 2, 5, tzinfo=UTC)
SPAN = timedelta(days=9)
_SYLLABLES = [first + vowel for first in "bdfghklmnprstvwz" for vowel in ("a", "e", "i", "o", "u", "ei")]

Row = dict[str, str | None]


class _Desk:
    """Writes one piece after the other; earlier ones may be copied."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._chance = random.Random(seed)
        self._words = ["".join(self._chance.choices(_SYLLABLES, k=3)) for _ in range(4_000)]
        self._pieces: list[Row] = []

    def piece(self, number: int, at: datetime) -> Row:
        kinds = ("own", "own", "own", "copy", "cut", "rewrite", "version", "table", "stub")
        kind = self._chance.choice(kinds) if len(self._pieces) > 5 else "own"
        outlet = self._chance.choice(OUTLETS)
        row: Row = getattr(self, f"_{kind}")(number, outlet)
        row |= {"fetched_at": at.isoformat().replace("+00:00", "Z")}
        if kind in {"own", "version"}:
            self._pieces = [*self._pieces[-40:], row]
        return row

    def _row(self, number: int, outlet: str, text: str, language: str, title: str = "") -> Row:
        return {
            "url": f"https://www.{outlet}.example/{self._seed}/{number:05d}",
            "source": outlet,
            "feed": f"https://www.{outlet}.example/feed.xml",
            "title": title or self._sentence().rstrip("."),
            "text": text,
            "published_at": None,
            "language": language,
        }

    def _sentence(self) -> str:
        words = self._chance.choices(self._words, k=self._chance.randrange(7, 18))
        return " ".join(words).capitalize() + "."

    def _text(self, sentences: int) -> str:
        return "\n".join(self._sentence() for _ in range(sentences))

    def _own(self, number: int, outlet: str) -> Row:
        language = LANGUAGES[OUTLETS.index(outlet)]
        return self._row(number, outlet, self._text(self._chance.randrange(6, 30)), language)

    def _earlier(self) -> tuple[list[str], str]:
        source = self._chance.choice(self._pieces)
        return str(source["text"]).split("\n"), str(source["language"])

    def _copy(self, number: int, outlet: str) -> Row:
        text, language = self._earlier()
        return self._row(number, outlet, "\n".join(text), language)

    def _cut(self, number: int, outlet: str) -> Row:
        text, language = self._earlier()
        return self._row(number, outlet, "\n".join(text[: len(text) // 2 + 1]), language)

    def _rewrite(self, number: int, outlet: str) -> Row:
        text, language = self._earlier()
        kept = [line for line in text if self._chance.random() < 0.4]
        return self._row(number, outlet, "\n".join([self._text(5), *kept, self._text(4)]), language)

    def _version(self, _number: int, _outlet: str) -> Row:
        source = self._chance.choice(self._pieces)
        return dict(source) | {"text": f"{source['text']}\n{self._text(3)}"}

    def _table(self, number: int, outlet: str) -> Row:
        figures = "\n".join(f"Pegel {place}: {self._chance.randrange(100, 900)} cm" for place in range(20))
        return self._row(number, outlet, f"Die Wasserstände des Tages.\n{figures}", "de", "Pegelstände")

    def _stub(self, number: int, outlet: str) -> Row:
        wall = "Jetzt weiterlesen mit Plus. Sie haben schon ein Abonnement? Hier anmelden. " * 3
        return self._row(number, outlet, f"{self._sentence()}\n{wall}", "de")


def rows(count: int, seed: int = 1) -> Iterator[Row]:
    """In order of time, now and then two at one moment."""
    desk, step = _Desk(seed), SPAN / count
    for number in range(count):
        yield desk.piece(number, START + step * (number - (number % 7 == 0)))


def write_archive(path: Path, count: int, seed: int = 1) -> Path:
    """A `.jsonl` or `.jsonl.gz` file."""
    content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(count, seed)).encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    return path
