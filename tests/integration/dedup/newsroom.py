"""The articles of the bundled recordings as ingest would publish them."""

from datetime import datetime
from pathlib import Path

import msgspec

from services.contracts import ids
from services.contracts.articles import Article
from tests.recordings.sources import read_newsroom

RECORDINGS = Path(__file__).parents[2] / "recordings"


class Row(msgspec.Struct):
    url: str
    source: str
    feed: str
    title: str
    text: str
    fetched_at: datetime
    language: str


def five(name: str = "five") -> list[Article]:
    """The five articles of a set: `five` or `recall`."""
    lines = (RECORDINGS / name / f"{name}.jsonl").read_bytes().splitlines()
    return [article(row) for row in map(msgspec.json.Decoder(Row).decode, lines)]


def article(row: Row) -> Article:
    identity = ids.article_id(row.url)
    return Article(
        article_id=identity,
        version_id=ids.version_id(identity, row.title, row.text),
        url=row.url,
        source=row.source,
        feed=row.feed,
        title=row.title,
        text=row.text,
        language=row.language,
        first_seen_at=row.fetched_at,
    )


def demo() -> list[Article]:
    """Every version of every article of the demo that has a page or stands in a feed with its text."""
    made = [
        article(
            Row(
                url=piece.url,
                source=piece.source.outlet,
                feed=piece.feeds[0],
                title=version.title,
                text="\n".join(version.paragraphs),
                fetched_at=version.since,
                language=piece.outlet.language,
            )
        )
        for piece in read_newsroom().pieces
        if piece.source.page != "gone"
        for version in piece.versions
    ]
    return sorted(made, key=lambda one: (one.first_seen_at, one.article_id))
