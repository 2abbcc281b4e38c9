"""What remembered texts leave in a shard's memory, made again from the records of the changelog."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from types import ModuleType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.dedup import kernels
from services.dedup.search.profile import read, weighed
from services.dedup.search.seen import unpack
from services.dedup.search.sketch import Keys, Signature, Signer, keys
from services.dedup.text.boxes import boxes
from services.dedup.text.shingles import Hashes

Bounds = npt.NDArray[np.int64]
_UNSIGNED: Signature = np.zeros(0, np.uint32)


class Known(NamedTuple):
    """What is told of a text."""

    text: str
    seen: bytes
    """On how many earlier days each of its shingles was seen, packed."""
    signature: Signature | None


class Trace(NamedTuple):
    shingles: Hashes
    """The distinct wide ones, for novelty."""
    keys: Keys


def traces(signer: Signer, batch: Sequence[Known], least: int) -> list[Trace]:
    """What was seen on `least` earlier days or more is no evidence."""
    compiled = kernels.module("traces")
    if compiled is None or not batch:
        return [_trace(signer, known, least) for known in batch]
    made = _traces(compiled, signer, batch, least)
    return [one or _trace(signer, known, least) for known, one in zip(batch, made, strict=True)]


def _trace(signer: Signer, known: Known, least: int) -> Trace:
    reading = read(known.text)
    days = weighed(reading, unpack(known.seen, len(reading.unique)))
    return Trace(
        reading.unique, keys(signer, reading.shingles, known.signature, reading.unique, days, least=least)
    )


def _traces(compiled: ModuleType, signer: Signer, batch: Sequence[Known], least: int) -> list[Trace | None]:
    """None of what there are no rules for."""
    units = [known.text.encode("utf-16-le") for known in batch]
    inside = [boxes(known.text) for known in batch]
    signatures = [_UNSIGNED if known.signature is None else known.signature for known in batch]
    packed = [known.seen for known in batch]
    found = compiled.traces(
        np.frombuffer(b"".join(units), np.uint16),
        _bounds(map(len, units)) // 2,
        np.array([span for spans in inside for span in spans], np.int64).reshape(-1, 2),
        _bounds(map(len, inside)),
        np.frombuffer(b"".join(packed), np.uint8),
        _bounds(map(len, packed)),
        np.concatenate(signatures),
        _bounds(map(len, signatures)),
        signer.band_salts,
        signer.rows,
        signer.window,
        least,
    )
    return list(_cut(*found))


def _bounds(lengths: Iterable[int]) -> Bounds:
    """Where each begins that lie one behind the other, and where the last ends."""
    return np.array([0, *accumulate(lengths)], np.int64)


def _cut(
    shingles: Hashes, shingle_bounds: Bounds, values: Hashes, key_bounds: Bounds, kinds: Bounds
) -> Iterator[Trace | None]:
    """What each text has of all."""
    of_shingles, of_keys = pairwise(shingle_bounds.tolist()), pairwise(key_bounds.tolist())
    for (start, end), (first, last), (bands, samples) in zip(
        of_shingles, of_keys, kinds.tolist(), strict=True
    ):
        if samples < 0:
            yield None
        else:
            yield Trace(shingles[start:end], Keys(values[first:last], bands, samples))
