from bench.quality import figures
from bench.quality.oracle import Oracle
from bench.quality.outcome import Tie, pair
from tests.unit.bench.pieces import outcome, texts, true
from tests.unit.dedup.pieces import article, prose


def test_recall_counts_reuse_of_the_asked_side_and_strength_alone() -> None:
    pairs = [
        true("a", "b"),
        true("a", "c", jaccard=0.3),
        true("a", "d", across=False),
        true("a", "e", kind="mixed"),
    ]
    wanted = figures.true_pairs(pairs, across=True, jaccard=0.5)
    assert wanted == [("a", "b")]
    assert figures.true_pairs(pairs, across=True, containment=0.5) == [("a", "b"), ("a", "c")]
    assert figures.recall(outcome([Tie("b", "a", "syndicated")]), wanted) == 1
    assert figures.recall(outcome([Tie("b", "a", "background")]), wanted) == 0
    assert figures.recall(outcome(), wanted) == 0


def test_repeats_count_where_they_are_reported_and_where_they_stand_together() -> None:
    repeats = figures.repeats([true("a", "b", kind="repeat"), true("a", "c")])
    told = outcome([Tie("b", "a", "duplicate"), Tie("c", "a", "duplicate")], {"s": ["a", "b"]})
    assert repeats == [("a", "b")]
    assert figures.reported(told, repeats) == 1
    assert figures.in_one_story(told, repeats) == 1
    assert figures.in_one_story(outcome(stories={"s": ["a"], "t": ["b"]}), repeats) == 0


def test_reuse_between_strangers_is_without_overlap_and_their_story_a_wrong_one() -> None:
    named = {"a": prose(1, 200), "b": prose(2, 200), "c": prose(1, 200)}
    told = outcome([Tie("b", "a", "derivative"), Tie("c", "a", "syndicated")], {"s": list(named)})
    assert figures.without_overlap(told, Oracle(named)) == 0.5
    assert figures.strangers(told, Oracle(named)) == 2
    assert figures.without_overlap(outcome([Tie("b", "a", "background")]), Oracle(named)) == 0


def test_a_long_story_is_fine_only_as_a_chain_of_one_publishers_versions() -> None:
    articles = {one.url: one for one in texts(3, hours=48)}
    first, second, third = articles
    updates = [Tie(second, first, "update"), Tie(third, second, "update")]
    family = {"s": [first, second, third]}
    assert figures.overlong(outcome(updates, family), articles) == 0
    assert figures.overlong(outcome([updates[0], Tie(third, second, "derivative")], family), articles) == 1
    stranger = article(prose(9, 50), "/2", source="hafenblatt", hours=96)
    others = {**articles, stranger.url: stranger}
    ties = [updates[0], Tie(stranger.url, second, "update")]
    assert figures.overlong(outcome(ties, {"s": [first, second, stranger.url]}), others) == 1
    assert figures.overlong(outcome(stories={"s": [first, second]}), articles) == 0


def test_false_merges_count_a_pair_once_however_it_was_merged() -> None:
    told = outcome([Tie("b", "a", "duplicate"), Tie("d", "c", "background")], {"s": ["a", "b", "e"]})
    assert figures.false_merges(told) == len({pair("a", "b"), pair("a", "e"), pair("b", "e")})


def test_contained_updates_are_long_enough_and_right_only_in_kind_order_and_side() -> None:
    grown = true("a", "b", jaccard=0.4, newer_in_older=0.4)
    pairs = [grown, true("a", "c"), true("a", "d", jaccard=0.4, older_in_newer=0.7, newer_in_older=0.4)]
    assert figures.contained_updates(pairs) == [grown]
    assert figures.contained_updates([grown._replace(older_size=25)]) == []
    for tie, right in (
        (Tie("b", "a", "update", 0.4, 1.0), 1),
        (Tie("b", "a", "derivative"), 1),
        (Tie("b", "a", "update", 1.0, 0.4), 0),
        (Tie("a", "b", "update", 0.4, 1.0), 0),
        (Tie("b", "a", "duplicate", 0.4, 1.0), 0),
    ):
        assert figures.updates_right(outcome([tie]), [grown]) == right
    assert figures.updates_right(outcome(), [grown]) == 0
