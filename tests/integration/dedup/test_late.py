"""What comes late, twice or after a long silence: the same story as in order, or a stated reason."""

from datetime import timedelta

import msgspec
import pytest

from services.contracts import ids, wire
from services.contracts.articles import Article, Watermark
from services.contracts.relations import Verdict
from tests.integration.dedup.shard import Shard, Value, promised
from tests.unit.dedup.pieces import START, article, prose

TEXT = prose("report", 120)
OTHER = prose("something else", 120)


def day(days: float) -> Watermark:
    return Watermark(origin=0, origins=1, at=START + timedelta(days=days))


def piece(path: str, days: float, text: str = TEXT, *, source: str = "talbote") -> Article:
    return article(text, path, source=source, title="Ein Titel", hours=24 * days)


def same_in_any_batches(log: list[Value]) -> Shard:
    one_by_one, at_once = Shard(log).run(batch=1), Shard(log).run(batch=len(log))
    assert at_once.published() == one_by_one.published()
    assert at_once.kept() == one_by_one.kept()
    return at_once


def test_what_comes_further_behind_than_the_window_is_screened_in_any_batches() -> None:
    log: list[Value] = [piece("/a", 0), day(0), piece("/b", 8), day(8), piece("/c", 40), day(40)]
    late = piece("/late", 5)
    shard = same_in_any_batches([*log, late])
    verdict = shard.verdicts()[late.url]
    assert (verdict.outcome, verdict.reason, verdict.late) == ("screened", "beyond-window", True)
    assert verdict.detail == "came 35 days behind what is decided already"
    assert all(
        late.article_id not in {m.article_id for m in story.members} for story in shard.stories().values()
    )


def test_a_version_that_comes_again_after_its_window_is_remembered_in_any_batches() -> None:
    shard = same_in_any_batches(
        [piece("/a", 0), day(0), piece("/b", 40, OTHER), day(40), piece("/a", 41), day(42)]
    )
    assert f"version:{piece('/a', 41).version_id}".encode() in shard.kept()


def test_the_same_version_seen_again_later_is_known_once_its_time_has_come() -> None:
    """It waits for the watermark as all do: another version may have been shown in between."""
    again, between = piece("/a", 2), piece("/b", 1, OTHER)
    shard = same_in_any_batches([piece("/a", 0), day(0), again, between, day(3)])
    assert shard.outcomes == {"watermark": 2, "story": 2, "known": 1}
    assert not shard.verdicts()[between.url].late


def test_a_version_that_is_held_already_is_known() -> None:
    shard = same_in_any_batches([piece("/a", 1), piece("/a", 1), piece("/a", 2), day(3)])
    assert shard.outcomes == {"watermark": 1, "story": 1, "known": 2}


def test_a_version_that_left_the_window_is_not_known_in_any_batches() -> None:
    shard = same_in_any_batches(
        [piece("/a", 0), day(0), piece("/b", 40, OTHER), day(40), piece("/a", 0), day(41)]
    )
    assert shard.verdicts()[piece("/a", 0).url].reason == "beyond-window"


ORIGINAL, COPY, CUT = (
    piece("/a", 0.5),
    piece("/b", 1, source="lindfunk"),
    piece("/c", 1.1, TEXT[:400], source="gist"),
)


AFTER = piece("/after", 1.5, OTHER)


def in_order() -> Shard:
    return Shard(promised([ORIGINAL, COPY, CUT, AFTER])).run()


def with_late(*ordered: Article, late: Article) -> Shard:
    return Shard([*promised([*ordered, AFTER]), day(2), late]).run()


@pytest.mark.parametrize("late", [ORIGINAL, COPY, CUT], ids=["original", "copy", "cut"])
def test_a_late_article_is_in_the_story_where_it_would_have_been(late: Article) -> None:
    shard = with_late(*(one for one in (ORIGINAL, COPY, CUT) if one != late), late=late)
    assert shard.families() == in_order().families()
    assert frozenset(one.url for one in (ORIGINAL, COPY, CUT)) in shard.families()
    assert [url for url, verdict in shard.verdicts().items() if verdict.late] == [late.url]


@pytest.mark.parametrize("late", [ORIGINAL, COPY, CUT], ids=["original", "copy", "cut"])
def test_relations_of_a_late_article_point_from_the_newer_to_the_older(late: Article) -> None:
    shard = with_late(*(one for one in (ORIGINAL, COPY, CUT) if one != late), late=late)

    def edges(of: Shard) -> set[tuple[str, str, str, float]]:
        return {
            (verdict.url, relation.other_url, relation.kind, relation.containment)
            for verdict in of.verdicts().values()
            for relation in verdict.relations
        }

    assert edges(shard) == edges(in_order())
    assert len(edges(shard)) == 3


def test_the_verdict_of_an_article_is_given_again_when_a_late_one_is_found_to_be_its_source() -> None:
    shard = with_late(COPY, late=ORIGINAL)
    given = [output for output in shard.published()["relations"] if output.key == COPY.article_id.encode()]
    before, after = (wire.decode(Verdict, output.value or b"") for output in given)
    assert (before.relations, [r.other_url for r in after.relations]) == ((), [ORIGINAL.url])
    assert msgspec.structs.replace(after, relations=()) == before
    assert given[0].headers != given[1].headers


def test_a_late_original_becomes_the_first_of_the_story_and_its_id_stays() -> None:
    shard = with_late(COPY, late=ORIGINAL)
    story = shard.stories()[ids.story_id(COPY.version_id)]
    assert [(m.url, m.kind, m.of) for m in story.members] == [
        (ORIGINAL.url, None, ""),
        (COPY.url, "syndicated", ORIGINAL.article_id),
    ]


def test_articles_delivered_twice_change_nothing() -> None:
    log = promised([ORIGINAL, COPY, CUT])
    once = Shard(log).run()
    twice = Shard([*log, *log]).run(batch=3)
    assert twice.published() == once.published()
    assert twice.kept().items() - once.kept().items() == {(b"clock", twice.kept()[b"clock"])}
    assert twice.outcomes == {"story": 3, "watermark": 6, "known": 3}


def test_what_is_read_again_behind_something_held_is_not_decided_again_though_its_window_is_over() -> None:
    held, old = piece("/held", 40.9, OTHER), piece("/old", 1)
    log: list[Value] = [
        piece("/a", 39),
        day(39),
        held,
        old,
        piece("/b", 40.1),
        day(40.5),
        piece("/c", 40.95),
        day(41),
    ]
    whole = Shard(log).run()
    assert whole.verdicts()[old.url].reason == "beyond-window"
    for position in range(len(log)):
        assert Shard(log).run(to=position).cut().run().published() == whole.published()
