"""Two versions of an article told apart: what changed named first, then the words. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from services.contracts.stories import Edit
from services.desk.text.difference import Part, difference
from services.desk.text.hunks import Hunk, figures, hunks
from services.desk.views.text import ShownText
from services.desk.views.versions import VersionsPage

_NAMED = 12


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
    hunks: tuple[Hunk, ...]
    small: int
    """Hunks of small edits."""
    equal: bool
    """Not a word changed."""


def versions(view: VersionsPage) -> dict[str, object]:
    """Parts of a text cannot be told apart from parts of another: both must be shown from their beginning."""
    older, newer = view.older, view.newer
    if older is None or newer is None or not {older.shown, newer.shown} <= {"full", "cut"}:
        return {"changes": None}
    return {"changes": _changes(view, older, newer)}


def _changes(view: VersionsPage, older: ShownText, newer: ShownText) -> Changes:
    parts = difference(_joined(older), _joined(newer))
    found = tuple(hunks(parts))
    told = view.update
    return Changes(
        headline=difference(older.title, newer.title) if older.title != newer.title else (),
        figures=(told.figures if told and told.figures else tuple(figures(parts)))[:_NAMED],
        names_added=told.names_added[:_NAMED] if told else (),
        names_dropped=told.names_dropped[:_NAMED] if told else (),
        note=told.note if told else "",
        words_added=told.words_added if told else _words(parts, "come"),
        words_dropped=told.words_dropped if told else _words(parts, "gone"),
        hunks=found,
        small=sum(hunk.small for hunk in found),
        equal=all(part.way == "same" for part in parts),
    )


def _joined(text: ShownText) -> str:
    """What may be shown of it."""
    return "\n".join(piece.text for piece in text.pieces)


def _words(parts: Sequence[Part], way: str) -> int:
    return sum(len(part.text.split()) for part in parts if part.way == way)
