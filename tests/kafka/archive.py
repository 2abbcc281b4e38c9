"""Recordings long enough to be harmed over."""

import gzip
import heapq
import json
from collections.abc import Iterator
from pathlib import Path

from tests.end_to_end.archive import Row, rows

COPY = 500
"""Articles of one invented vocabulary."""


def archive(path: Path, count: int) -> Path:
    """`count` articles in order of time; each `COPY` of them speak a language of their own."""
    parts: list[Iterator[Row]] = [
        rows(min(COPY, count - start), seed) for seed, start in enumerate(range(0, count, COPY), start=1)
    ]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for row in heapq.merge(*parts, key=lambda row: str(row["fetched_at"])):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path
