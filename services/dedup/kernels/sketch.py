"""Kernels of `services.dedup.search.sketch`."""

import numpy as np
from numba import types

from services.dedup.kernels.layouts import BYTES, HASHES, NUMBERS
from services.dedup.kernels.profile import evidence
from services.dedup.kernels.shingles import distinct, mix
from services.dedup.search.novelty import Days
from services.dedup.search.sketch import BAND, KIND_MASK, SALT, SAMPLE, Signature
from services.dedup.text.shingles import Hashes, Numbers
from services.kernels.target import njit


@njit
def _finalize(novel: Hashes) -> Signature:
    low = np.empty(len(novel), np.uint32)
    for place in range(len(novel)):  # numba widens every product to 64 bits
        value = np.uint32(novel[place])
        value = np.uint32((value ^ (value >> np.uint32(16))) * np.uint32(0x85EBCA6B))
        value = np.uint32((value ^ (value >> np.uint32(13))) * np.uint32(0xC2B2AE35))
        low[place] = value ^ (value >> np.uint32(16))
    return low


@njit("uint32[::1](uint64[::1], uint32[::1], uint32[::1])", cache=True, nogil=True)
def signature(novel: Hashes, factors: Signature, offsets: Signature) -> Signature:
    """`Signer.signature` of at least one hash."""
    low = _finalize(novel)
    signed = np.empty(len(factors), np.uint32)
    for row in range(len(factors)):
        factor, offset = factors[row], offsets[row]
        least = np.uint32(0xFFFFFFFF)
        for place in range(len(low)):  # a loop that is done in vectors
            permuted = np.uint32(factor * low[place] + offset)
            least = min(least, permuted)
        signed[row] = least
    return signed


@njit
def _pair_up(some: Hashes, others: Hashes, minima: Hashes) -> None:
    for place in range(len(some)):
        minima[place] = min(some[place], others[place])


@njit
def _window_minima(values: Hashes, window: int) -> Hashes:
    """The smallest of each run of `window` values, once where runs behind each other share it."""
    minima, wider, span = values, np.empty_like(values), 1
    while span < window:
        step = min(span, window - span)
        _pair_up(minima[:-step], minima[step:], wider)
        minima = wider[: len(minima) - step]
        wider = np.empty_like(minima)
        span += step
    count, kept = len(minima), 0
    minima = minima.copy()
    for place in range(count):
        value = minima[place]
        minima[np.uintp(kept)] = value
        kept += place + 1 == count or minima[place + 1] != value
    return minima[:kept]


@njit
def _stale(unique: Hashes, days: Days, least: int) -> Hashes:
    stale = np.empty(len(unique) + 1, np.uint64)
    count = 0
    for place in range(len(unique)):
        stale[np.uintp(count)] = unique[place]
        count += days[place] >= least
    return stale[:count]


@njit
def _samples(wide: Hashes, window: int, stale: Hashes) -> Hashes:
    samples = distinct(_window_minima(wide, min(window, len(wide))))
    if not len(stale):
        return samples
    count = 0
    for value in samples:
        place = np.searchsorted(stale, value)
        if place == len(stale) or stale[place] != value:
            samples[count] = value
            count += 1
    return samples[:count]


@njit
def _bands(signed: Signature, salts: Hashes, rows: int) -> Hashes:
    keys = np.empty(len(salts) if len(signed) else 0, np.uint64)
    for band in range(len(keys)):
        key = salts[band]
        for row in range(band * rows, (band + 1) * rows):
            key = mix(key * SALT ^ np.uint64(signed[row]))
        keys[band] = key | BAND
    return np.sort(keys)


@njit
def _merge(some: Hashes, others: Hashes) -> Hashes:
    """Both, ascending as they are, each once."""
    merged = np.empty(len(some) + len(others), np.uint64)
    count = at = there = 0
    while at < len(some) or there < len(others):
        if there == len(others) or (at < len(some) and some[at] <= others[there]):
            value = some[at]
            at += 1
        else:
            value = others[there]
            there += 1
        if not count or merged[count - 1] != value:
            merged[count] = value
            count += 1
    return merged[:count].copy()


@njit(
    types.Tuple((types.uint64[::1], types.int64, types.int64))(
        types.uint64[::1],
        types.int64,
        HASHES,
        BYTES,
        types.int64,
        types.uint32[::1],
        types.uint64[::1],
        types.int64,
    ),
    cache=True,
    nogil=True,
)
def keys(
    wide: Hashes,
    window: int,
    unique: Hashes,
    days: Days,
    least: int,
    signed: Signature,
    salts: Hashes,
    rows: int,
) -> tuple[Hashes, int, int]:
    """The fields of `Keys`; `signed` is empty where nothing is novel."""
    samples = _samples(wide, window, _stale(unique, days, least)) if len(wide) else wide
    bands = _bands(signed, salts, rows)
    for place in range(len(samples)):
        samples[place] = samples[place] & KIND_MASK | SAMPLE
    return _merge(bands, samples), len(bands), len(samples)


@njit(
    types.Tuple((types.int64, types.uint32[::1], types.uint64[::1], types.int64, types.int64))(
        HASHES,
        NUMBERS,
        BYTES,
        types.uint64[::1],
        HASHES,
        BYTES,
        types.int64,
        types.uint32[::1],
        types.uint32[::1],
        types.uint64[::1],
        types.int64,
        types.int64,
    ),
    cache=True,
    nogil=True,
)
def sign(
    narrow: Hashes,
    around: Numbers,
    days: Days,
    wide: Hashes,
    unique: Hashes,
    weighed: Days,
    least: int,
    factors: Signature,
    offsets: Signature,
    salts: Hashes,
    rows: int,
    window: int,
) -> tuple[int, Signature, Hashes, int, int]:
    """The fields of `Signs`, and of its keys; the signature is empty where nothing is novel."""
    novel = evidence(narrow, around, days, least)
    signed = signature(novel, factors, offsets) if len(novel) else np.empty(0, np.uint32)
    values, bands, samples = keys(wide, window, unique, weighed, least, signed, salts, rows)
    return len(novel), signed, values, bands, samples
