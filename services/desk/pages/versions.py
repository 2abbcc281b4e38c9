"""Two versions of an article told apart: what changed named first, then the words. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.contracts.stories import Edit
from services.desk.pages.compare import blocks
from services.desk.text.difference import Part, difference
from services.desk.text.hunks import Hunk, figures, hunks
from services.desk.views.text import ShownText
from services.desk.views.versions import VersionsPage

_NAMED = 12


_BREAK = re.compile(r"\n+")


class Passage(NamedTuple):
    """Changes and what stands around them, or equal text that is folded; by paragraphs."""

    hunk: Hunk
    paragraphs: tuple[tuple[Part, ...], ...]


class Changes(NamedTuple):
    headline: tuple[Part, ...]
    """Empty where it stayed."""
    figures: tuple[Edit, ...]
    names_added: tuple[str, ...]
    names_dropped: tuple[str, ...]
    note: str
    """In which words it says that it corrects."""
    words_added: int
    words_dropped: int
    passages: tuple[Passage, ...]
    equal: bool
    """Not a word changed."""


def versions(view: VersionsPage) -> dict[str, object]:
    """Parts of a text cannot be told apart from parts of another: both must be shown from their beginning.

    A version that stands alone is read as it is.
    """
    older, newer = view.older, view.newer
    if older is None or newer is None or not {older.shown, newer.shown} <= {"full", "cut"}:
        return {"changes": None, "blocks": tuple(blocks(newer, ())) if newer and not older else ()}
    return {"changes": _changes(view, older, newer), "blocks": ()}


def _changes(view: VersionsPage, older: ShownText, newer: ShownText) -> Changes:
    parts = difference(_joined(older), _joined(newer))
    told = view.update
    return Changes(
        headline=difference(older.title, newer.title) if older.title != newer.title else (),
        figures=(told.figures if told and told.figures else tuple(figures(parts)))[:_NAMED],
        names_added=told.names_added[:_NAMED] if told else (),
        names_dropped=told.names_dropped[:_NAMED] if told else (),
        note=told.note if told else "",
        words_added=told.words_added if told else _words(parts, "come"),
        words_dropped=told.words_dropped if told else _words(parts, "gone"),
        passages=tuple(Passage(hunk, tuple(_paragraphs(hunk.parts))) for hunk in hunks(parts)),
        equal=all(part.way == "same" for part in parts),
    )


def _paragraphs(parts: Sequence[Part]) -> Iterator[tuple[Part, ...]]:
    """Without the breaks between them: only words are told apart on the screen."""
    paragraph: list[Part] = []
    for part in parts:
        first, *rest = _BREAK.split(part.text)
        for text in (first, *rest):
            if text is not first and paragraph:
                yield tuple(paragraph)
                paragraph = []
            if text.strip():
                paragraph.append(Part(part.way, text))
    if paragraph:
        yield tuple(paragraph)


def _joined(text: ShownText) -> str:
    """What may be shown of it."""
    return "\n".join(piece.text for piece in text.pieces)


def _words(parts: Sequence[Part], way: str) -> int:
    return sum(len(part.text.split()) for part in parts if part.way == way)
