"""An archive of invented articles to measure with: `python -m bench.invented ARCHIVE [--articles N]`.

Lengths, copies and days are like those of a news river: 100 to 900 words, every sixth piece a copy of an
agency's with the house's own first sentence, nine days. The words are made of syllables. The same numbers
give the same bytes.
"""

import argparse
import gzip
import json
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

ARTICLES = 5_000
FIRST = datetime(2026, 3, 2, 5, tzinfo=UTC)
SPAN = timedelta(days=9)
VOCABULARY = 40_000
RECENT = 200
"""Pieces that may be copied."""
_SYLLABLES = [
    first + vowel for first in "bdfghklmnprstvwz" for vowel in ("a", "e", "i", "o", "u", "ei", "au")
]


def rows(count: int) -> Iterator[dict[str, str]]:
    """Lines of an article archive, in order of time."""
    chance = random.Random(count)
    words = ["".join(chance.choices(_SYLLABLES, k=chance.randrange(1, 5))) for _ in range(VOCABULARY)]
    # As in any language, few words make up most of a text.
    weights = list(accumulate(1 / (place + 5) for place in range(VOCABULARY)))
    recent: list[str] = []
    for number in range(count):
        text = _prose(chance, words, weights, round(chance.triangular(100, 900, 300)))
        if recent and number % 6 == 5:
            text = f"{_prose(chance, words, weights, 15)}\n{chance.choice(recent)}"
        else:
            recent = [*recent[-RECENT:], text]
        yield _row(number, text, FIRST + SPAN / count * number)


def _prose(chance: random.Random, words: Sequence[str], weights: Sequence[float], length: int) -> str:
    said = chance.choices(words, cum_weights=weights, k=length)
    return " ".join(word.capitalize() + "." if place % 14 == 13 else word for place, word in enumerate(said))


def _row(number: int, text: str, at: datetime) -> dict[str, str]:
    outlet = f"blatt{number % 40}.example"
    return {
        "url": f"https://{outlet}/artikel/{number}",
        "source": outlet,
        "feed": f"https://{outlet}/rss",
        "title": " ".join(text.split()[:8]),
        "text": text,
        "fetched_at": at.isoformat().replace("+00:00", "Z"),
        "language": ("de", "de", "en", "fr")[number % 4],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.invented", description=__doc__)
    parser.add_argument("archive", type=Path, help="FILE.jsonl or FILE.jsonl.gz to be written")
    parser.add_argument("--articles", type=int, default=ARTICLES)
    asked = parser.parse_args(arguments)
    lines = "".join(json.dumps(row) + "\n" for row in rows(asked.articles)).encode()
    asked.archive.parent.mkdir(parents=True, exist_ok=True)
    asked.archive.write_bytes(gzip.compress(lines, mtime=0) if asked.archive.suffix == ".gz" else lines)
    print(
        f"{asked.archive}: {asked.articles:,} articles, {len(lines) / max(1, asked.articles):,.0f} bytes each"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
