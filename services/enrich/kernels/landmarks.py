"""Kernels of `services.enrich.facts.landmarks`."""

import re

import numpy as np
import numpy.typing as npt
from numba import types

from services.enrich.facts.landmarks import (
    APOSTROPHES,
    COUNTED,
    DIGITS,
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
from services.kernels.target import njit

Codes = npt.NDArray[np.uint16]
Kinds = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

_PLANE = 0x10000
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_LETTERS_BEYOND = re.compile("[\U00010000-\U0001f2ff\U0001fb00-\U0010ffff]")
"""All but emoji, of which none is a letter or a digit."""
_NOTHING = "\uffff"
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
_PARTICLES = np.array([[*map(ord, f"{one} ".ljust(_LONGEST + 2, "\0"))] for one in PARTICLES], np.uint16)
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
    written = whole.encode("utf-16-le", "surrogatepass")
    if len(written) > 2 * len(whole):
        if _LETTERS_BEYOND.search(whole):
            return None
        whole = _BEYOND.sub(_NOTHING, whole)
        written = whole.encode("utf-16-le", "surrogatepass")
    others, words, runs, decimals, opening, met = survey(
        np.frombuffer(written, np.uint16), len(title) + 1, _KINDS, _PLACES_KNOWN
    )
    return Landmarks(
        words="\n".join(_cut(whole, words)),
        others=others.tobytes().decode("utf-16-le", "surrogatepass"),
        runs=_cut(whole, runs),
        decimals=decimals.tolist(),
        opening=opening.tolist(),
        is_unparted=bool(met & _UNPARTED),
        has_apostrophes=bool(met & _APOSTROPHE),
        has_other_digits=bool(met & _OTHER_DIGIT),
    )


def _cut(whole: str, ends: Places) -> list[str]:
    ends_of_both = iter(ends.tolist())
    return [whole[begin:end] for begin, end in zip(ends_of_both, ends_of_both, strict=True)]


@njit
def _kind(codes: Codes, at: int, table: Kinds) -> int:
    return int(table[np.uintp(codes[np.uintp(at)])])


@njit
def _word_end(codes: Codes, at: int, end: int, table: Kinds) -> int:
    at += 1
    while at < end and _kind(codes, at, table) & _INSIDE:
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
def _next_word(codes: Codes, at: int, end: int, table: Kinds) -> int:
    """Where the next word of a run begins, whose last one ended here; `end` where it is over."""
    if at + 1 >= end or codes[at] != _BLANK:
        return end
    at += 1
    if _kind(codes, at, table) & _UPPER:
        is_initial = at + 3 < end and codes[at + 1] == _POINT and codes[at + 2] == _BLANK
        return at + 3 if is_initial and _kind(codes, at + 3, table) & _UPPER else at
    if not _BEGINS_PARTICLE[codes[np.uintp(at)]]:
        return end
    for particle in _PARTICLES:
        behind = _behind(codes, at, end, particle)
        if behind < end and _kind(codes, behind, table) & _UPPER:
            return behind
    return end


@njit
def _first_word(
    codes: Codes, begin: int, end: int, table: Kinds, lines: Codes, count: int
) -> tuple[int, int, np.uint64, int]:
    """Where it ends, kinds of what is in it, and its hash; it becomes a further line, of which so many
    characters were used, between two ends of lines.
    """
    at, met, hashed = begin, 0, np.uint64(_SEED)
    lines[count] = _NEWLINE
    while at < end:
        kind = _kind(codes, at, table)
        if at > begin and not kind & _INSIDE:
            break
        code = codes[np.uintp(at)]
        met |= kind
        hashed = (hashed ^ np.uint64(code)) * np.uint64(_PRIME)
        count += 1
        lines[np.uintp(count)] = code
        at += 1
    lines[count + 1] = _NEWLINE
    return at, met, hashed, count + 2


@njit
def _may_name(met: int, hashed: np.uint64, places: Hashes) -> bool:
    if met & _APOSTROPHE or not met & _LOWER:
        return True
    slot = hashed % np.uint64(_ROOM)
    while places[slot] and places[slot] != hashed:
        slot = (slot + np.uint64(1)) % np.uint64(_ROOM)
    return bool(places[slot] == hashed)


@njit
def _run_end(codes: Codes, at: int, end: int, table: Kinds) -> int:
    """Of the words that stand together with one that ends here."""
    following = _next_word(codes, at, end, table)
    while following < end:
        at = _word_end(codes, following, end, table)
        following = _next_word(codes, at, end, table)
    return at


_CODES = types.uint16[::1]
_PLACES = types.int64[::1]


@njit(
    types.Tuple((_CODES, *(_PLACES,) * 4, types.int64))(
        types.Array(types.uint16, 1, "C", readonly=True), types.int64, types.uint8[::1], types.uint64[::1]
    ),
    cache=True,
    nogil=True,
)
def survey(
    codes: Codes, body: int, table: Kinds, places: Hashes
) -> tuple[Codes, Places, Places, Places, Places, int]:
    """Of `Landmarks` the other words; where the words and the runs begin and end, one after the other; where
    digits and quotations begin; and kinds of what was met.
    """
    named, counted = min(len(codes), body + NAMED), min(len(codes), body + COUNTED)
    others = np.empty(3 * named, np.uint16)
    words, runs = np.empty(2 * named, np.int64), np.empty(2 * named, np.int64)
    decimals, opening = np.empty(counted, np.int64), np.empty(len(codes), np.int64)
    alone = rest = together = digits = marks = met = last = over = 0
    for at in range(len(codes)):
        kind = _kind(codes, at, table)
        if kind & (_UPPER | _DECIMAL | _OPENING | _UNPARTED | _OTHER_DIGIT | _APOSTROPHE):
            if kind & _UPPER and over <= at < named:
                first, signs, hashed, longer = _first_word(codes, at, named, table, others, rest)
                over = _run_end(codes, first, named, table)
                if over > first:
                    runs[together], runs[together + 1] = at, over
                    together += 2
                elif _may_name(signs, hashed, places):
                    words[alone], words[alone + 1] = at, over
                    alone += 2
                else:
                    rest = longer
            if at < counted:
                met |= kind & _OTHER_DIGIT
                if kind & _DECIMAL and not last & _DECIMAL:
                    decimals[digits] = at
                    digits += 1
            if at < named:
                met |= kind & (_UNPARTED | _APOSTROPHE)
            if kind & _OPENING and at >= body:
                opening[marks] = at - body
                marks += 1
        last = kind
    return others[:rest], words[:alone], runs[:together], decimals[:digits], opening[:marks], met
