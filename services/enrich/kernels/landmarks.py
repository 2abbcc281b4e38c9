"""Kernels of `services.enrich.facts.landmarks`."""

import re

import numpy as np
import numpy.typing as npt
from numba import types

from services.enrich.facts.landmarks import (
    APOSTROPHES,
    COUNTED,
    DIGITS,
    FOLDED,
    INSIDE,
    NAMED,
    OPENING,
    PARTICLES,
    QUOTED,
    UNPARTED,
    UPPER,
    Landmarks,
)
from services.enrich.facts.places import spelt_places
from services.enrich.kernels.lexicon import BITS, MASK
from services.enrich.kernels.terms import MOST_FOLDED, folds_of_signs
from services.kernels.target import njit

Codes = npt.NDArray[np.uint32]
Units = npt.NDArray[np.uint16]
Kinds = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

_PLANE = 0x10000
_PICTURES, _PICTURES_END = 0x1F300, 0x1FB00
"""Emoji, of which none is a letter or a digit."""
_HIGH_HALF, _LOW_HALF, _HALF_BITS = 0xD800, 0xDC00, 10
"""In units of 16 bits these are two."""
_HALF = (1 << _HALF_BITS) - 1
_UPPER, _INSIDE, _DECIMAL, _OPENING, _UNPARTED, _OTHER_DIGIT, _LOWER, _APOSTROPHE = (
    1 << bit for bit in range(8)
)
_PATTERNS = {
    _UPPER: f"[{UPPER}]",
    _INSIDE: f"[{INSIDE}]",
    _DECIMAL: r"\d",
    _OPENING: f"[{OPENING}]",
    _UNPARTED: f"[{UNPARTED}]",
    _OTHER_DIGIT: f"[{DIGITS}]",
    _APOSTROPHE: f"[{''.join(APOSTROPHES)}]",
}
_BLANK, _NEWLINE, _POINT = ord(" "), ord("\n"), ord(".")
_LONGEST = max(map(len, PARTICLES))
_PARTICLES = np.array([[*map(ord, f"{one} ".ljust(_LONGEST + 2, "\0"))] for one in PARTICLES], np.uint32)
"""With the blank behind them, and no character behind that."""
_BEGINS_PARTICLE = np.isin(np.arange(_PLANE), _PARTICLES[:, 0])


def _kinds() -> Kinds:
    plane = "".join(map(chr, range(_PLANE)))
    kinds = np.zeros(_PLANE, np.uint8)
    for kind, pattern in _PATTERNS.items():
        kinds[[match.start() for match in re.finditer(pattern, plane)]] |= kind
    kinds[list(map(str.islower, plane))] |= _LOWER
    return kinds


_KINDS = _kinds()
_SEED, _PRIME, _WHOLE = 0xCBF29CE484222325, 0x100000001B3, (1 << 64) - 1
_ROOM = 1 << 16


def _places() -> Hashes:
    """Names of places by their hashes: FNV-1a of the characters; 0 where there is none."""
    table = np.zeros(_ROOM, np.uint64)
    for word in sorted(word for word in spelt_places() if " " not in word):
        hashed = _SEED
        for letter in word:
            hashed = (hashed ^ ord(letter)) * _PRIME & _WHOLE
        slot = hashed % _ROOM
        while table[slot]:
            slot = (slot + 1) % _ROOM
        table[slot] = hashed
    return table


_PLACES_KNOWN = _places()


def landmarks(title: str, text: str) -> Landmarks | None:
    """None where the table cannot tell them: of letters and digits of higher planes it knows nothing."""
    whole = f"{title}\n{text[:QUOTED]}"
    codes = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), np.uint32)
    body = len(title) + 1
    known, written, words, others, runs, letters, decimals, opening, met = survey(
        codes, body, _KINDS, _PLACES_KNOWN, folds_of_signs()
    )
    found = written.tobytes().decode("utf-16-le", "surrogatepass")
    folded = found[runs:]
    if not known or len(folded) != letters:  # halves of a sign that stood side by side are one now
        return None
    return Landmarks(
        words=found[: max(words - 1, 0)],
        others=found[words:others],
        runs=found[others:runs].split("\n")[:-1],
        decimals=decimals.tolist(),
        opening=opening.tolist(),
        folded=folded,
        is_unparted=bool(met & _UNPARTED),
        has_apostrophes=bool(met & _APOSTROPHE),
        has_other_digits=bool(met & _OTHER_DIGIT),
    )


@njit
def _kinds_of(codes: Codes, table: Kinds) -> tuple[bool, Kinds]:
    """False where a character is in no table."""
    kinds = np.zeros(len(codes), np.uint8)
    for at in range(len(codes)):
        code = codes[np.uintp(at)]
        if code < _PLANE:
            kinds[np.uintp(at)] = table[np.uintp(code)]
        elif not _PICTURES <= code < _PICTURES_END:
            return False, kinds
    return True, kinds


@njit
def _word_end(kinds: Kinds, at: int, end: int) -> int:
    at += 1
    while at < end and kinds[np.uintp(at)] & _INSIDE:
        at += 1
    return at


@njit
def _behind(codes: Codes, at: int, end: int, particle: Codes) -> int:
    """Where the particle that begins here and the blank behind it end; `end` where it does not stand here."""
    place = 0
    while particle[place] and at < end and codes[at] == particle[place]:
        at += 1
        place += 1
    return at if not particle[place] else end


@njit
def _next_word(codes: Codes, kinds: Kinds, at: int, end: int) -> int:
    """Where the next word of a run begins, whose last one ended here; `end` where it is over."""
    if at + 1 >= end or codes[at] != _BLANK:
        return end
    at += 1
    if kinds[at] & _UPPER:
        is_initial = at + 3 < end and codes[at + 1] == _POINT and codes[at + 2] == _BLANK
        return at + 3 if is_initial and kinds[at + 3] & _UPPER else at
    if codes[at] >= _PLANE or not _BEGINS_PARTICLE[codes[at]]:
        return end
    for particle in _PARTICLES:
        behind = _behind(codes, at, end, particle)
        if behind < end and kinds[behind] & _UPPER:
            return behind
    return end


@njit
def _copy(codes: Codes, begin: int, stop: int, rows: Units, count: int) -> int:
    """As a further line of `rows`, of which so many characters are used."""
    for at in range(begin, stop):
        rows[np.uintp(count)] = np.uint16(codes[np.uintp(at)])
        count += 1
    rows[count] = _NEWLINE
    return count + 1


@njit
def _may_name(codes: Codes, kinds: Kinds, begin: int, stop: int, places: Hashes) -> bool:
    met = 0
    hashed = np.uint64(_SEED)
    for at in range(begin, stop):
        met |= kinds[np.uintp(at)]
        hashed = (hashed ^ np.uint64(codes[np.uintp(at)])) * np.uint64(_PRIME)
    if met & _APOSTROPHE or not met & _LOWER:
        return True
    slot = hashed % np.uint64(_ROOM)
    while places[slot] and places[slot] != hashed:
        slot = (slot + np.uint64(1)) % np.uint64(_ROOM)
    return places[slot] == hashed


@njit
def _runs(codes: Codes, kinds: Kinds, end: int, places: Hashes) -> tuple[Units, Units, Units]:
    """Words in capitals that stand alone, those of no name by itself, and those that stand together."""
    words, runs = np.empty(2 * end, np.uint16), np.empty(2 * end, np.uint16)
    others = np.empty(3 * end, np.uint16)
    alone = rest = together = at = 0
    while at < end:
        if not kinds[np.uintp(at)] & _UPPER:
            at += 1
            continue
        begin, at = at, _word_end(kinds, at, end)
        first = at
        following = _next_word(codes, kinds, at, end)
        while following < end:
            at = _word_end(kinds, following, end)
            following = _next_word(codes, kinds, at, end)
        if at > first:
            together = _copy(codes, begin, at, runs, together)
        elif _may_name(codes, kinds, begin, at, places):
            alone = _copy(codes, begin, at, words, alone)
        else:
            others[rest] = _NEWLINE
            rest = _copy(codes, begin, at, others, rest + 1)
    return words[:alone], others[:rest], runs[:together]


@njit
def _folded(codes: Codes, begin: int, end: int, folds: Hashes) -> tuple[Units, int]:
    """In units of 16 bits; and how many letters these are."""
    folded, count, pairs = np.empty(MOST_FOLDED * max(0, end - begin), np.uint16), 0, 0
    for at in range(begin, end):
        code = codes[np.uintp(at)]
        if code >= _PLANE:
            folded[np.uintp(count)] = _HIGH_HALF + ((code - _PLANE) >> _HALF_BITS)
            folded[np.uintp(count + 1)] = _LOW_HALF + ((code - _PLANE) & _HALF)
            count += 2
            pairs += 1
            continue
        rest = folds[np.uintp(code)]
        folded[np.uintp(count)] = np.uint16(rest & MASK)
        count += 1
        while rest > MASK:
            rest >>= np.uint64(BITS)
            folded[np.uintp(count)] = np.uint16(rest & MASK)
            count += 1
    return folded[:count], count - pairs


_PLACES = types.int64[::1]


@njit(
    types.Tuple((types.boolean, types.uint16[::1], *(types.int64,) * 4, _PLACES, _PLACES, types.int64))(
        types.Array(types.uint32, 1, "C", readonly=True),
        types.int64,
        types.uint8[::1],
        types.uint64[::1],
        types.uint64[::1],
    ),
    cache=True,
    nogil=True,
)
def survey(
    codes: Codes, body: int, table: Kinds, places: Hashes, folds: Hashes
) -> tuple[bool, Units, int, int, int, int, Places, Places, int]:
    """False where a character is in no table; the texts of `Landmarks` in a row, where the first three of
    them end and how many letters the last has; places; and kinds of what was met.
    """
    known, kinds = _kinds_of(codes, table)
    words, others, runs = _runs(codes, kinds, min(len(codes), body + NAMED) if known else 0, places)
    decimals, opening = np.empty(len(codes), np.int64), np.empty(len(codes), np.int64)
    digits = marks = met = 0
    for at in range(len(codes) if known else 0):
        kind = kinds[np.uintp(at)]
        if kind & (_DECIMAL | _OPENING | _UNPARTED | _OTHER_DIGIT | _APOSTROPHE):
            if at < body + COUNTED:
                met |= kind & _OTHER_DIGIT
                if kind & _DECIMAL and not (at and kinds[at - 1] & _DECIMAL):
                    decimals[digits] = at
                    digits += 1
            if at < body + NAMED:
                met |= kind & (_UNPARTED | _APOSTROPHE)
            if kind & _OPENING and at >= body:
                opening[marks] = at - body
                marks += 1
    folded, letters = _folded(codes, body, min(len(codes), body + FOLDED) if known else body, folds)
    written = np.concatenate((words, others, runs, folded))
    first, second = len(words), len(words) + len(others)
    return known, written, first, second, second + len(runs), letters, decimals[:digits], opening[:marks], met
