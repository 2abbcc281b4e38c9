"""What changed between two texts, with a little around it; the rest folded, small edits told apart. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from services.contracts.stories import Edit
from services.desk.text.difference import Part

_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”“»)]*\s+|\n+|[。！？]")  # noqa: RUF001
_SENTENCES = 2
_CONTEXT = 300
"""Code points of a sentence without an end that are shown beside a change."""
_FOLDED = 20
"""Fewer equal words than this are sooner read than unfolded."""
_FIGURE = re.compile(r"\d+(?:[.,:\u00a0\u202f ]\d+)*(?:\s?[%€$£]|\s\w+)?")


class Hunk(NamedTuple):
    """Changes with what stands around them; or, `folded`, equal text that is away from any change."""

    parts: tuple[Part, ...]
    folded: bool = False
    small: bool = False
    """It changes nothing but spelling, marks or blanks."""
    words: int = 0
    """Of what is folded."""


def hunks(parts: Sequence[Part]) -> Iterator[Hunk]:
    """In order; their parts join to what was given."""
    pieces = [piece for number in range(len(parts)) for piece in _pieces(parts, number)]
    for folded, group in groupby(pieces, key=lambda piece: piece[1]):
        shown = tuple(part for part, _ in group)
        words = sum(len(part.text.split()) for part in shown) if folded else 0
        yield Hunk(shown, folded, not folded and small(shown), words)


def _pieces(parts: Sequence[Part], number: int) -> Iterator[tuple[Part, bool]]:
    part = parts[number]
    if part.way != "same":
        yield part, False
        return
    head = 0 if number == 0 else _ahead(part.text)
    tail = len(part.text) if number == len(parts) - 1 else _back(part.text)
    if tail <= head or len(part.text[head:tail].split()) < _FOLDED:
        yield part, False
        return
    yield from (
        (Part("same", text), folded)
        for text, folded in (
            (part.text[:head], False),
            (part.text[head:tail], True),
            (part.text[tail:], False),
        )
        if text
    )


def _ahead(text: str) -> int:
    """Where the context behind a change ends."""
    for number, match in enumerate(_SENTENCE_END.finditer(text, 0, _CONTEXT), 1):
        if number == _SENTENCES:
            return match.end()
    return min(len(text), _CONTEXT)


def _back(text: str) -> int:
    """Where the context before a change begins."""
    ends = [
        m.end() for m in _SENTENCE_END.finditer(text, max(0, len(text) - _CONTEXT)) if m.end() < len(text)
    ]
    return ends[-_SENTENCES] if len(ends) >= _SENTENCES else max(0, len(text) - _CONTEXT)


def changes(parts: Sequence[Part]) -> Iterator[Edit]:
    """What took the place of what."""
    for same, group in groupby(parts, key=lambda part: part.way == "same"):
        if not same:
            run = list(group)
            yield Edit(
                before="".join(part.text for part in run if part.way == "gone"),
                after="".join(part.text for part in run if part.way == "come"),
            )


def figures(parts: Sequence[Part]) -> Iterator[Edit]:
    """Numbers that changed, each with the word behind it."""
    for number, part in enumerate(parts):
        if part.way == "gone":
            after = parts[number + 1] if number + 1 < len(parts) else Part("same", "")
            come = after.text if after.way == "come" else ""
            behind = parts[number + (2 if come else 1) :][:1]
            rest = behind[0].text[:40] if behind and behind[0].way == "same" else ""
            old, new = _numbers(part.text, rest), _numbers(come, rest)
            if old and new and old != new:
                yield Edit(before=", ".join(old), after=", ".join(new))


def _numbers(text: str, rest: str) -> list[str]:
    matches = _FIGURE.finditer(text + rest)
    return [" ".join(match.group().split()) for match in matches if match.start() < len(text)]


def small(parts: Sequence[Part]) -> bool:
    if any(part.way in {"moved-away", "moved-here"} for part in parts):
        return False
    return all(_is_small(edit) for edit in changes(parts))


def _is_small(edit: Edit) -> bool:
    """The same but for blanks, marks, case or one letter. A figure never is; nor is a name spelled anew."""
    before, after = "".join(edit.before.split()), "".join(edit.after.split())
    if before == after:
        return True
    if any(sign.isdigit() for sign in before + after):
        return False
    bare = _bare(before), _bare(after)
    if bare[0] == bare[1]:
        return True
    if len(edit.before.split()) > 1 or len(edit.after.split()) > 1 or before[:1].isupper():
        return False
    return min(map(len, bare)) > 4 and bare[0][0] == bare[1][0] and Levenshtein.distance(*bare) == 1


def _bare(text: str) -> str:
    """Letters alone, without case and accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text).casefold() if sign.isalnum())
