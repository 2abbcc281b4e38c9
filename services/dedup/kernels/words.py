"""Kernels of `services.dedup.text.words`."""

import numpy as np
from numba import types

from services.dedup.kernels.letters import (
    ALPHABETIC,
    CASED,
    COUNT,
    DOTTED,
    FOREIGN,
    HARD,
    IGNORABLE,
    LATIN,
    LEFT_OUT,
    LOWER,
    MOST_LETTERS,
    PICTURES,
    PICTURES_END,
    PLANE,
    RULED,
    SECOND,
    SIGN,
    TIE,
    Entries,
    Units,
    letter_table,
)
from services.dedup.text.words import Spans, Split
from services.kernels.target import njit

_BLANK, _NEWLINE, _HYPHEN, _TRUE_HYPHEN, _SOFT_HYPHEN = 0x20, 0x0A, 0x2D, 0x2010, 0xAD
_AMPERSAND, _SEMICOLON, _NUMBER_SIGN, _MOST_OF_ENTITY = 0x26, 0x3B, 0x23, 33
_SIGMA, _FINAL_SIGMA, _SMALL_SIGMA = 0x3A3, 0x3C2, 0x3C3
_HIGH, _LOW, _BEHIND = 0xD800, 0xDC00, 0xE000
_SCRIPTS = LATIN | FOREIGN
_IN_WORD = MOST_LETTERS << COUNT
_UNKNOWN = -1
_TABLE = letter_table()


def split(text: str) -> Split | None:
    """The folded words of a text and where they stand; None where the table cannot tell them."""
    try:
        units = np.frombuffer(text.encode("utf-16-le"), np.uint16)
    except UnicodeEncodeError:
        return None
    known, letters, spans = split_units(units, *_TABLE)
    return Split(letters, spans) if known else None


@njit
def _is_entity(units: Units, at: int) -> bool:
    """Whether an entity may begin at an ampersand."""
    end = at + 1
    if end < len(units) and units[end] == _NUMBER_SIGN:
        return True
    while end < len(units) and end - at <= _MOST_OF_ENTITY:
        small = units[end] | 0x20
        if not (97 <= small <= 122 or 48 <= units[end] <= 57):
            break
        end += 1
    return end - at > 2 and end < len(units) and units[end] == _SEMICOLON


@njit
def _breaks_word(units: Units, entries: Entries, at: int) -> bool:
    """Whether a hyphen and the end of its line stand within a word."""
    return (
        0 < at < len(units) - 2
        and units[at + 1] == _NEWLINE
        and entries[units[at - 1]] & ALPHABETIC != 0
        and entries[units[at + 2]] & (ALPHABETIC | LOWER) == ALPHABETIC | LOWER
    )


@njit
def _is_before_letter(units: Units, entries: Entries, at: int) -> bool:
    at += 1
    while at < len(units) and entries[units[at]] & LEFT_OUT:
        at += 1
    return at < len(units) and entries[units[at]] & _IN_WORD != 0 and not entries[units[at]] & SIGN


@njit
def _is_picture(units: Units, entries: Entries, at: int) -> bool:
    """Whether two surrogates are an emoji that parts words."""
    if at + 1 == len(units) or units[at] >= _LOW or not _LOW <= units[at + 1] < _BEHIND:
        return False
    code = PLANE + ((units[at] - _HIGH) << 10) + (units[at + 1] - _LOW)
    return PICTURES <= code < PICTURES_END and entries[PLANE + code - PICTURES] & (_IN_WORD | HARD) == 0


@njit
def _cased_beside(units: Units, entries: Entries, at: int, step: int) -> int:
    """Whether a letter that has two cases stands before or behind a sigma; `_UNKNOWN` where none can tell."""
    at += step
    while 0 <= at < len(units):
        entry = entries[units[at]]
        if units[at] in (_HYPHEN, _TRUE_HYPHEN, _NEWLINE) or _HIGH <= units[at] < _BEHIND:
            return _UNKNOWN  # a word may go on behind a hyphen
        if not entry & (LEFT_OUT | IGNORABLE):
            return int(entry & CASED != 0)
        at += step
    return 0


@njit
def _lower_sigma(units: Units, entries: Entries, at: int) -> int:
    before = _cased_beside(units, entries, at, -1)
    if before == 0:
        return _SMALL_SIGMA
    behind = _cased_beside(units, entries, at, 1)
    if _UNKNOWN in (before, behind):
        return _UNKNOWN
    return _SMALL_SIGMA if behind else _FINAL_SIGMA


@njit
def _mixes_scripts(units: Units, entries: Entries) -> bool:
    """Whether letters of which one may stand for the other meet in a word."""
    met = 0
    for unit in units:
        entry = entries[unit]
        if entry & (_IN_WORD | TIE):
            met |= entry
            if met & _SCRIPTS == _SCRIPTS:
                return True
        elif not entry & LEFT_OUT and unit != _SOFT_HYPHEN:
            met = 0
    return False


@njit(
    types.Tuple((types.boolean, types.uint16[::1], types.int64[:, ::1]))(
        types.Array(types.uint16, 1, "C", readonly=True), types.int64[::1], types.uint16[::1]
    ),
    cache=True,
    nogil=True,
)
def split_units(units: Units, entries: Entries, more: Units) -> tuple[bool, Units, Spans]:
    """Letters of the words, a blank between two of them, and spans; false where a text has no rule."""
    letters = np.empty(3 * len(units) + MOST_LETTERS, np.uint16)
    edges = np.empty(2 * len(units) + 2, np.int64)  # where words begin and end, in turn
    failed = (False, letters[:0], edges[:0].reshape(0, 2))
    count = edge = last = pairs = inside = held = sigmas = at = 0
    while at < len(units):
        unit = units[np.uintp(at)]
        entry = entries[unit]
        if entry >= RULED:
            if entry & HARD or (unit == _AMPERSAND and _is_entity(units, at)):
                return failed
            if entry & LEFT_OUT or (
                unit == _SOFT_HYPHEN and inside and _is_before_letter(units, entries, at)
            ):
                at += 1
                continue
            if unit in (_HYPHEN, _TRUE_HYPHEN) and _breaks_word(units, entries, at):
                at += 2
                continue
            if entry & SIGN:
                if entry >> COUNT & MOST_LETTERS > 2:
                    return failed
                if inside:
                    letters[count] = _BLANK
                    count += 1
                    edges[edge] = last
                    edge += 1
                    inside = 0
                letters[count] = entry
                letters[count + 1] = entry >> SECOND
                count += entry >> COUNT & MOST_LETTERS
                letters[count] = _BLANK
                count += 1
                edges[edge] = at - pairs
                edges[edge + 1] = at - pairs + 1
                edge += 2
                held |= entry
                at += 1
                continue
            if _HIGH <= unit < _BEHIND:
                if not _is_picture(units, entries, at):
                    return failed
                at += 1
                pairs += 1
            elif unit == _SIGMA:
                sigmas = 1
                small = _lower_sigma(units, entries, at)
                if small == _UNKNOWN:
                    return failed
                entry += small - _SMALL_SIGMA
            elif entry >> COUNT & MOST_LETTERS > 2:
                first, leading = entry & 0xFFFF, (entry >> COUNT & MOST_LETTERS) - 2
                if count + leading + 3 * (len(units) - at) > len(letters):
                    return failed
                for place in range(leading):
                    letters[count + place] = more[first + place]
                count += leading
                entry += np.int64(more[first + leading]) - first - (leading << COUNT)
                entry |= np.int64(more[first + leading + 1]) << SECOND
        # No branch on where words begin and end: nothing can predict it.
        while True:
            held |= entry
            length = entry >> COUNT & 3
            in_word = (length + 1) >> 1
            turns = in_word ^ inside
            letters[np.uintp(count)] = entry
            letters[np.uintp(count + 1)] = entry >> SECOND
            count += length + (inside & turns)
            here = at - pairs
            edges[np.uintp(edge)] = here + ((last - here) & -inside)
            edge += turns
            inside = in_word
            at += 1
            last = here + 1
            if at == len(units):
                break
            entry = entries[units[np.uintp(at)]]
            if entry >= RULED:
                break
    edges[edge] = last
    edge += inside
    count -= (inside ^ 1) & (count > 0)
    if (held & _SCRIPTS == _SCRIPTS and _mixes_scripts(units, entries)) or (sigmas and held & DOTTED):
        return failed
    return True, letters[:count].copy(), edges[:edge].copy().reshape(edge // 2, 2)
