"""Two texts told apart word by word. Pure.

What is equal and what went joins to the older text, what is equal and what came to the newer one.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile
from typing import Literal, NamedTuple

from rapidfuzz.distance import Indel

from services.desk.text.boundaries import Change, slide

Way = Literal["same", "gone", "come", "moved-away", "moved-here"]

_TOKEN = re.compile(r"\n+|[^\S\n]+|\w+|[^\w\s]")
_WORD = re.compile(r"\w+")
_LINE = re.compile(r"[^\n]*\n+|[^\n]+")
MOST_WORDS = 6_000
"""Words and marks up to which two texts are compared by them; longer ones by lines first."""
_ISLAND = 3
"""So few equal words or marks between two changes are no rest for the eye: they join them."""
_MOVED = 5
"""From so many words on, what went here and came there has moved."""


class Part(NamedTuple):
    way: Way
    text: str


def difference(older: str, newer: str) -> tuple[Part, ...]:
    return tuple(_merge(_moved(tuple(_merge(_islands(tuple(_compare(older, newer))))))))


def tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _compare(older: str, newer: str) -> Iterator[Part]:
    old, new = tokens(older), tokens(newer)
    if max(len(old), len(new)) <= MOST_WORDS:
        yield from _laid_out(old, new)
        return
    for gone, come, same in _opcodes(_LINE.findall(older), _LINE.findall(newer)):
        if same:
            yield Part("same", "".join(gone))
            continue
        before, after = tokens("".join(gone)), tokens("".join(come))
        if max(len(before), len(after)) <= MOST_WORDS:
            yield from _laid_out(before, after)
        else:
            yield from _between_ends(before, after)


def _between_ends(old: Sequence[str], new: Sequence[str]) -> Iterator[Part]:
    """Of one long line, what stayed at its ends stays: a ticker grows at one of them."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    gone, come = old[head : len(old) - tail], new[head : len(new) - tail]
    if head:
        yield Part("same", "".join(old[:head]))
    if max(len(gone), len(come)) <= MOST_WORDS:
        yield from _laid_out(gone, come)
    else:
        yield from _replaced("".join(gone), "".join(come))
    if tail:
        yield Part("same", "".join(old[-tail:]))


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How much both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _laid_out(old: Sequence[str], new: Sequence[str]) -> Iterator[Part]:
    for gone, come, same in slide(list(_opcodes(old, new))):
        if same:
            yield Part("same", "".join(gone))
        else:
            yield from _replaced("".join(gone), "".join(come))


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    if max(len(old), len(new)) > 2 * MOST_WORDS:
        yield Change(old, new, old == new)
        return
    i = j = 0
    for block in Indel.opcodes(old, new).as_matching_blocks():
        if block.a > i or block.b > j:
            yield Change(old[i : block.a], new[j : block.b], same=False)
        i, j = block.a + block.size, block.b + block.size
        if block.size:
            yield Change(old[block.a : i], new[block.b : j], same=True)


def _replaced(gone: str, come: str) -> Iterator[Part]:
    if gone:
        yield Part("gone", gone)
    if come:
        yield Part("come", come)


def _islands(parts: Sequence[Part]) -> Iterator[Part]:
    """A word or two that stayed between two changes go and come with them."""
    for number, part in enumerate(parts):
        small = part.way == "same" and "\n" not in part.text and len(tokens(part.text)) <= _ISLAND
        if small and 0 < number < len(parts) - 1 and _heavy(parts, number):
            yield Part("gone", part.text)
            yield Part("come", part.text)
        else:
            yield part


def _heavy(parts: Sequence[Part], number: int) -> bool:
    """Both neighbours change more than one word, or nothing but a blank is between."""
    before, after = _around(parts, number)
    return parts[number].text.isspace() or min(before, after) > 1


def _around(parts: Sequence[Part], number: int) -> tuple[int, int]:
    sides = []
    for step in (-1, 1):
        at, words = number + step, 0
        while 0 <= at < len(parts) and parts[at].way != "same":
            words = max(words, len(parts[at].text.split()))
            at += step
        sides.append(words)
    return sides[0], sides[1]


def _moved(parts: Sequence[Part]) -> Iterator[Part]:
    went = Counter(_words(part.text) for part in parts if part.way == "gone")
    came = Counter(_words(part.text) for part in parts if part.way == "come")
    for part in parts:
        words = _words(part.text)
        if part.way == "same" or len(words.split()) < _MOVED or not (went[words] and came[words]):
            yield part
        else:
            yield Part("moved-away" if part.way == "gone" else "moved-here", part.text)


def _words(text: str) -> str:
    """Marks aside: a sentence that moved may have left its full stop behind."""
    return " ".join(_WORD.findall(text))


def _merge(parts: Iterator[Part] | Sequence[Part]) -> Iterator[Part]:
    """Neighbours of one way as one; within a change what went stands before what came."""
    for same, group in groupby(parts, key=lambda part: part.way == "same"):
        changes = list(group)
        if same:
            yield Part("same", "".join(part.text for part in changes))
            continue
        for ways in (("gone", "moved-away"), ("come", "moved-here")):
            side = [part for part in changes if part.way in ways]
            for way, run in groupby(side, key=lambda part: part.way):
                yield Part(way, "".join(part.text for part in run))
