"""Sign: a version's shingles to a MinHash signature and the keys it is found by.

The signature is datasketch's affine32 MinHash over the novel narrow shingles (low 32 bits of their
hash): its permutations, applied to an array at once. Keys are 64-bit, sorted, their kind in the low
bit: a band of the signature (Leskovec, Rajaraman, Ullman: Mining of Massive Datasets, 3.4) or a
sampled wide shingle. Samples are chosen by winnowing (Schleimer, Wilkerson, Aiken 2003): the
smallest hash of each run of `sample_window`, so that two texts sharing a run of
`sample_window + 4` words are bound to share a key, and the share of shared samples estimates
containment.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.dedup import kernels
from services.dedup.search.novelty import Days
from services.dedup.search.profile import Reading, evidence
from services.dedup.settings import DedupSettings
from services.dedup.text.shingles import Hashes, Shingles, among, distinct, mix

Signature = npt.NDArray[np.uint32]
BAND, SAMPLE = np.uint64(1), np.uint64(0)
_ROWS_AT_ONCE = 64  # some rows of an article stay in the cache of a core
_UNSIGNED: Signature = np.zeros(0, np.uint32)
_LOW = np.uint64(0xFFFFFFFF)
KIND_MASK = np.uint64(0xFFFFFFFFFFFFFFFE)
SALT = np.uint64(0x9E3779B97F4A7C15)


class Signer:
    """Signs under one scheme. Holds the permutations, nothing else."""

    def __init__(self, settings: DedupSettings) -> None:
        self.rows = settings.band_rows
        self._bands = settings.permutations // settings.band_rows
        self.window = settings.sample_window
        self.permutations = factors, offsets = _permutations(settings.permutations, settings.seed)
        parts = range(_ROWS_AT_ONCE, settings.permutations, _ROWS_AT_ONCE)
        self._factors = np.split(factors[:, None], parts)
        self._offsets = np.split(offsets[:, None], parts)
        self.band_salts = mix(np.arange(1, self._bands + 1, dtype=np.uint64) * SALT)

    def signature(self, novel: Hashes) -> Signature | None:
        """None where nothing is novel."""
        if not len(novel):
            return None
        compiled = kernels.module("sketch")
        if compiled is not None:
            least: Signature = compiled.signature(novel, *self.permutations)
            return least
        low = _finalize((novel & _LOW).astype(np.uint32))
        return np.concatenate(
            [
                _least(factors, offsets, low)
                for factors, offsets in zip(self._factors, self._offsets, strict=True)
            ]
        )

    def band_keys(self, signature: Signature) -> Hashes:
        rows = signature[: self._bands * self.rows].reshape(self._bands, self.rows).astype(np.uint64)
        keys = self.band_salts.copy()
        for column in rows.T:
            keys = mix(keys * SALT ^ column)
        return keys | BAND

    def sample_keys(self, wide: Hashes) -> Hashes:
        """Winnowed wide shingles of a text, in order of their hash, each once."""
        if not len(wide):
            return wide
        return distinct(_window_minima(wide, min(self.window, len(wide))))


def _permutations(count: int, seed: int) -> tuple[Signature, Signature]:
    """Datasketch's own, drawn as it draws them: the package itself takes half a second to import."""
    drawn = np.random.RandomState(seed)
    factors = drawn.randint(0, 1 << 31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, drawn.randint(0, 1 << 32, count, dtype=np.uint32)


def _least(factors: Signature, offsets: Signature, low: Signature) -> Signature:
    permuted = factors * low
    permuted += offsets
    least: Signature = permuted.min(axis=1)
    return least


def _window_minima(values: Hashes, window: int) -> Hashes:
    """The smallest of each run of `window` values, in log2(window) passes."""
    span = 1
    while span * 2 <= window:
        values = np.minimum(values[:-span], values[span:])
        span *= 2
    rest = window - span
    return np.minimum(values[:-rest], values[rest:]) if rest else values


def _finalize(values: Signature) -> Signature:
    """MurmurHash3's 32-bit finalizer, which affine32 mixes its input with."""
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    values = (values ^ (values >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))


class Keys(NamedTuple):
    """What a version is found by."""

    values: Hashes
    """Sorted, each once, kind in the low bit."""
    bands: int
    samples: int


def keys(
    signer: Signer,
    shingles: Shingles,
    signature: Signature | None,
    unique: Hashes,
    days: Days,
    *,
    least: int,
) -> Keys:
    """Band and sample keys of a version; `unique` wide shingles seen on `least` days make none."""
    compiled = kernels.module("sketch")
    if compiled is not None:
        signed = _UNSIGNED if signature is None else signature
        salts, rows = signer.band_salts, signer.rows
        wide, window = shingles.wide, signer.window
        return Keys(*compiled.keys(wide, window, unique, days, least, signed, salts, rows))
    samples = signer.sample_keys(shingles.wide)
    stale = unique[days >= least]
    if len(stale):
        samples = samples[~among(samples, stale)]
    samples = samples & KIND_MASK | SAMPLE
    bands = signer.band_keys(signature) if signature is not None else samples[:0]
    return Keys(distinct(np.concatenate((bands, samples))), len(bands), len(samples))


class Signs(NamedTuple):
    """What is made of a text to find it."""

    novel: int
    """Distinct narrow shingles that were signed."""
    signature: Signature | None
    keys: Keys


def sign(signer: Signer, reading: Reading, days: Days, weighed: Days, *, least: int) -> Signs:
    """`evidence` by the days signed, and `keys` by what they weigh."""
    compiled = kernels.module("sketch")
    if compiled is not None:
        signed, signature, *made = compiled.sign(
            reading.narrow,
            reading.around,
            days,
            reading.shingles.wide,
            reading.unique,
            weighed,
            least,
            *signer.permutations,
            signer.band_salts,
            signer.rows,
            signer.window,
        )
        return Signs(signed, signature if signed else None, Keys(*made))
    novel = evidence(reading, days, least)
    signature = signer.signature(novel)
    made = keys(signer, reading.shingles, signature, reading.unique, weighed, least=least)
    return Signs(len(novel), signature, made)
