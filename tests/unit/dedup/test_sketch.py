import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from services.dedup.search.sketch import BAND, Signer, keys
from services.dedup.settings import DedupSettings
from services.dedup.text.shingles import Hashes, distinct, shingle
from services.dedup.text.words import folded
from tests.unit.dedup.pieces import SETTINGS, words

NONE: Hashes = np.zeros(0, np.uint64)
NEVER = np.zeros(0, np.uint8)
HASHES = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=40)
RUN = SETTINGS.sample_window + 4


def by_datasketch(hashes: list[int], settings: DedupSettings) -> list[int]:
    """The definition of the scheme: datasketch's own class over the low 32 bits."""
    sketch = MinHash(
        num_perm=settings.permutations, seed=settings.seed, hashfunc=lambda value: value, scheme="affine32"
    )
    sketch.update_batch([value & 0xFFFFFFFF for value in hashes])
    values: list[int] = sketch.hashvalues.tolist()
    return values


@given(HASHES)
def test_a_signature_is_datasketchs_bit_for_bit(hashes: list[int]) -> None:
    made = Signer(SETTINGS).signature(np.array(hashes, np.uint64))
    assert made is not None
    assert made.dtype == np.uint32
    assert made.tolist() == by_datasketch(hashes, SETTINGS)


@pytest.mark.parametrize(("permutations", "seed"), [(32, 1), (64, 7), (256, 2**31)])
def test_a_signature_is_datasketchs_under_any_scheme(permutations: int, seed: int) -> None:
    settings = DedupSettings(permutations=permutations, seed=seed)
    hashes = shingle(" ".join(words("any scheme", 200))).narrow
    made = Signer(settings).signature(hashes)
    assert made is not None
    assert made.tolist() == by_datasketch(hashes.tolist(), settings)


def test_the_signature_of_a_sentence_never_changes() -> None:
    made = Signer(SETTINGS).signature(shingle(folded("Der Hafen schläft noch fest")).narrow)
    assert made is not None
    assert made[:4].tolist() == [729825328, 1756649226, 1014755125, 1638556005]


def test_nothing_novel_has_no_signature() -> None:
    assert Signer(SETTINGS).signature(NONE) is None


def test_the_share_of_equal_values_estimates_the_overlap() -> None:
    one = shingle(" ".join(words("shared", 900) + words("mine", 300))).narrow
    other = shingle(" ".join(words("shared", 900) + words("theirs", 300))).narrow
    settings = DedupSettings(permutations=512)
    signatures = [Signer(settings).signature(hashes) for hashes in (one, other)]
    jaccard = len(np.intersect1d(one, other)) / len(np.union1d(one, other))
    assert np.mean(signatures[0] == signatures[1]) == pytest.approx(jaccard, abs=0.07)


def test_texts_that_share_all_words_of_a_band_share_its_key() -> None:
    signer = Signer(SETTINGS)
    signature = np.arange(SETTINGS.permutations, dtype=np.uint32)
    other = signature.copy()
    other[3] += 1
    mine, theirs = signer.band_keys(signature), signer.band_keys(other)
    assert len(mine) == SETTINGS.permutations // SETTINGS.band_rows
    assert np.flatnonzero(mine != theirs).tolist() == [3 // SETTINGS.band_rows]


def test_equal_rows_in_other_bands_make_other_keys() -> None:
    same = np.full(SETTINGS.permutations, 5, np.uint32)
    made = Signer(SETTINGS).band_keys(same)
    assert len(set(made.tolist())) == len(made)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(RUN, 40))
def test_two_texts_that_share_a_run_share_a_sample(
    before: int, after: int, left: int, right: int, run: int
) -> None:
    shared = words("shared", run)
    mine = words("a", before) + shared + words("b", after)
    theirs = words("c", left) + shared + words("d", right)
    signer = Signer(SETTINGS)
    samples = [set(signer.sample_keys(shingle(" ".join(text)).wide).tolist()) for text in (mine, theirs)]
    assert samples[0] & samples[1]


@given(st.lists(st.sampled_from("abcd"), max_size=80))
def test_samples_are_shingles_of_the_text_once_each_in_order(run: list[str]) -> None:
    wide = shingle(" ".join(run)).wide
    samples = Signer(SETTINGS).sample_keys(wide)
    assert samples.tolist() == sorted(set(samples.tolist()))
    assert set(samples.tolist()) <= set(wide.tolist())
    assert bool(len(samples)) == bool(len(wide))


@given(st.lists(st.sampled_from("abcde"), min_size=30, max_size=80))
def test_each_window_keeps_its_smallest_shingle(run: list[str]) -> None:
    wide = shingle(" ".join(run)).wide.tolist()
    window = SETTINGS.sample_window
    smallest = {min(wide[i : i + window]) for i in range(len(wide) - window + 1)}
    assert set(Signer(SETTINGS).sample_keys(shingle(" ".join(run)).wide).tolist()) == smallest


def test_about_two_of_nine_shingles_become_postings() -> None:
    wide = shingle(" ".join(words("long", 4000))).wide
    assert len(Signer(SETTINGS).sample_keys(wide)) == pytest.approx(
        len(wide) * 2 / (SETTINGS.sample_window + 1), rel=0.1
    )


def test_keys_are_sorted_and_name_their_kind_in_the_low_bit() -> None:
    signer = Signer(SETTINGS)
    made = shingle(" ".join(words("keys", 200)))
    signature = signer.signature(made.narrow)
    found = keys(signer, made, signature, NONE, NEVER, least=3)
    assert found.values.tolist() == sorted(set(found.values.tolist()))
    bands = found.values & np.uint64(1) == BAND
    assert (int(bands.sum()), int((~bands).sum())) == (found.bands, found.samples)


def test_what_is_no_evidence_is_no_key() -> None:
    signer = Signer(SETTINGS)
    made = shingle(" ".join(words("stale", 200)))
    whole = distinct(made.wide)
    often = np.full(len(whole), 3, np.uint8)
    assert keys(signer, made, None, whole, often, least=3).values.tolist() == []
    half = np.where(np.arange(len(whole)) % 2, often, 2).astype(np.uint8)
    left = keys(signer, made, None, whole, half, least=3)
    assert 0 < left.samples < keys(signer, made, None, NONE, NEVER, least=3).samples
