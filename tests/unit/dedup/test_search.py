import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.articles import Article
from services.dedup import kernels
from services.dedup.search.lookup import Findable, Search, Signed
from services.dedup.search.profile import read
from services.dedup.search.ranges import Ranges
from services.dedup.search.seen import pack
from services.dedup.settings import DedupSettings
from tests.unit.dedup.pieces import SETTINGS, article, prose


def signed(search: Search, piece: Article) -> Signed:
    reading = read(piece.text)
    return search.sign([(piece, reading, np.zeros(len(reading.unique), np.uint8))])[0]


def whole(*numbers: int) -> Article:
    """An article of the numbered paragraphs."""
    text = "\n\n".join(prose(("paragraph", number), 60) for number in numbers)
    return article(text, "/" + "-".join(map(str, numbers)))


CORPUS = [
    whole(0, 1, 2),
    whole(0, 1),
    whole(2),
    whole(3, 4),
    whole(4, 0),
    whole(5),
    article("Kurz", "/short"),
]


def found(ranges: int, batches: list[list[Article]]) -> dict[tuple[str, str], tuple[int, int]]:
    search = Search(SETTINGS, Ranges(ranges, window_days=SETTINGS.window_days))
    pairs: dict[tuple[str, str], tuple[int, int]] = {}
    for batch in batches:
        for version, hits in search.find([signed(search, piece) for piece in batch]).items():
            for hit in search.hits(hits):
                one, other = sorted((version, hit.version))
                pairs[one, other] = (hit.bands, hit.samples)
    return pairs


@pytest.mark.parametrize("ranges", [1, 4, 16, 128])
@given(st.permutations(CORPUS), st.integers(1, 7))
@settings(max_examples=20)
def test_the_pairs_are_the_same_for_any_ranges_order_and_batches(
    ranges: int, order: list[Article], size: int
) -> None:
    batches = [order[i : i + size] for i in range(0, len(order), size)]
    assert found(ranges, batches) == found(1, [CORPUS])


def test_of_a_pair_in_one_batch_the_later_is_told() -> None:
    search = Search(SETTINGS)
    one, other = CORPUS[0], CORPUS[1]
    found = search.find([signed(search, one), signed(search, other)])
    assert found.keys() == {other.version_id}
    (there,) = search.hits(found[other.version_id])
    assert there.version == one.version_id
    assert there.samples > 10


def test_nothing_given_nothing_found() -> None:
    assert Search(SETTINGS).find([]) == {}


def test_a_sketch_read_back_is_found_as_the_one_it_was_made_of() -> None:
    running, restored = Search(SETTINGS), Search(SETTINGS, Ranges(4, window_days=SETTINGS.window_days))
    for piece in CORPUS[1:]:
        made = signed(running, piece)
        assert restored.signed(made.profile, made.sketch).keys.values.tolist() == made.keys.values.tolist()
        seen = pack(np.zeros(len(made.profile.unique), np.uint8))
        ((_, again),) = restored.traces([(piece.text, seen, made.sketch)])
        assert (again.values.tolist(), again.bands, again.samples) == (
            made.keys.values.tolist(),
            made.keys.bands,
            made.keys.samples,
        )
        running.find([made])
        restored.insert([Findable(piece.version_id, made.profile.at_us, again)])
    last = signed(running, CORPUS[0])

    mine, theirs = (search.hits(search.find([last])[CORPUS[0].version_id]) for search in (running, restored))
    assert sorted(mine) == sorted(theirs)
    assert len(running) == len(restored)


@pytest.mark.parametrize("others", [DedupSettings(seed=2), DedupSettings(permutations=64)])
def test_a_sketch_of_another_scheme_is_refused(others: DedupSettings) -> None:
    made = signed(Search(SETTINGS), CORPUS[0])
    with pytest.raises(ValueError, match="scheme"):
        Search(others).signed(made.profile, made.sketch)
    other = msgspec.structs.replace(made.sketch.scheme, version=1)
    with pytest.raises(ValueError, match="scheme"):
        Search(SETTINGS).signed(made.profile, msgspec.structs.replace(made.sketch, scheme=other))


def test_when_all_is_evicted_no_key_is_held() -> None:
    kernels.use(now=False)  # compiled, what is forgotten is cleared away bit by bit
    search = Search(SETTINGS, Ranges(16, window_days=SETTINGS.window_days))
    search.find([signed(search, piece) for piece in CORPUS])
    assert len(search) > 0
    search.evict([piece.version_id for piece in CORPUS])
    assert len(search) == 0
    assert search.find([signed(search, CORPUS[0])]) == {}


def test_an_article_too_short_to_have_a_shingle_has_no_key() -> None:
    made = signed(Search(SETTINGS), CORPUS[-1])
    assert (len(made.keys.values), made.sketch.signature, made.sketch.novel) == (0, b"", 0)
