# ruff: noqa: RUF001 - words and marks of many languages
"""Notes in which a piece says of itself that it corrects or withdraws something.

A note is known by its place and form, never by a word alone: a label at the head of a title or a line with a
mark behind it, a sentence about "this article", an editor's note that names a mistake. So a correction of
share prices, a Department of Correction and a firm that corrects its forecast are none.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from services.dedup.text.needles import Needles
from services.dedup.text.notice_words import (
    CORRECTION_LABELS,
    CORRECTION_SENTENCES,
    EDITOR,
    SIGNS,
    WIRE_CORRECTS,
    WITHDRAWAL_LABELS,
    WITHDRAWAL_SENTENCES,
    WITHDRAWAL_SIGNS,
    WRONG,
)
from services.dedup.text.words import folded

_TEXTS_AT_HAND = 512
_NOTE_WORDS = 120
_WITHDRAWN_WORDS = 90
_WITHDRAWN_CHARS = 1_000
_MOST_NOTE = 400
_MARK = r"(?=\s*(?:[:：.!|)\]\]】*–—-]|$))"


class Note(NamedTuple):
    """What it says, and its words folded, by which it is known again."""

    text: str
    key: str


def _joined(parts: Iterable[str]) -> str:
    return "|".join(f"(?:{part})" for part in parts)


def _label(words: Sequence[str], *, ends: str) -> re.Pattern[str]:
    """A label that opens a line, perhaps behind another (`UPDATE 1-`, `dpa-`), in brackets, or closes it."""
    opens = r"^[\W_]*(?:(?:rpt|refile|update|urgent|dpa|afp|ap|eil|wdh)[\w ]{0,6}[-:]\s*)?"
    return re.compile(
        rf"{opens}(?:{_joined(words)}){_MARK}|[(\[【]\s*(?:{_joined(words)})\s*[)\]】]{ends}", re.IGNORECASE
    )


_CORRECTION_SIGNS = Needles(SIGNS)
_WITHDRAWAL_SIGNS = Needles(WITHDRAWAL_SIGNS)
_ENDS = r"|(?:\s[-–—|]\s)(?:{})\W*$"
_TITLE_CORRECTS = _label(CORRECTION_LABELS, ends=_ENDS.format(_joined(CORRECTION_LABELS)))
_LINE_CORRECTS = re.compile(
    rf"^[\W_]*(?:{_joined(CORRECTION_LABELS)})\s*(?:\([^)]{{0,60}}\)\s*)?(?:[:：—–]|-\s|\.\s|$)"
    rf"|^\W{{0,3}}{WIRE_CORRECTS}"
    rf"|^[\W_]*(?:{_joined(EDITOR)})\W.*(?:{WRONG})"
    rf"|{_joined(CORRECTION_SENTENCES)}",
    re.IGNORECASE | re.DOTALL,
)
_TITLE_WITHDRAWS = _label(WITHDRAWAL_LABELS, ends=_ENDS.format(_joined(WITHDRAWAL_LABELS)))
_LINE_WITHDRAWS = re.compile(_joined(WITHDRAWAL_SENTENCES), re.IGNORECASE)


@lru_cache(maxsize=_TEXTS_AT_HAND)
def corrections(title: str, text: str) -> tuple[Note, ...]:
    """The notes of correction in a piece; one that is only the label of its title says so by the title."""
    signed = _CORRECTION_SIGNS.stand_in(text)
    found = [_note(line) for line in _lines(text) if _corrects(line)] if signed else []
    if _CORRECTION_SIGNS.stand_in(title) and _TITLE_CORRECTS.search(title):
        found.append(_note(title))
    return tuple(found)


def new_correction(title: str, text: str, past_title: str, past_text: str) -> str:
    """The note of a piece that its earlier state did not have; empty where it corrects nothing."""
    notes = corrections(title, text)
    if not notes:
        return ""
    known = {note.key for note in corrections(past_title, past_text)}
    return next((note.text for note in notes if note.key not in known), "")


def withdrawal(title: str, text: str) -> str:
    """The note by which a piece withdraws itself or another, above its text or in its place; else empty."""
    short = len(text) <= _WITHDRAWN_CHARS and len(text.split()) <= _WITHDRAWN_WORDS
    lines = (line for line in text.split("\n") if line.strip()) if short else (_first_line(text),)
    said = next((line for line in lines if _withdraws(line)), "")
    if said or (short and _is_labelled(title)):
        return _note(said or title).text
    return ""


def _first_line(text: str) -> str:
    """The first that is not blank."""
    begin = len(text) - len(text.lstrip())
    end = text.find("\n", begin)
    return text[text.rfind("\n", 0, begin) + 1 : end if end >= 0 else len(text)]


def _is_labelled(title: str) -> bool:
    return _WITHDRAWAL_SIGNS.stand_in(title) and _TITLE_WITHDRAWS.search(title) is not None


def _corrects(line: str) -> bool:
    return _CORRECTION_SIGNS.stand_in(line) and _LINE_CORRECTS.search(line) is not None


def _withdraws(line: str) -> bool:
    return (
        len(line) <= _WITHDRAWN_CHARS
        and _WITHDRAWAL_SIGNS.stand_in(line)
        and _LINE_WITHDRAWS.search(line) is not None
    )


def unlabelled(title: str) -> str:
    """A title without the label that says what became of the piece."""
    for label in (_TITLE_WITHDRAWS, _TITLE_CORRECTS):
        found = label.match(title)
        if found:
            return title[found.end() :].lstrip(" :：.-–—|)]】*")
    return title


def _lines(text: str) -> list[str]:
    """Those of a length of which a note may be."""
    return [line for line in text.split("\n") if len(line.split(None, _NOTE_WORDS)) <= _NOTE_WORDS]


def _note(line: str) -> Note:
    plain = " ".join(line.split())
    return Note(plain[:_MOST_NOTE], folded(plain))
