import re
from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from bench.quality.oracle import Oracle, Shares, classified

START = datetime(2025, 3, 10, tzinfo=UTC)
TEXTS = st.lists(st.text("abAB ,", max_size=60), min_size=1, max_size=8)


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


@given(TEXTS)
def test_pairs_and_counts_are_those_of_plain_sets(texts: list[str]) -> None:
    named = {str(number): text for number, text in enumerate(texts)}
    sets = {name: shingles(text) for name, text in named.items()}
    wanted = {}
    for a, b in combinations(named, 2):
        shares = Shares(len(sets[a] & sets[b]), len(sets[a]), len(sets[b]))
        assert Oracle(named).shares(a, b) == shares
        if shares.shared and (shares.jaccard >= 0.1 or shares.containment >= 0.3):
            wanted[a, b] = shares
    assert {(one.a, one.b): one.shares for one in Oracle(named).listed()} == wanted


@given(TEXTS, st.lists(st.integers(0, 6), min_size=8, max_size=8))
def test_a_shingle_on_more_than_three_days_is_not_fresh(texts: list[str], days: list[int]) -> None:
    named = {str(number): text for number, text in enumerate(texts)}
    seen = {name: START + timedelta(days=day) for name, day in zip(named, days, strict=False)}
    on: dict[tuple[str, ...], set[int]] = {}
    for (_, text), day in zip(named.items(), days, strict=False):
        for shingle in shingles(text):
            on.setdefault(shingle, set()).add(day)
    fresh = {name: {s for s in shingles(text) if len(on[s]) <= 3} for name, text in named.items()}
    for one in Oracle(named, seen).listed():
        shared = len(fresh[one.a] & fresh[one.b])
        assert one.fresh == Shares(shared, len(fresh[one.a]), len(fresh[one.b]))


def test_classes_rest_on_strength_size_and_fresh_text() -> None:
    strong, whole = Shares(60, 100, 80), Shares(60, 100, 80)
    assert classified(Shares(30, 100, 80), whole) == "weak"
    assert classified(Shares(14, 14, 14), Shares(14, 14, 14)) == "tiny"
    assert classified(strong, Shares(14, 20, 20)) == "repeat"
    assert classified(strong, Shares(15, 200, 101)) == "repeat"
    assert classified(strong, Shares(20, 100, 80)) == "mixed"
    assert classified(strong, Shares(32, 100, 80)) == "reuse"


def test_texts_of_fewer_words_than_a_shingle_share_nothing() -> None:
    oracle = Oracle({"a": "one two three four", "b": "one two three four", "c": ""})
    assert list(oracle.listed()) == []
    assert oracle.shares("a", "b").jaccard == 0
