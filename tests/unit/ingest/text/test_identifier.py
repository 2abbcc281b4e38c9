import pytest
from hypothesis import given
from hypothesis import strategies as st
from py3langid.langid import LanguageIdentifier, visit_counts

from services.ingest.text.identifier import IDENTIFIER, Identifier

WORDS = st.sampled_from("the council der Rat von la ville über das мост через реку 橋 \x00 ÅÄÖ".split(" "))
TEXTS = st.text() | st.lists(WORDS, max_size=200).map(" ".join)


def by_definition(text: bytes) -> dict[int, int]:
    found = visit_counts(IDENTIFIER.tk_nextmove, IDENTIFIER._rowbase, IDENTIFIER.tk_output, text)
    return found or {}


def counted(features: list[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for one in features:
        counts[one] = counts.get(one, 0) + 1
    return counts


@given(TEXTS.map(str.encode) | st.binary())
def test_a_text_has_the_features_that_the_package_counts_in_the_order_they_come(text: bytes) -> None:
    assert list(counted(IDENTIFIER.features(text).tolist()).items()) == list(by_definition(text).items())


def test_a_state_may_depend_on_all_that_came_before() -> None:
    """Two states: after an "a" for good."""
    stays, turns = 256 * [1], [1 if letter == ord("a") else 0 for letter in range(256)]
    model = Identifier(IDENTIFIER.nb_ptc, IDENTIFIER.nb_pc, ["de"], turns + stays, [-1, 7], tk_row=[0, 1])
    assert model.features(b"bab" + 500 * b"b").tolist() == 502 * [7]


@given(TEXTS)
def test_scores_are_those_of_the_package_bit_for_bit(text: str) -> None:
    encoded = IDENTIFIER._encode(text)
    assert (IDENTIFIER._raw_score(encoded) == LanguageIdentifier._raw_score(IDENTIFIER, encoded)).all()


@given(TEXTS, st.sets(st.sampled_from(IDENTIFIER.labels), max_size=3))
def test_the_likeliest_is_the_first_of_the_ranking_that_is_possible(text: str, out: set[str]) -> None:
    ranked = ((one, share) for one, share in IDENTIFIER.rank(text) if one not in out and share)
    assert IDENTIFIER.likeliest(text, lambda one: one not in out) == next(ranked)


@pytest.mark.parametrize("text", ["", "Guten Morgen"])
def test_where_nothing_is_possible_nothing_is_found(text: str) -> None:
    assert IDENTIFIER.likeliest(text, lambda _: False) == ("", 0.0)
