"""Where in copy a name, a number or a quotation may begin, and which scripts it is in.

One pass over a text tells it, which a kernel makes where one is loaded: most of a text is none of these, and
looking for each in turn costs more than reading what is there.
"""
# ruff: noqa: RUF001 - letters, marks and digits of many scripts

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from services.enrich import kernels
from services.enrich.facts.places import spelt_places

NAMED, FOLDED, COUNTED, QUOTED = 3_000, 3_000, 4_000, 5_000
"""Characters of a text that are looked at for names, words of the title, figures and quotations."""
UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪİĶŁĻŃŅŇŌŐŘŚŞŠŢŤŪŮŰŹŻŽȘȚА-ЯЁЄІЇҐЎЂЋЏЉЊΑ-ΩΆΈΉΊΌΎΏ"
PARTICLES = "von der|von|van der|van|de la|de|da|di|del|dos|du|al|el|bin|ben|ibn|zu".split("|")
INSIDE = r"\w'’-"
"""What a word goes on with."""
APOSTROPHES = frozenset("'’")
OPENING = '„“»«"「『'
"""Marks that open a quotation."""
DIGITS = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９"
"""Digits of other scripts, thrice from 0 to 9."""
UNPARTED = "\u0590-\u08ff\u0900-\u0dff\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Scripts without capitals."""
_WORD = rf"[{UPPER}][{INSIDE}]*"
_RUN = re.compile(rf"{_WORD}(?: (?:(?:(?:{'|'.join(PARTICLES)})|[{UPPER}]\.) )?{_WORD})*")
_DECIMALS = re.compile(r"\d+")
_OPENING = re.compile(f"[{OPENING}]")
_OTHER_DIGITS = re.compile(f"[{DIGITS}]")
_UNPARTED = re.compile(f"[{UNPARTED}]")
TOGETHER = 64
"""Texts that are read for one kind of fact before they are for the next."""


class Landmarks(NamedTuple):
    words: str
    """Words in capitals that stand alone and may name something by themselves, a line each."""
    others: str
    """The rest of those that stand alone, each between two ends of lines: so a search counts one."""
    runs: list[str]
    """Words in capitals that stand together, in their order."""
    decimals: list[int]
    """Where digits begin, behind anything but a digit."""
    opening: list[int]
    """Where marks stand that open a quotation, in the text alone."""
    folded: str
    """The text without regard to case."""
    is_unparted: bool
    has_apostrophes: bool
    has_other_digits: bool


@lru_cache(maxsize=TOGETHER)
def landmarks(title: str, text: str) -> Landmarks:
    """Of the title, a line's end, and the text, each kind so far as it is looked for."""
    compiled = kernels.module("landmarks")
    known: Landmarks | None = compiled.landmarks(title, text) if compiled else None
    return _landmarks(title, text) if known is None else known


def _landmarks(title: str, text: str) -> Landmarks:
    named = f"{title}\n{text[:NAMED]}"
    counted = f"{title}\n{text[:COUNTED]}"
    runs: list[str] = _RUN.findall(named)
    alone = [run for run in runs if " " not in run]
    return Landmarks(
        words="\n".join(filter(_may_name, alone)),
        others="".join(f"\n{word}\n" for word in alone if not _may_name(word)),
        runs=[run for run in runs if " " in run],
        decimals=[match.start() for match in _DECIMALS.finditer(counted)],
        opening=[match.start() for match in _OPENING.finditer(text[:QUOTED])],
        folded=text[:FOLDED].casefold(),
        is_unparted=_UNPARTED.search(named) is not None,
        has_apostrophes=not APOSTROPHES.isdisjoint(named),
        has_other_digits=_OTHER_DIGITS.search(counted) is not None,
    )


def _may_name(word: str) -> bool:
    """A place, an acronym, or what an ending hides; that all others name somebody is said elsewhere."""
    return word in spelt_places() or not APOSTROPHES.isdisjoint(word) or not any(map(str.islower, word))


def matches(pattern: re.Pattern[str], text: str, places: list[int]) -> Iterator[re.Match[str]]:
    """What `finditer` gives of a pattern that begins at none but these places."""
    end = 0
    for place in places:
        if place >= end and (match := pattern.match(text, place)):
            yield match
            end = match.end()


def numbers(pattern: re.Pattern[str], text: str, decimals: list[int]) -> Iterator[re.Match[str]]:
    """The same of a pattern that begins at any digit: `decimals` are the first of each row of them."""
    end = 0
    for first in decimals:
        place = max(first, end)
        while text[place : place + 1].isdecimal():
            match = pattern.match(text, place)
            if match is None:
                place += 1
                continue
            yield match
            place = end = match.end()
