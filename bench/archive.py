"""Article archives as the articles a replay would make of them."""

import gzip
from collections.abc import Iterable
from pathlib import Path

from services.contracts.articles import Article
from services.ingest.articles import from_archive
from services.ingest.readings import BadReading, RecordReading
from services.ingest.recordings.archive_lines import read_line


def read_articles(path: Path) -> list[Article]:
    """In order of first sight. Raises `ValueError` on a line that is no article."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        return articles_of(file, path.name)


def articles_of(lines: Iterable[bytes], name: str) -> list[Article]:
    """The same, of the lines of an archive of that name."""
    found = []
    for number, line in enumerate(lines, start=1):
        match read_line(line, f"{name} line {number}"):
            case BadReading() as bad:
                raise ValueError(f"{bad.origin}: {bad.detail}")
            case RecordReading(record=Article() as article):
                found.append(article)
            case RecordReading():
                continue
            case reading:
                found.append(from_archive(reading))
    return sorted(found, key=lambda article: (article.first_seen_at, article.article_id))
