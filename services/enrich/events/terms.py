"""The words of a report as terms that can be counted and compared across wordings and inflections."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

STEM = 6
"""Letters of a word that are compared: what follows is mostly inflection or the tail of a compound."""
LEAD = 100
"""Words of a text that tell what it is about; the rest is detail and background."""
LONGEST = 400
"""Words of a text that are read at all: behind them stands background."""
_CHARACTERS = 8 * LONGEST
_WORDS_AT_HAND, _USES_AT_HAND = 1 << 16, 1 << 12
_WORD = re.compile(r"([^\W_]+)")
_WITHIN = frozenset((" ", "-", ", ", " (", "/", "\u00a0"))
"""What stands between two words of one sentence."""
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]"
)
"""Scripts that put no blank between words, or put their particles onto them: read as pairs of signs."""


class Use(NamedTuple):
    """How a text uses a term."""

    title: int
    lead: int
    rest: int
    name: bool
    """It stands with a capital where no sentence begins, as names do (and all nouns in German)."""
    length: int
    number: bool


def uses(title: str, text: str) -> dict[str, Use]:
    """Terms of a report, in order of first use."""
    pieces = _WORD.split(text[:_CHARACTERS])  # what stands before a word, and the word, in turn
    body = pieces[1 : 2 * LONGEST : 2]
    names = {
        word
        for between, word in zip(pieces[: 2 * LONGEST : 2], body, strict=False)
        if between in _WITHIN and word[0].isupper()
    }
    head = _words(_WORD.findall(title))
    words = _words(body)
    names.update(word for word in head if word[0].isupper())
    found: dict[str, list[Any]] = {}
    for part, counts in enumerate((Counter(head), Counter(words[:LEAD]), Counter(words[LEAD:]))):
        for word, count in counts.items():
            term, length, number = _term(word)
            use = found.get(term)
            if use is None:
                use = found[term] = [0, 0, 0, False, length, number]
            use[part] += count
            use[3] = use[3] or word in names
    return {term: _use(*use) for term, use in found.items()}


@lru_cache(maxsize=_WORDS_AT_HAND)
def _term(word: str) -> tuple[str, int, bool]:
    """What a word counts as, its letters, and whether it is a number."""
    folded = word.casefold()
    number = folded[0].isdigit()
    return folded if number else folded[:STEM], len(folded), number


_use = lru_cache(maxsize=_USES_AT_HAND)(Use)
"""Most terms of most texts are used in one of few ways."""


def _words(words: list[str]) -> list[str]:
    if not _UNSPACED.search(" ".join(words)):
        return words
    return [part for word in words for part in _signs(word)]


def _signs(word: str) -> Iterator[str]:
    if len(word) == 1 or not _UNSPACED.search(word):
        yield word
    else:
        yield from (word[place : place + 2] for place in range(len(word) - 1))
