"""Signatures of the kernel, of the definition and of datasketch are the same."""

from collections.abc import Iterator

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from services.dedup import kernels
from services.dedup.search.sketch import Signature, Signer
from services.dedup.settings import DedupSettings
from services.dedup.text.shingles import Hashes

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
