# ruff: noqa: RUF001, RUF002 - letters of many scripts
"""One letter for all the ways in which copy writes it.

`plain` takes out of a text what is no letter of it (zero-width and direction marks, vowel marks, tatweel,
entities left in, a hyphen at the end of a line) and says where each character that stays came from. `unify`
writes words, already apart and in lower case, with one letter for its variants: without accents, `ae` for
`ä`, `i` for the Turkish `ı`, one alef, digits of any script.
"""

import html
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_INVISIBLE = "\u200b\u200d-\u200f\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069\u061c\ufe00-\ufe0f"
_VOWEL_MARKS = "\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4-\u05c7"
COMBINING = "\u0300-\u036f\u3099\u309a"
_CYRILLIC, _GREEK = "\u0400-\u04ff", "\u0370-\u03ff"
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_BREAK = re.compile(r"(?<=[^\W\d_])[-\u2010]\n(?=[^\W\d_])")
_MARKED = re.compile(rf"[{_INVISIBLE}{_VOWEL_MARKS}]+|.[{COMBINING}]+")
_MARK = re.compile(f"[{_INVISIBLE}{_VOWEL_MARKS}{COMBINING}]")
"""One of what `_MARKED` finds, cheap to look for."""
SIGNS = re.compile(f"[{_INVISIBLE}{_VOWEL_MARKS}]+")
_FOREIGN = re.compile(f"[{_CYRILLIC}{_GREEK}]")
_LATIN = re.compile(r"[a-zA-Z]")
_ROMAN = r"[a-zA-Z\u00c0-\u024f]"
_MEETING = re.compile(
    rf"{_ROMAN}(?:(?<=[{_CYRILLIC}{_GREEK}]{_ROMAN})|(?<=[{_CYRILLIC}{_GREEK}]\u00ad{_ROMAN})|(?=\u00ad?[{_CYRILLIC}{_GREEK}]))"
)
"""Where letters of two scripts follow each other within a word."""
_LETTER = rf"[a-zA-Z\u00c0-\u024f{_CYRILLIC}{_GREEK}]"
_WORD = re.compile(rf"{_LETTER}+(?:\u00ad{_LETTER}+)*")
_ALIKE = dict(
    zip(
        "аеорсухіјѕԁһкмтвнАЕОРСУХІЈЅКМТВНοανικτρεΟΑΝΙΚΤΡΕ",
        "aeopcyxijsdhkmtbhAEOPCYXIJSKMTBHoaviktpeOANIKTPE",
        strict=True,
    )
)
_UNALIKE = {latin: other for other, latin in reversed(_ALIKE.items()) if re.match(f"[{_CYRILLIC}]", other)}
_SPELT = dict(zip("äöüßæøœåıİłđðþħ", "ae oe ue ss ae oe oe aa i i l d d th h".split(), strict=True))
_ARABIC = dict(zip("أإآٱىیئؤةکہھ", "ااااييي\u0648هكهه", strict=True))
_ASCII = bytes(range(128))
WESTERN = "cp1252"
_TEXTS_AT_HAND = 256
_JUST_READ = 16
Places = npt.NDArray[np.intp]


class Plain(NamedTuple):
    """A text and, where it differs from the one it was made of, where its characters stood there."""

    text: str
    starts: Places | None
    ends: Places | None


@lru_cache(maxsize=_TEXTS_AT_HAND)
def plain(text: str) -> Plain:
    western = western_bytes(text) is not None
    found = [
        *(_ENTITY.finditer(text) if "&" in text else ()),
        *(_BREAK.finditer(text) if "-\n" in text or "\u2010\n" in text else ()),
        *(_MARKED.finditer(text) if not western and _MARK.search(text) else ()),
    ]
    pieces = sorted((match.start(), match.end(), _without(text, match)) for match in found)
    if not western and _FOREIGN.search(text) and _MEETING.search(text):
        pieces = sorted([*pieces, *_disguised(text)])
    pieces = [piece for piece in pieces if text[piece[0] : piece[1]] != piece[2]]
    return _rebuilt(text, pieces) if pieces else Plain(text, None, None)


def unify(words: str) -> str:
    """Blanks stay as they are: a word never becomes two, and none vanishes."""
    if words.isascii():
        return words
    for letter in _beyond_ascii(words):
        other = _unified(letter)
        if other != letter:
            words = words.replace(letter, other)
    return words


@lru_cache(maxsize=_JUST_READ)
def western_bytes(text: str) -> bytes | None:
    """A byte a character, where it has but letters and marks of Western Europe, and most is in order."""
    try:
        return text.encode(WESTERN)
    except UnicodeEncodeError:
        return None


def _beyond_ascii(words: str) -> set[str]:
    try:
        return set(words.encode("latin-1").translate(None, _ASCII).decode("latin-1"))
    except UnicodeEncodeError:
        return {letter for letter in set(words) if not letter.isascii()}


def _without(text: str, match: re.Match[str]) -> str:
    found = match[0]
    if found[0] == "&":
        return html.unescape(found)
    if found.endswith("\n"):
        return "" if text[match.end()].islower() else found
    return "" if SIGNS.fullmatch(found) else unicodedata.normalize("NFC", found)


def _disguised(text: str) -> list[tuple[int, int, str]]:
    """Letters of another script within a word that look like those of its own."""
    found = []
    for word in _WORD.finditer(text):
        if not _MEETING.search(word[0]):
            continue
        latin, foreign = len(_LATIN.findall(word[0])), len(_FOREIGN.findall(word[0]))
        table = _ALIKE if latin >= foreign else _UNALIKE
        found += [
            (word.start() + i, word.start() + i + 1, table[letter])
            for i, letter in enumerate(word[0])
            if letter in table
        ]
    return found


def _rebuilt(text: str, pieces: list[tuple[int, int, str]]) -> Plain:
    parts: list[str] = []
    starts: list[Places] = []
    ends: list[Places] = []
    at = 0
    for begin, end, other in [*pieces, (len(text), len(text), "")]:
        if begin < at:
            continue
        parts += [text[at:begin], other]
        kept = np.arange(at, begin)
        starts += [kept, np.full(len(other), begin)]
        ends += [kept + 1, np.full(len(other), end)]
        at = end
    return Plain("".join(parts), np.concatenate(starts), np.concatenate(ends))


@lru_cache(maxsize=4096)
def _unified(letter: str) -> str:
    if letter in _SPELT:
        return _SPELT[letter]
    if letter in _ARABIC:
        return _ARABIC[letter]
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    decomposed = unicodedata.normalize("NFD", letter)
    if len(decomposed) > 1 and re.match(rf"[a-z{_CYRILLIC}{_GREEK}]", decomposed):
        return "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return letter
