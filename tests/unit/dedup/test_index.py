"""Route and index: a join that gives the same pairs however it is spread, ordered or repeated."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dedup import kernels
from services.dedup.search.index import Partials, RangeIndex, add_up
from services.dedup.search.postings import BAND_WEIGHT
from services.dedup.search.route import GROUPS, Block, Entry, block, route
from services.dedup.text.shingles import Hashes, distinct, mix

WINDOW_US = 100
Pairs = dict[tuple[int, int], tuple[int, int]]

ALPHABET: Hashes = mix(np.arange(1, 25, dtype=np.uint64))
"""Few keys, spread over all groups and both kinds, so that many are shared."""


@pytest.fixture(scope="module", autouse=True, params=[False, True], ids=["definition", "compiled"])
def _compiled(request: pytest.FixtureRequest) -> Iterator[None]:
    kernels.use(now=request.param)
    yield
    kernels.use(now=False)


@st.composite
def corpora(draw: st.DrawFn) -> list[list[Entry]]:
    """Versions by block."""
    versions = []
    for number in range(draw(st.integers(0, 10))):
        chosen = draw(st.lists(st.integers(0, len(ALPHABET) - 1), max_size=8))
        at = draw(st.integers(0, 2 * WINDOW_US))
        versions.append(Entry((number * 7) % 10, at, distinct(ALPHABET[chosen])))
    blocks: list[list[Entry]] = []
    for version in versions:
        if not blocks or draw(st.booleans()):
            blocks.append([])
        blocks[-1].append(version)
    return blocks


def by_definition(corpus: list[list[Entry]]) -> Pairs:
    """Every two versions within the window, by the keys of either kind they share."""
    every = sorted((entry for part in corpus for entry in part), key=lambda entry: entry.version)
    found: Pairs = {}
    for i, (one, at, keys) in enumerate(every):
        for other, then, others in every[i + 1 :]:
            shared = set(keys.tolist()) & set(others.tolist())
            bands = sum(key & 1 for key in shared)
            if shared and abs(at - then) <= WINDOW_US:
                found[one, other] = (bands, len(shared) - bands)
    return found


def pairs(partials: Partials) -> Pairs:
    columns = (column.tolist() for column in partials)
    return {
        (first, second): divmod(count, BAND_WEIGHT) for first, second, count in zip(*columns, strict=True)
    }


def joined(blocks: list[Block], ranges: int) -> Pairs:
    indexes = [RangeIndex(window_us=WINDOW_US) for _ in range(ranges)]
    emitted = [RangeIndex(window_us=WINDOW_US).probe_insert(EMPTY)]
    for whole in blocks:
        for index, piece in zip(indexes, route(whole, ranges), strict=True):
            emitted.append(index.probe_insert(piece))
    return pairs(add_up(emitted))


@pytest.mark.parametrize("ranges", [1, 4, 16, 128])
@given(corpus=corpora())
def test_the_pairs_are_those_of_the_definition_whatever_the_ranges(
    ranges: int, corpus: list[list[Entry]]
) -> None:
    blocks = [block("signer", number, part) for number, part in enumerate(corpus)]
    assert joined(blocks, ranges) == by_definition(corpus)


@given(corpora(), st.data())
def test_the_pairs_are_the_same_for_blocks_in_any_order_and_delivered_twice(
    corpus: list[list[Entry]], data: st.DataObject
) -> None:
    blocks = [block("signer", number, part) for number, part in enumerate(corpus)]
    delivered = data.draw(st.permutations(blocks + data.draw(st.lists(st.sampled_from(blocks or [EMPTY])))))
    assert joined(delivered, 4) == by_definition(corpus)


EMPTY = block("nobody", 0, [Entry(0, 0, ALPHABET[:0])])


@given(corpora())
def test_each_pair_is_emitted_once_by_a_range(corpus: list[list[Entry]]) -> None:
    index = RangeIndex(window_us=WINDOW_US)
    emitted: list[tuple[int, int]] = []
    for number, part in enumerate(corpus):
        found = index.probe_insert(block("signer", number, part))
        emitted += zip(found.first.tolist(), found.second.tolist(), strict=True)
    assert len(emitted) == len(set(emitted))
    assert all(first < second for first, second in emitted)


@given(corpora())
def test_what_is_put_in_without_probing_is_found_by_what_comes_later(corpus: list[list[Entry]]) -> None:
    *before, last = corpus or [[]]
    if not last:
        return
    probed, restored = RangeIndex(window_us=WINDOW_US), RangeIndex(window_us=WINDOW_US)
    for number, part in enumerate(before):
        probed.probe_insert(block("signer", number, part))
        restored.insert(block("signer", number, part))
    whole = block("signer", len(before), last)
    assert pairs(restored.probe_insert(whole)) == pairs(probed.probe_insert(whole))
    assert len(restored) == len(probed)


@given(corpora(), st.data())
def test_eviction_forgets_a_version_and_nothing_else(corpus: list[list[Entry]], data: st.DataObject) -> None:
    every = [entry.version for part in corpus for entry in part]
    gone = set(data.draw(st.lists(st.sampled_from(every)))) if every else set()
    index = RangeIndex(window_us=WINDOW_US)
    for number, part in enumerate(corpus):
        index.probe_insert(block("signer", number, part))
    index.evict(np.array(sorted(gone), np.int64))
    probe = Entry(10, WINDOW_US, distinct(ALPHABET))
    found = index.probe_insert(block("signer", 99, [probe]))
    left = [[entry for entry in part if entry.version not in gone] for part in corpus]
    assert pairs(found) == {
        pair: shared for pair, shared in by_definition([*left, [probe]]).items() if probe.version in pair
    }


def test_evicting_what_is_not_there_does_nothing() -> None:
    index = RangeIndex(window_us=WINDOW_US)
    index.evict(np.array([3]))
    assert len(index) == 0


def test_versions_further_apart_than_the_window_are_no_pair() -> None:
    keys = ALPHABET[:3]
    for apart, count in ((WINDOW_US, 1), (WINDOW_US + 1, 0)):
        blocks = [block("s", n, [Entry(n, n * apart, distinct(keys))]) for n in range(2)]
        assert len(joined(blocks, 1)) == count


def test_blocks_of_two_signers_with_one_number_are_two_blocks() -> None:
    keys = distinct(ALPHABET[:3])
    blocks = [block("one", 0, [Entry(0, 0, keys)]), block("two", 0, [Entry(1, 0, keys)])]
    assert len(joined(blocks, 1)) == 1


def test_a_block_that_can_no_longer_come_again_need_not_be_remembered() -> None:
    index = RangeIndex(window_us=WINDOW_US)
    for number in range(5):
        index.probe_insert(block("one", number, [Entry(number, 0, distinct(ALPHABET[:3]))]))
    index.forget_blocks("one", 4)
    index.forget_blocks("another", 99)
    assert pairs(index.probe_insert(block("one", 4, [Entry(5, 0, distinct(ALPHABET[:3]))]))) == {}
    assert len(pairs(index.probe_insert(block("one", 3, [Entry(5, 0, distinct(ALPHABET[:3]))])))) == 5


def test_two_keys_that_differ_in_their_last_bits_alone_are_one() -> None:
    key = int(ALPHABET[0]) >> 30 << 30
    index = RangeIndex(window_us=WINDOW_US)
    found: Pairs = {}
    for n, low in enumerate((0, 2, 1, 1 << 21)):
        found |= pairs(index.probe_insert(block("s", n, [Entry(n, 0, np.array([key + low], np.uint64))])))
    assert found == {(0, 1): (0, 1)}


@pytest.mark.parametrize("ranges", [1, 2, 4, 8, 16, 32, 64, 128])
@given(keys=st.lists(st.integers(0, 2**64 - 1), max_size=30))
def test_routing_deals_out_every_key_once_by_its_group(ranges: int, keys: list[int]) -> None:
    whole = block("signer", 3, [Entry(7, 1, distinct(np.array(keys, np.uint64)))])
    pieces = route(whole, ranges)
    assert len(pieces) == ranges
    routed = np.concatenate([piece.keys for piece in pieces])
    assert sorted(routed.tolist()) == sorted(route(whole, 1)[0].keys.tolist())
    wide = GROUPS // ranges
    for number, piece in enumerate(pieces):
        groups = [key >> 57 for key in piece.keys.tolist()]
        assert all(number * wide <= group < (number + 1) * wide for group in groups)
        assert (piece.signer, piece.number) == ("signer", 3)
        assert (piece.versions.tolist(), piece.at_us.tolist()) == ([7], [1])


@pytest.mark.parametrize("ranges", [-1, 0, 3, 5, 100, 256])
def test_groups_that_cannot_be_shared_out_evenly_are_refused(ranges: int) -> None:
    with pytest.raises(ValueError, match="128 key groups"):
        route(EMPTY, ranges)


def test_a_block_knows_which_version_owns_each_key_in_whatever_range_it_is() -> None:
    one, other = distinct(ALPHABET[:4]), distinct(ALPHABET[2:6])
    whole = block("signer", 0, [Entry(8, 1, one), Entry(9, 2, other)])
    wanted = list(zip(route(whole, 1)[0].keys.tolist(), [0] * len(one) + [1] * len(other), strict=True))
    for ranges in (1, 16):
        owned = [
            pair
            for piece in route(whole, ranges)
            for pair in zip(piece.keys.tolist(), piece.owners.tolist(), strict=True)
        ]
        assert sorted(owned) == sorted(wanted)
        assert all((np.diff(piece.owners) >= 0).all() for piece in route(whole, ranges))


def test_keys_come_to_all_groups_alike() -> None:
    hashes = mix(np.arange(1, 120_001, dtype=np.uint64))
    least = np.lib.stride_tricks.sliding_window_view(hashes, 8).min(axis=1)
    whole = block("signer", 0, [Entry(0, 0, distinct(least))])
    sizes = [len(piece.keys) for piece in route(whole, GROUPS)]
    assert len(set(route(whole, 1)[0].keys.tolist())) == sum(sizes) == len(whole.keys)
    assert max(sizes) < 1.3 * sum(sizes) / GROUPS
