"""A text cut where passages begin and end, so that they can be lit. Pure.

Offsets are code points of the whole text; stretches join to what was given, whatever the passages are.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

_BREAK = re.compile(r"\n+")


class Span(NamedTuple):
    """Where passage `number`, from 1 on, lies in one of the two texts; end exclusive."""

    start: int
    end: int
    number: int


class Stretch(NamedTuple):
    """Text that lies in the same passages from its first sign to its last."""

    start: int
    text: str
    inside: tuple[int, ...] = ()
    """Numbers of the passages it lies in, in order; passages may overlap."""
    opens: tuple[int, ...] = ()
    """Which of them begin here."""


def stretches(text: str, spans: Iterable[Span], *, start: int = 0) -> Iterator[Stretch]:
    """Of a part of a text that begins at `start`. Spans outside of it are cut or left out."""
    end = start + len(text)
    inside = [Span(max(start, a), min(end, b), n) for a, b, n in spans if max(start, a) < min(end, b)]
    inside.sort(key=lambda span: (span.start, span.number))
    bounds = sorted({start, end, *(b for span in inside for b in span[:2])})
    live: list[Span] = []
    coming = iter(inside)
    following = next(coming, None)
    for a, b in pairwise(bounds):
        live = [span for span in live if span.end > a]
        opens = []
        while following is not None and following.start == a:
            live.append(following)
            opens.append(following.number)
            following = next(coming, None)
        numbers = tuple(sorted({span.number for span in live}))
        yield Stretch(a, text[a - start : b - start], numbers, tuple(opens))


def paragraphs(parts: Iterable[Stretch]) -> Iterator[tuple[Stretch, ...]]:
    """Stretches as they stand in paragraphs. Line breaks stay at the end of the paragraph they close."""
    paragraph: list[Stretch] = []
    for part in parts:
        at = 0
        for match in _BREAK.finditer(part.text):
            paragraph.append(_cut(part, at, match.end()))
            at = match.end()
            yield tuple(paragraph)
            paragraph = []
        if at < len(part.text):
            paragraph.append(_cut(part, at, len(part.text)))
    if paragraph:
        yield tuple(paragraph)


def _cut(part: Stretch, start: int, end: int) -> Stretch:
    return Stretch(part.start + start, part.text[start:end], part.inside, part.opens if start == 0 else ())


def share(spans: Sequence[Span], length: int) -> float:
    """Of a text of `length`, how much lies in passages, 0 to 1."""
    covered, reach = 0, 0
    for span in sorted(spans):
        covered += max(0, span.end - max(span.start, reach))
        reach = max(reach, span.end)
    return min(1.0, covered / length) if length else 0.0
