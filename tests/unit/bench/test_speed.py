from collections import Counter
from itertools import islice, pairwise

import pytest

from bench.shard import decide
from bench.speed import __main__ as command
from bench.speed import check, table
from bench.speed.peers import Groups, runs_of
from bench.speed.race import STAGE, pairs_of
from bench.speed.river import WINDOW, River, base
from bench.speed.row import Asked, Report, Row
from bench.speed.rows import FAMILIES, measure
from bench.speed.turns import blocks
from services.contracts.articles import Article

TINY = Asked(articles=400, live=400, invented=True)


@pytest.fixture(scope="module")
def copy() -> list[Article]:
    return list(base(TINY).articles[:120])


def test_a_repetition_has_other_words_of_the_same_lengths_and_the_same_numbers(copy: list[Article]) -> None:
    again = list(River(copy).repetition(3))
    assert len(again) == len(copy)
    same = Counter(one.text == other.text for one, other in zip(copy, again, strict=True))
    assert same == {False: len(copy)}
    shapes = [[len(word) for word in one.text.split()] for one in copy]
    moved = [[len(word) for word in one.text.split()] for one in again]
    differing = [sum(map(int.__ne__, *pair)) for pair in zip(shapes, moved, strict=True)]
    assert max(differing) <= 3, "but for a few words that were changed"
    assert list(River(copy).repetition(3)) == again


def test_repetitions_keep_who_copies_whom_and_are_not_alike(copy: list[Article]) -> None:
    river = River(copy)
    first, second = list(river.repetition(0)), list(river.repetition(1))
    assert first == copy
    pairs = pairs_of(first)
    assert pairs.contained
    both = pairs_of([*first, *second])
    assert {pair for pair in both.contained if pair[1] < len(first)} == pairs.contained
    assert not [pair for pair in both.contained if pair[0] < len(first) <= pair[1]]
    assert len(both.contained) > 1.8 * len(pairs.contained)


def test_the_window_holds_as_many_articles_as_asked(copy: list[Article]) -> None:
    river = River(copy)
    assert [river.beside(live) for live in (100, 3_600, 7_200)] == [1, 1, 2]
    flow = list(islice(river.articles(7_200), 9_000))
    assert flow == sorted(flow, key=lambda one: (one.first_seen_at, one.article_id))
    end = flow[-1].first_seen_at
    held = sum(one.first_seen_at > end - WINDOW for one in flow)
    assert held == pytest.approx(7_200, rel=0.1)
    assert len({one.version_id for one in flow}) == len(flow)


def test_a_block_ends_where_time_goes_on(copy: list[Article]) -> None:
    cut = list(blocks(iter(copy), 100, 7))
    assert [one for block in cut for one in block] == copy[:100]
    assert all(before[-1].first_seen_at < block[0].first_seen_at for before, block in pairwise(cut))


def test_the_repeated_copy_is_decided_as_the_copy_is(copy: list[Article]) -> None:
    kinds = [
        Counter(
            relation.kind
            for verdict in decide(list(River(copy).repetition(number))).verdicts.values()
            for relation in verdict.relations
        )
        for number in (0, 1)
    ]
    assert kinds[0].total() > 5
    assert kinds[1].total() == pytest.approx(kinds[0].total(), rel=0.2)


def test_groups_grow_together() -> None:
    groups = Groups()
    assert [groups.join(number, others) for number, others in enumerate([[], [], [0], [2, 1]])] == [
        0,
        1,
        0,
        0,
    ]
    assert groups.root(1) == groups.root(3) == 0


def test_runs_are_of_five_words() -> None:
    assert runs_of("Eins, zwei: drei vier fünf sechs") == [
        "eins zwei drei vier fünf".encode(),
        "zwei drei vier fünf sechs".encode(),
    ]
    assert runs_of("eins zwei drei vier") == []


@pytest.mark.proof
def test_a_tiny_run_gives_every_row_of_the_core_and_keeps_what_is_recorded() -> None:
    """Kernels load in it, so times mean little; what is found means what it does in a long run."""
    measured = measure(check.FAMILY, TINY)
    assert not measured.failure
    assert [row.key for row in measured.rows] == ["verdict", "candidates", "latency", "memory", "growth"]
    ratios = check.ratios_of(measured.rows)
    found = {name: ratio for name, ratio in ratios.items() if "recall" in name}
    assert len(found) == 4
    assert list(check.shortfalls(found, check.recorded())) == []
    assert ratios["verdict: × datasketch, tutorial"] > 1
    report = Report(command="it", machine={}, workload={"live": 400}, rows=tuple(measured.rows))
    assert "| Newsfold |" in table.page(report)


def test_what_became_slower_or_finds_less_is_named_and_noise_is_not() -> None:
    wanted = {"verdict: × rensa": 2.0, "verdict: recall J≥.5": 0.99, "elsewhere: × rensa": 1.0}
    assert list(check.shortfalls({"verdict: × rensa": 1.5, "verdict: recall J≥.5": 0.985}, wanted)) == []
    lines = list(check.shortfalls({"verdict: × rensa": 1.3, "verdict: recall J≥.5": 0.97}, wanted))
    assert [line.partition(": ")[2][:4] for line in lines] == ["× re", "reca"]


def test_a_family_that_takes_too_long_is_ended_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FAMILIES, "core", ("bench.speed.core", 0.2))
    assert "took more than" in measure("core", TINY).failure


def test_a_family_that_fails_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FAMILIES, "core", ("bench.speed.nowhere", 60.0))
    assert measure("core", TINY).failure == "exit code 1"


def test_without_the_peers_one_line_says_what_to_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "PEERS", ("no-such-peer",))
    assert command.main([]) == command.UNUSABLE
    assert "no-such-peer" in capsys.readouterr().err


def test_the_picture_has_a_line_for_each_contender() -> None:
    row = Row(
        key="growth",
        title="",
        how="",
        head=(),
        lines=(),
        curves={"this & that": [(10, 5.0), (1_000, 7.0)], STAGE: [(10, 50.0), (1_000, 70.0)]},
    )
    drawn = table.picture([row])
    assert drawn.count("<polyline") == 2
    assert "this &amp; that" in drawn
