"""Two texts side by side, their passages lit and numbered alike. Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.desk.drawings.ribbons import ribbons
from services.desk.text.stretches import Span, Stretch, paragraphs, share, stretches
from services.desk.views.compare import ComparePage
from services.desk.views.text import ShownText

_MOST = 400
"""Passages that are lit; records keep fewer."""


class Block(NamedTuple):
    """A paragraph, or how much is left out before the next one."""

    stretches: tuple[Stretch, ...] = ()
    gap: int = 0
    """Code points."""


class Side(NamedTuple):
    text: ShownText
    letter: str
    """`a` on the left, `b` on the right: names its passages in addresses."""
    other: str
    blocks: tuple[Block, ...]
    share: float
    """How much of it lies in passages."""


def compare(view: ComparePage) -> dict[str, object]:
    passages = view.passages[:_MOST]
    left = [Span(p.start, p.end, number) for number, p in enumerate(passages, 1)]
    right = [Span(p.other_start, p.other_end, number) for number, p in enumerate(passages, 1)]
    return {
        "sides": (side(view.left, "a", left), side(view.right, "b", right)),
        "ribbons": ribbons(passages, view.left.length, view.right.length),
    }


def side(text: ShownText, letter: str, spans: Sequence[Span]) -> Side:
    other = "b" if letter == "a" else "a"
    return Side(text, letter, other, tuple(blocks(text, spans)), share(spans, text.length))


def blocks(text: ShownText, spans: Sequence[Span]) -> Iterator[Block]:
    """Its paragraphs."""
    at = 0
    for piece in text.pieces:
        if piece.start > at:
            yield Block(gap=piece.start - at)
        for paragraph in paragraphs(stretches(piece.text, spans, start=piece.start)):
            yield Block(paragraph)
        at = piece.start + len(piece.text)
    if text.pieces and at < text.length:
        yield Block(gap=text.length - at)
