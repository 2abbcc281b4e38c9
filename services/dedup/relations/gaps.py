"""What stands in the same place of two texts and differs: the words between neighbouring equal runs."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

from services.dedup import kernels
from services.dedup.relations.passages import Run, rows_of
from services.dedup.search.profile import Profile
from services.dedup.text.codes import codes
from services.dedup.text.screens import digits
from services.dedup.text.words import Spans, folded, spans, stretch

MOST_WORDS = 12
_LONGEST_WORDS, _LONGEST_SIGNS = 60, 150
_DENSE = 0.4
_DIGIT = re.compile(r"\d")
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

    place: Place
    text: str
    """As it is written, a little beyond the last word."""
    other_text: str
    newer: Profile
    older: Profile

    @property
    def words(self) -> list[str]:
        """Folded."""
        begin, end, _, _ = self.place
        return stretch(folded(self.newer.article.text), begin, end).split(" ")

    @property
    def others(self) -> list[str]:
        _, _, begin, end = self.place
        return stretch(folded(self.older.article.text), begin, end).split(" ")

    def swaps(self) -> Iterator[Swap]:
        """What differs within it."""
        words, others = self.words, self.others
        matcher = SequenceMatcher(None, words, others, autojunk=False)
        for tag, a, b, c, d in matcher.get_opcodes():
            if tag == "replace":
                ours, theirs = tuple(words[a:b]), tuple(others[c:d])
                names = _has_name(self.text, ours) and _has_name(self.other_text, theirs)
                yield Swap(ours, theirs, names)


class Reach(NamedTuple):
    """How much of a pair its runs and the gaps between them can hold."""

    newer: int
    older: int
    """Words, at most."""
    gaps: int
    """At most."""
    exact: bool
    """No place is a row that equal words between swaps may cut into gaps."""
    figured: int
    """Gaps that hold figures on both sides, at most."""


def reach(newer: Profile, older: Profile, found: Sequence[Run]) -> Reach:
    """Told from the runs, and where figures stand."""
    longest = _longest(newer)
    text, other = newer.article.text, older.article.text
    mine, theirs = spans(text), spans(other)
    compiled = kernels.module("gaps")
    if compiled is not None:
        rows = rows_of(found)
        ours, others, most, exact, figured = compiled.measure(
            rows, mine, theirs, codes(text), codes(other), digits(), longest, MOST_WORDS
        )
        return Reach(ours, others, most, bool(exact), figured)
    ours = others = sum(run.length for run in found)
    most, exact, figured = 0, True, 0
    for place in _between(found):
        if _is_short(place, longest):
            begin, end, there, other_end = place
            ours += end - begin
            others += other_end - there
            short = _is_short(place, MOST_WORDS)
            exact = exact and short
            count = 1 if short else end - begin
            most += count
            if _has_digit(text, mine, begin, end) and _has_digit(other, theirs, there, other_end):
                figured += count
    return Reach(ours, others, most, exact, figured)


def _has_digit(text: str, places: Spans, begin: int, end: int) -> bool:
    """Whether one stands between the first and the last of some words."""
    return _DIGIT.search(text, places.item(begin, 0), places.item(end - 1, 1)) is not None


def gaps(newer: Profile, older: Profile, found: Sequence[Run], *, most: int = MOST_WORDS) -> list[Gap]:
    """The short ones, in order; also what stands before the first run, if it is short on both sides."""
    places = [place for place in _between(found) if _is_short(place, most)]
    if not places:
        return []
    text, other = newer.article.text, older.article.text
    mine, theirs = spans(text), spans(other)
    return [
        Gap(place, _slice(text, mine, *place[:2]), _slice(other, theirs, *place[2:]), newer, older)
        for place in places
    ]


def dense_runs(newer: Profile, older: Profile, found: Sequence[Run]) -> list[Run]:
    """The runs, and between them the equal words of rows of swaps that are too dense for runs."""
    longest = _longest(newer)
    places = [
        place for place in _between(found) if _is_short(place, longest) and not _is_short(place, MOST_WORDS)
    ]
    if not places:
        return list(found)
    words, others = folded(newer.article.text), folded(older.article.text)
    made = list(found)
    for a, b, c, d in places:
        ours, theirs = stretch(words, a, b).split(" "), stretch(others, c, d).split(" ")
        if not _may_be_dense(ours, theirs):
            continue
        matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
        if matcher.ratio() >= _DENSE:
            made += [Run(a + i, c + j, length) for i, j, length in matcher.get_matching_blocks() if length]
    return sorted(made)


def _may_be_dense(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """A bound that costs less than the ratio."""
    known = set(theirs)
    return 2 * sum(map(known.__contains__, ours)) / (len(ours) + len(theirs)) >= _DENSE


def _longest(newer: Profile) -> int:
    return _LONGEST_SIGNS if newer.unspaced else _LONGEST_WORDS


def _is_short(place: Place, most: int) -> bool:
    begin, end, there, other_end = place
    return 0 < end - begin <= most and 0 < other_end - there <= most


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
