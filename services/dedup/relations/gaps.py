"""What stands in the same place of two texts and differs: the words between neighbouring equal runs."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

from services.dedup.relations.passages import Run
from services.dedup.search.profile import Profile
from services.dedup.text.words import Spans, folded, spans, stretch

MOST_WORDS = 12
_LONGEST_WORDS, _LONGEST_SIGNS = 60, 150
_DENSE = 0.4
Place = tuple[int, int, int, int]
"""From word to word of the newer text, and of the older one, ends exclusive."""


class Swap(NamedTuple):
    """Words that stand where the other text has other ones, folded."""

    words: tuple[str, ...]
    others: tuple[str, ...]
    names: bool
    """Both are written with a capital, or in a script that has none."""


class Gap(NamedTuple):
    """Words of the newer text in the place of words of the older one; neither is empty."""

    words: tuple[str, ...]
    others: tuple[str, ...]
    text: str
    """As it is written, a little beyond the last word."""
    other_text: str

    def swaps(self) -> Iterator[Swap]:
        """What differs within it."""
        matcher = SequenceMatcher(None, self.words, self.others, autojunk=False)
        for tag, a, b, c, d in matcher.get_opcodes():
            if tag == "replace":
                ours, theirs = self.words[a:b], self.others[c:d]
                names = _has_name(self.text, ours) and _has_name(self.other_text, theirs)
                yield Swap(ours, theirs, names)


def gaps(newer: Profile, older: Profile, found: Sequence[Run], *, most: int = MOST_WORDS) -> list[Gap]:
    """The short ones, in order; also what stands before the first run, if it is short on both sides."""
    places = [place for place in _between(found) if _is_short(place, most)]
    if not places:
        return []
    text, other = newer.article.text, older.article.text
    words, others = folded(text), folded(other)
    mine, theirs = spans(text), spans(other)
    return [
        Gap(
            tuple(stretch(words, a, b).split(" ")),
            tuple(stretch(others, c, d).split(" ")),
            _slice(text, mine, a, b),
            _slice(other, theirs, c, d),
        )
        for a, b, c, d in places
    ]


def dense_runs(newer: Profile, older: Profile, found: Sequence[Run]) -> list[Run]:
    """The runs, and between them the equal words of rows of swaps that are too dense for runs."""
    longest = _LONGEST_SIGNS if newer.unspaced else _LONGEST_WORDS
    places = [place for place in _between(found) if _is_row(place, longest)]
    if not places:
        return list(found)
    words, others = folded(newer.article.text), folded(older.article.text)
    made = list(found)
    for a, b, c, d in places:
        ours, theirs = stretch(words, a, b).split(" "), stretch(others, c, d).split(" ")
        matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
        if matcher.ratio() >= _DENSE:
            made += [Run(a + i, c + j, length) for i, j, length in matcher.get_matching_blocks() if length]
    return sorted(made)


def _is_short(place: Place, most: int) -> bool:
    begin, end, there, other_end = place
    return 0 < end - begin <= most and 0 < other_end - there <= most


def _is_row(place: Place, longest: int) -> bool:
    begin, end, there, other_end = place
    lengths = end - begin, other_end - there
    return MOST_WORDS < max(lengths) <= longest and min(lengths) > 0


def _between(found: Sequence[Run]) -> Iterator[Place]:
    if found:
        yield 0, found[0].start, 0, found[0].other
    for left, right in pairwise(found):
        yield left.start + left.length, right.start, left.other + left.length, right.other


def _has_name(text: str, words: Sequence[str]) -> bool:
    wanted = set(words)
    return any(word.lower() in wanted and not word.islower() for word in re.findall(r"\w+", text))


def _slice(text: str, places: Spans, begin: int, end: int) -> str:
    """From the first word to the next one behind the last: a sign or a unit may follow a figure."""
    stop = int(places[end, 0]) if end < len(places) else len(text)
    return text[int(places[begin, 0]) : stop]
