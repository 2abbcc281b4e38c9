"""Kernels of `services.dedup.search.traces`."""

import numpy as np
from numba import types

from services.dedup.kernels.layouts import BYTES, LETTERS, SPANS, STARTS
from services.dedup.kernels.letters import Entries, Units, letter_table
from services.dedup.kernels.profile import hash_words, shingle, sort_wide
from services.dedup.kernels.sketch import keys
from services.dedup.kernels.words import split_units
from services.dedup.search.novelty import Days
from services.dedup.search.profile import NEVER_EVIDENCE
from services.dedup.search.sketch import Signature
from services.dedup.search.traces import Bounds
from services.dedup.text.shingles import WIDE_CHARS, WIDE_WORDS, Hashes, Places
from services.dedup.text.words import Spans
from services.kernels.target import njit

_TABLE = letter_table()
_ENTRIES, _MORE = _TABLE
_FAILED = -1


@njit
def _days(unique: Hashes, boxed: Places, seen: Days) -> Days:
    """On how many days each was seen, as `seen` packs it, but for what stands in boxes."""
    days = np.empty(len(unique), np.uint8)
    for place in range(len(unique)):
        told = seen[place >> 2] >> np.uint8(2 * (place & 3)) & 3
        days[place] = NEVER_EVIDENCE if boxed[place] else told
    return days


@njit(
    types.Tuple(
        (types.uint64[::1], types.int64[::1], types.uint64[::1], types.int64[::1], types.int64[:, ::1])
    )(
        LETTERS,
        STARTS,
        SPANS,
        STARTS,
        BYTES,
        STARTS,
        types.Array(types.uint32, 1, "C"),
        STARTS,
        types.uint64[::1],
        types.int64,
        types.int64,
        types.int64,
        types.int64[::1],
        types.uint16[::1],
    ),
    cache=True,
    nogil=True,
)
def traces_by(
    units: Units,
    unit_bounds: Bounds,
    boxes: Spans,
    box_bounds: Bounds,
    seen: Days,
    seen_bounds: Bounds,
    signatures: Signature,
    signature_bounds: Bounds,
    salts: Hashes,
    rows: int,
    window: int,
    least: int,
    entries: Entries,
    more: Units,
) -> tuple[Hashes, Bounds, Hashes, Bounds, Spans]:
    """Shingles and keys of all texts, where those of each begin, and how many keys of either kind it has:
    samples below zero where a text has no rule.
    """
    count = len(unit_bounds) - 1
    shingles = np.empty(len(units) + count, np.uint64)
    values = np.empty(len(units) + count * (1 + len(salts)), np.uint64)
    shingle_bounds, key_bounds = np.zeros(count + 1, np.int64), np.zeros(count + 1, np.int64)
    kinds = np.empty((count, 2), np.int64)
    end = last = 0
    for at in range(count):
        text = units[unit_bounds[at] : unit_bounds[at + 1]]
        known, letters, spans = split_units(text, entries, more)
        words, by_signs, unspaced = hash_words(letters, len(spans), entries)
        wide = shingle(words, by_signs, unspaced, WIDE_WORDS, WIDE_CHARS)
        inside = boxes[box_bounds[at] : box_bounds[at + 1]]
        unique, boxed = sort_wide(wide, spans, inside, by_signs, unspaced)
        packed = seen[seen_bounds[at] : seen_bounds[at + 1]]
        if known and 4 * len(packed) >= len(unique):
            signed = signatures[signature_bounds[at] : signature_bounds[at + 1]]
            days = _days(unique, boxed, packed)
            found, bands, samples = keys(wide, window, unique, days, least, signed, salts, rows)
            shingles[end : end + len(unique)] = unique
            values[last : last + len(found)] = found
            end, last = end + len(unique), last + len(found)
            kinds[at, 0], kinds[at, 1] = bands, samples
        else:
            kinds[at, 0], kinds[at, 1] = 0, _FAILED
        shingle_bounds[at + 1], key_bounds[at + 1] = end, last
    return shingles[:end].copy(), shingle_bounds, values[:last].copy(), key_bounds, kinds


def traces(*told: object) -> tuple[Hashes, Bounds, Hashes, Bounds, Spans]:
    """`traces` of all texts at once."""
    found: tuple[Hashes, Bounds, Hashes, Bounds, Spans] = traces_by(*told, _ENTRIES, _MORE)
    return found
