"""The words of a report as terms that can be counted and compared across wordings and inflections."""

import re
from collections.abc import Iterator
from typing import NamedTuple

STEM = 6
"""Letters of a word that are compared: what follows is mostly inflection or the tail of a compound."""
LEAD = 100
"""Words of a text that tell what it is about; the rest is detail and background."""
LONGEST = 3_000
"""Words of a text that are read at all."""
_WORD = re.compile(r"([\W_]*)([^\W_]+)")
_SENTENCE_ENDS = frozenset('.!?:;"„“”»«‚‘’…\n¿¡')  # noqa: RUF001
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
    found: dict[str, list[int]] = {}
    for part, words in ((0, _words(title)), (1, _words(text))):
        for place, (begins, word) in enumerate(words):
            if place >= LONGEST:
                break
            folded = word.casefold()
            term = folded if folded[0].isdigit() else folded[:STEM]
            use = found.get(term)
            if use is None:
                use = found[term] = [0, 0, 0, 0, len(folded)]
            use[part if part == 0 or place < LEAD else 2] += 1
            if word[0].isupper() and not (begins and part):
                use[3] += 1
    return {
        term: Use(use[0], use[1], use[2], use[3] > 0, use[4], term[0].isdigit())
        for term, use in found.items()
    }


def _words(text: str) -> Iterator[tuple[bool, str]]:
    """Each with whether a sentence may begin with it."""
    begins = True
    for between, word in _WORD.findall(text):
        begins = begins or not _SENTENCE_ENDS.isdisjoint(between)
        if _UNSPACED.search(word) and len(word) > 1:
            for place in range(len(word) - 1):
                yield begins, word[place : place + 2]
        else:
            yield begins, word
        begins = False
