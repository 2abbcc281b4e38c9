"""Where the words of a query stand in a text as it was written, for the eye. Pure."""

from collections.abc import Iterator

from services.desk.search.words import first_of, places
from services.desk.views.search import Snippet

BEFORE = 60
LENGTH = 220
MOST_READ = 40_000
"""Code points of a text in which a hit is looked for."""


def mark(text: str, terms: frozenset[str]) -> tuple[Snippet, ...]:
    """The whole text in pieces."""
    return tuple(_pieces(text, 0, len(text), terms))


def excerpt(text: str, terms: frozenset[str]) -> tuple[Snippet, ...]:
    """The stretch with the first hit; the beginning where there is none."""
    text = text[:MOST_READ]
    first = first_of(text, terms)
    start = max(0, first - BEFORE)
    if start:
        start = text.find(" ", start, first) + 1 or start
    end = min(len(text), start + LENGTH)
    if end < len(text):
        end = max(text.rfind(" ", start, end), first + 1)
    pieces = list(_pieces(text, start, end, terms))
    head = [Snippet(text="… ")] if start else []
    return (*head, *pieces, *([Snippet(text=" …")] if end < len(text) else []))


def _pieces(text: str, start: int, end: int, terms: frozenset[str]) -> Iterator[Snippet]:
    at = start
    for place in places(text[start:end]):
        if place.folded in terms:
            begin, stop = start + place.start, start + place.end
            if begin > at:
                yield Snippet(text=text[at:begin])
            yield Snippet(text=text[begin:stop], hit=True)
            at = stop
    if at < end:
        yield Snippet(text=text[at:end])
