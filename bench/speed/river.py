"""Press copy repeated to as many articles as asked: repetitions share no text, but keep who copies whom.

A repetition has words of its own: each word is exchanged for another of the same length and case, by a table
of the repetition, so that frequencies, lengths and copies are what they were. Numbers stay. A few words of
each article are changed besides. As many repetitions as it takes run side by side until the window holds the
live articles that are asked for; when they end, others follow, a quarter later.
"""

import heapq
import random
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from bench import invented
from bench.archive import articles_of, read_articles
from bench.press import Missing, press_data
from bench.speed.row import Asked
from services.contracts import ids
from services.contracts.articles import Article

WINDOW = timedelta(days=30)
MOST_EDITS = 4
_APART = timedelta(seconds=1)
"""Between the repetitions that run side by side."""
_PIECES = re.compile(r"(\w+)")
Numbers = npt.NDArray[np.int32]


class Base(NamedTuple):
    name: str
    articles: Sequence[Article]


class Coded(NamedTuple):
    """A text as numbers of words and what stands between them."""

    words: Numbers
    between: list[str]


def base(asked: Asked) -> Base:
    """The press copy, where there is one; else invented copy, which tells less."""
    if asked.invented:
        return Base("invented", _invented())
    try:
        return Base("press", read_articles(press_data() / "de-press" / "articles.jsonl.gz"))
    except (Missing, FileNotFoundError):
        return Base("invented", _invented())


def _invented() -> list[Article]:
    return articles_of(map(msgspec.json.encode, invented.rows(invented.ARTICLES)), "invented")


class River:
    """The base with its words numbered."""

    def __init__(self, articles: Sequence[Article]) -> None:
        """In order of first sight."""
        self._articles = articles
        self._vocabulary: list[str] = []
        self._number: dict[str, int] = {}
        self._texts = [self._coded(article.text) for article in articles]
        self._titles = [self._coded(article.title) for article in articles]
        self._groups = _groups(self._vocabulary)
        first, last = articles[0].first_seen_at, articles[-1].first_seen_at
        self._span = timedelta(days=(last - first).days + 1)

    def beside(self, live: int) -> int:
        """How many repetitions run side by side to have so many live articles."""
        each = len(self._articles) * (WINDOW / self._span)
        return max(1, round(live / each))

    def articles(self, live: int) -> Iterator[Article]:
        """Without end, in order of first sight."""
        side = self.beside(live)
        quarter = 0
        while True:
            lanes = (self.repetition(quarter * side + lane, quarter, lane) for lane in range(side))
            yield from heapq.merge(*lanes, key=lambda one: (one.first_seen_at, one.article_id))
            quarter += 1

    def repetition(self, number: int, quarter: int = 0, lane: int = 0) -> Iterator[Article]:
        """Repetition 0 is the base itself."""
        later = quarter * self._span + lane * _APART
        table = self._table(number)
        for place, article in enumerate(self._articles):
            if not number:
                yield article
                continue
            chance = random.Random(number << 32 | place)
            url = f"{article.url}{'&' if '?' in article.url else '?'}repetition={number}"
            title = self._spelt(self._titles[place], table)
            text = self._spelt(self._texts[place], table, chance)
            article_id = ids.article_id(url)
            yield msgspec.structs.replace(
                article,
                article_id=article_id,
                version_id=ids.version_id(article_id, title, text),
                url=url,
                title=title,
                text=text,
                first_seen_at=article.first_seen_at + later,
            )

    def _coded(self, text: str) -> Coded:
        pieces = _PIECES.split(text)
        numbers = (self._numbered(word) for word in pieces[1::2])
        return Coded(np.fromiter(numbers, np.int32, len(pieces) // 2), pieces[0::2])

    def _numbered(self, word: str) -> int:
        number = self._number.setdefault(word, len(self._vocabulary))
        if number == len(self._vocabulary):
            self._vocabulary.append(word)
        return number

    def _table(self, number: int) -> Numbers:
        """For each word the one it is exchanged for: words of a group move on by a step of their own."""
        table = np.arange(len(self._vocabulary), dtype=np.int32)
        for place, group in enumerate(self._groups):
            step = random.Random(number << 32 | place).randrange(len(group)) if number else 0
            table[group] = np.roll(group, step)
        return table

    def _spelt(self, coded: Coded, table: Numbers, chance: random.Random | None = None) -> str:
        words = table[coded.words]
        if chance and len(words):
            for _ in range(chance.randrange(MOST_EDITS)):
                words[chance.randrange(len(words))] = chance.randrange(len(table))
        pieces = [""] * (2 * len(words) + 1)
        pieces[0::2] = coded.between
        pieces[1::2] = [self._vocabulary[word] for word in words.tolist()]
        return "".join(pieces)


def _groups(vocabulary: Sequence[str]) -> list[Numbers]:
    """Words that may stand for each other: as long, and with a capital or without. Numbers are in none."""
    groups: dict[tuple[int, bool], list[int]] = {}
    for number, word in enumerate(vocabulary):
        if word.isalpha():
            groups.setdefault((len(word), word[0].isupper()), []).append(number)
    return [np.array(group, np.int32) for group in groups.values()]
