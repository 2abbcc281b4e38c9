"""How a version differs from the one that it replaced, as an editor would tell it."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from services.contracts.clusters import Member, Replaced
from services.contracts.facts import Facts, Figure
from services.contracts.stories import Edit, Update
from services.enrich.changes.words import edits, is_passage

_MOST = 12
"""Of each kind that are told."""
_LONGEST = 300
_SMALL = 3
"""Letters of a word up to which it is a small one."""
_LIKE = 0.75
"""Similarity of two words from which one is another spelling of the other."""


def update(mine: Member, text: str, replaced: Replaced, said: Facts, past: Facts) -> Update:
    """`said` and `past`: what the version and the one before say."""
    found = [edit for edit in edits(replaced.text, text) if not _is_blank(edit)]
    added = [edit.after for edit in found if not edit.before and is_passage(edit.after)]
    dropped = [edit.before for edit in found if not edit.after and is_passage(edit.before)]
    passages = {*added, *dropped}
    rest = [
        edit for edit in found if (edit.before and edit.after) or edit.before + edit.after not in passages
    ]
    headline = None if mine.title == replaced.title else Edit(before=replaced.title, after=mine.title)
    figures = _figures(past.figures, said.figures)
    came, went = _names(past, said), _names(said, past)
    style = not (added or dropped or figures or (headline and not _is_style(headline)))
    return Update(
        version_id=mine.version_id,
        replaced_version_id=replaced.version_id,
        headline=headline,
        figures=figures,
        names_added=came,
        names_dropped=went,
        added=_longest(added),
        dropped=_longest(dropped),
        edits=tuple(Edit(before=_cut(edit.before), after=_cut(edit.after)) for edit in rest[:_MOST]),
        words_added=sum(len(edit.after.split()) for edit in found),
        words_dropped=sum(len(edit.before.split()) for edit in found),
        house_style=style and all(map(_is_style, rest)),
        note=mine.correction_note,
    )


def _figures(before: Sequence[Figure], after: Sequence[Figure]) -> tuple[Edit, ...]:
    """Counts of one thing that are others now, as written."""
    keys = list(dict.fromkeys((figure.what, figure.unit) for figure in (*before, *after)))
    told: list[Edit] = []
    for key in keys:
        said = [figure for figure in before if (figure.what, figure.unit) == key]
        says = [figure for figure in after if (figure.what, figure.unit) == key]
        told += [
            Edit(before=old.text if old else "", after=new.text if new else "")
            for old, new in zip_longest(_without(said, says), _without(says, said))
        ]
    return tuple(told[:_MOST])


def _without(figures: Iterable[Figure], others: Iterable[Figure]) -> list[Figure]:
    values = {figure.value for figure in others}
    return [figure for figure in figures if figure.value not in values]


def _names(before: Facts, after: Facts) -> tuple[str, ...]:
    """Who is named in the later one alone."""
    known = {spelling for name in before.names for spelling in (name.name, *name.variants)}
    return tuple(name.name for name in after.names if not known & {name.name, *name.variants})[:_MOST]


def _longest(passages: Iterable[str]) -> tuple[str, ...]:
    return tuple(_cut(passage) for passage in sorted(passages, key=lambda one: -len(one))[:_MOST])


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST].rsplit(' ', 1)[0]} …"


def _is_blank(edit: Edit) -> bool:
    return not edit.before.strip() and not edit.after.strip()


def _is_style(edit: Edit) -> bool:
    """Whether nothing but marks, case, spelling or small words is different."""
    old, new = _letters(edit.before), _letters(edit.after)
    if any(char.isdigit() for char in edit.before + edit.after):
        return old == new
    if "".join(old) == "".join(new):
        return True
    if all(len(word) <= _SMALL for word in (*old, *new)):
        return True
    return len(old) == len(new) and all(map(_are_spellings, old, new))


def _are_spellings(one: str, other: str) -> bool:
    if one == other or max(len(one), len(other)) <= _SMALL:
        return True
    return one[0] == other[0] and SequenceMatcher(None, one, other).ratio() >= _LIKE


def _letters(words: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", words).casefold()
    return re.findall(r"\w+", "".join(char for char in folded if not unicodedata.combining(char)))
