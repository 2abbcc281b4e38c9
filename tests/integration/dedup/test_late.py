"""What comes late, twice or after a long silence: the same story as in order, or a stated reason."""

from datetime import timedelta

from services.contracts.articles import Article, Watermark
from tests.integration.dedup.shard import Shard, Value
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


def test_the_same_version_with_a_later_time_is_known_and_moves_no_clock() -> None:
    """Else what comes between the two times would be late in one batch and not in another."""
    again, between = piece("/a", 2), piece("/b", 1, OTHER)
    shard = same_in_any_batches([piece("/a", 0), day(0), again, day(3), between, day(4)])
    assert shard.outcomes == {"watermark": 3, "story": 2, "known": 1}
    assert not shard.verdicts()[between.url].late


def test_a_version_that_is_held_already_is_known() -> None:
    shard = same_in_any_batches([piece("/a", 1), piece("/a", 1), piece("/a", 2), day(3)])
    assert shard.outcomes == {"watermark": 1, "story": 1, "known": 2}


def test_a_version_that_left_the_window_is_not_known_in_any_batches() -> None:
    shard = same_in_any_batches(
        [piece("/a", 0), day(0), piece("/b", 40, OTHER), day(40), piece("/a", 0), day(41)]
    )
    assert shard.verdicts()[piece("/a", 0).url].reason == "beyond-window"
