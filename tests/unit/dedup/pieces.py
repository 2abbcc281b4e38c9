"""Invented articles for the tests of folding: prose that repeats nothing, and what dedup makes of it."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from services.contracts import ids
from services.contracts.articles import Article
from services.contracts.relations import Relation
from services.dedup.relations.relate import Unrelated, relate
from services.dedup.search.profile import Profile, profile, read
from services.dedup.settings import DedupSettings

SETTINGS = DedupSettings()
START = datetime(2025, 3, 10, 6, tzinfo=UTC)
_SYLLABLES = (
    "ba",
    "dor",
    "ek",
    "fi",
    "gul",
    "hen",
    "ki",
    "lam",
    "mor",
    "nis",
    "pol",
    "ra",
    "sto",
    "tev",
    "ul",
    "wen",
)


def words(seed: object, count: int) -> list[str]:
    """Words of no language; two seeds share hardly a word and no run of three."""
    draw = random.Random(str(seed))
    return ["".join(draw.choices(_SYLLABLES, k=draw.randint(2, 4))) for _ in range(count)]


def prose(seed: object, count: int) -> str:
    """`count` words in sentences of twelve and paragraphs of four sentences."""
    run = words(seed, count)
    sentences = [" ".join(run[i : i + 12]).capitalize() + "." for i in range(0, count, 12)]
    return "\n\n".join(" ".join(sentences[i : i + 4]) for i in range(0, len(sentences), 4))


def article(text: str, path: str = "/a", **fields: Any) -> Article:
    """`source` names the host; `hours` after the start is when it was first seen."""
    source = fields.pop("source", "talbote")
    url = f"https://www.{source}.example{path}"
    identity = ids.article_id(url)
    title = fields.pop("title", "")
    seen = fields.pop("at", START) + timedelta(hours=fields.pop("hours", 0))
    return Article(
        article_id=identity,
        version_id=ids.version_id(identity, title, text),
        url=url,
        source=source,
        feed=f"https://www.{source}.example/feed",
        title=title,
        text=text,
        language=fields.pop("language", "de"),
        first_seen_at=seen,
        **fields,
    )


def profiled(piece: Article, *, days: int | Sequence[int] = 0) -> Profile:
    """`days`: on how many earlier days its shingles were seen, all alike or one by one."""
    reading = read(piece.text)
    counts = np.full(reading.unique.shape, days, np.uint8)
    return profile(piece, reading, counts)


def related(newer: Article, older: Article, settings: DedupSettings = SETTINGS) -> Relation | Unrelated:
    """What two articles are to each other where none of their text was ever seen before."""
    return relate(profiled(newer), profiled(older), settings)
