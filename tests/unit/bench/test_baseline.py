from bench.quality import baseline
from bench.quality.baseline import Families
from tests.unit.dedup.pieces import article, prose


def test_plain_datasketch_finds_a_copy_and_chains_what_it_finds() -> None:
    text = prose("copy", 200)
    articles = [
        article(text, "/0"),
        article(prose("other", 200), "/1", hours=1),
        article(f"{text} {prose('more', 10)}", "/2", source="hafenblatt", hours=2),
        article("too short", "/3", hours=3),
        article("too short", "/4", hours=4),
    ]
    told = baseline.run(articles)
    (tie,) = told.outcome.ties.values()
    assert (tie.newer, tie.older, tie.kind) == (articles[2].url, articles[0].url, "syndicated")
    assert told.outcome.families() == [sorted([articles[0].url, articles[2].url])]
    assert told.kept == 1


def test_a_family_that_is_swallowed_moves_with_all_its_members() -> None:
    families = Families()
    for name, near in (("a", []), ("b", []), ("c", ["b"]), ("d", ["c", "a"])):
        families.add(name, near)
    assert set(families.home.values()) == {"a"}
    assert families.moved == {"b", "c"}
