"""Signatures of the kernel, of the definition and of datasketch are the same; keys of the first two."""

from collections.abc import Iterator

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from services.dedup import kernels
from services.dedup.search.profile import read
from services.dedup.search.sketch import Signature, Signer, keys, sign
from services.dedup.settings import DedupSettings
from services.dedup.text.shingles import Hashes, Shingles, distinct
from tests.unit.dedup.pieces import prose

HASHES = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=200)


@pytest.fixture(scope="module", autouse=True)
def _definitions_after() -> Iterator[None]:
    yield
    kernels.use(now=False)


def signature(hashes: Hashes, settings: DedupSettings, *, compiled: bool) -> Signature:
    kernels.use(now=compiled)
    found = Signer(settings).signature(hashes)
    assert found is not None
    return found


@given(HASHES, st.sampled_from([32, 128, 200]), st.integers(1, 9))
def test_signatures_are_those_of_datasketch(values: list[int], permutations: int, seed: int) -> None:
    hashes = np.array(values, np.uint64)
    settings = DedupSettings(permutations=permutations, seed=seed)
    theirs = MinHash(num_perm=permutations, seed=seed, scheme="affine32", hashfunc=lambda value: value)
    theirs.update_batch([value & 0xFFFFFFFF for value in values])
    for compiled in (False, True):
        ours = signature(hashes, settings, compiled=compiled)
        assert ours.tolist() == theirs.hashvalues.tolist()


FEW = st.lists(st.integers(0, 40), max_size=60)
"""Of few hashes, so that some come again and some are stale."""


@given(st.one_of(HASHES, FEW), FEW, st.sampled_from([(32, 3), (39, 8), (128, 1)]), st.integers(1, 12))
def test_keys_are_the_same(wide: list[int], stale: list[int], rows: tuple[int, int], window: int) -> None:
    settings = DedupSettings(permutations=rows[0], band_rows=rows[1], sample_window=window)
    signer = Signer(settings)
    shingles = Shingles(np.zeros(0, np.uint64), np.array(wide, np.uint64), unspaced=False)
    known = distinct(np.array(stale, np.uint64))
    days = (known % 5).astype(np.uint8)
    evidence = [None, *([signature(shingles.wide, settings, compiled=False)] if wide else [])]
    for signed in evidence:
        found = []
        for compiled in (False, True):
            kernels.use(now=compiled)
            made = keys(signer, shingles, signed, known, days, least=3)
            found.append((made.values.tolist(), made.bands, made.samples))
        assert found[0] == found[1]


@pytest.mark.parametrize("words", [0, 2, 3, 4, 60, 900])
def test_what_is_made_to_find_a_text_is_the_same(words: int) -> None:
    settings = DedupSettings()
    reading = read(prose("sign", words))
    for most in (1, 3, 6):
        days = (reading.unique % np.uint64(most)).astype(np.uint8)
        weighed = np.where(reading.unique % np.uint64(5) == 0, np.uint8(255), days)
        found = []
        for compiled in (False, True):
            kernels.use(now=compiled)
            made = sign(Signer(settings), reading, days, weighed, least=2)
            signed = None if made.signature is None else made.signature.tolist()
            found.append((made.novel, signed, made.keys.values.tolist(), *made.keys[1:]))
        assert found[0] == found[1]
