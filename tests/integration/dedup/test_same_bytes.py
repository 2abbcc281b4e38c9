"""However a shard's input is batched, its search spread and its work cut short: the same bytes."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts import ids
from services.contracts.articles import Article, Watermark
from services.contracts.clusters import Cluster
from services.dedup import kernels, window
from tests.integration.dedup.newsroom import demo, five
from tests.integration.dedup.shard import Shard, Value, promised, withdrawal
from tests.unit.dedup.pieces import START, article, prose

DEMO = promised(demo())
DEEDS = ["article", "article", "article", "late", "again", "back", "gone", "churn", "promise"]
COUNTER = "\n\n\n"
PARAGRAPHS = [prose(("paragraph", number), 48) for number in range(6)]


def churned(old: Article, at: datetime, views: int) -> Article:
    """The same with a counter at its foot."""
    text = f"{old.text.partition(COUNTER)[0]}{COUNTER}{views} views"
    return replace(
        old, text=text, version_id=ids.version_id(old.article_id, old.title, text), first_seen_at=at
    )


@st.composite
def logs(draw: st.DrawFn, *, prompt: bool = False) -> list[Value]:
    """What a log may hold: versions, returns, withdrawals, repeats, churn, late ones, two promises.

    `prompt`: no promise stays out for days, so that nothing is held for longer than the window.
    """
    log: list[Value] = []
    hours = 0
    promises = [0, 0]
    for _ in range(draw(st.integers(1, 14))):
        deed = draw(st.sampled_from(DEEDS))
        pause = draw(st.sampled_from([0, 1, 5, 24, 24 * 4, 24 * 16, 24 * 31]))
        if prompt and pause > 24:
            log += [Watermark(origin=o, origins=2, at=START + timedelta(hours=hours)) for o in (0, 1)]
        hours += pause
        seen = [value for value in log if isinstance(value, Article)]
        if deed == "promise":
            origin = draw(st.integers(0, 1))
            promises[origin] = max(promises[origin], hours)
            log.append(Watermark(origin=origin, origins=2, at=START + timedelta(hours=hours)))
        elif deed == "again" and seen:
            log.append(draw(st.sampled_from(seen)))
        elif deed in ("back", "gone", "churn") and seen:
            old, at = draw(st.sampled_from(seen)), START + timedelta(hours=hours)
            log.append(
                replace(old, first_seen_at=at)
                if deed == "back"
                else withdrawal(old, at)
                if deed == "gone"
                else churned(old, at, draw(st.integers(1, 3)))
            )
        else:
            late = draw(st.sampled_from([0, 2, 24, 24 * 5, 24 * 40])) if deed == "late" else 0
            parts = draw(st.lists(st.sampled_from(PARAGRAPHS), min_size=1, max_size=4))
            path, source = (
                draw(st.sampled_from(["/a", "/b", "/c"])),
                draw(st.sampled_from(["talbote", "lindfunk", "hafenblatt"])),
            )
            log.append(
                article("\n\n".join(parts), path, source=source, title=path, hours=max(0, hours - late))
            )
    end = START + timedelta(hours=hours + 24 * 40)
    return [*log, Watermark(origin=0, origins=2, at=end), Watermark(origin=1, origins=2, at=end)]


@given(logs(), st.integers(1, 16), st.sampled_from([1, 4, 16]))
@settings(max_examples=60)
def test_batches_and_ranges_make_no_difference(log: list[Value], batch: int, ranges: int) -> None:
    one_by_one = Shard(log).run(batch=1)
    other = Shard(log, ranges=ranges).run(batch=batch)
    assert other.published() == one_by_one.published()
    assert other.kept() == one_by_one.kept()


@given(logs(prompt=True), st.integers(0, 16), st.integers(0, 16), st.integers(1, 5))
@settings(max_examples=60)
def test_a_shard_cut_anywhere_goes_on_as_if_it_had_not_been(
    log: list[Value], first: int, second: int, batch: int
) -> None:
    whole = Shard(log).run(batch=1)
    early, late = sorted((min(first, len(log)), min(second, len(log))))
    resumed = (
        Shard(log, ranges=4).run(batch=batch, to=early).cut().run(batch=batch, to=late).cut().run(batch=batch)
    )
    assert resumed.published() == whole.published()
    assert resumed.kept() == whole.kept()


@pytest.mark.parametrize("compiled", [False, True])
@given(logs(prompt=True), st.lists(st.integers(1, 16), min_size=3, max_size=3), st.integers(1, 5))
@settings(max_examples=12)
def test_a_shard_goes_on_from_its_image_and_what_came_behind_as_if_it_had_not_been_cut(
    compiled: bool, log: list[Value], stops: list[int], batch: int
) -> None:
    kernels.use(now=compiled)
    try:
        whole = Shard(log).run(batch=1)
        early, mid, late = sorted(min(stop, len(log)) for stop in stops)
        shard = Shard(log).run(batch=batch, to=early).image().run(batch=batch, to=mid).cut()
        resumed = shard.run(batch=batch, to=late).cut().run(batch=batch).image().cut().run()
    finally:
        kernels.use(now=False)
    assert resumed.published() == whole.published()
    assert resumed.kept() == whole.kept()


@given(
    logs(prompt=True), st.lists(st.integers(0, 16), min_size=3, max_size=3), st.booleans(), st.integers(1, 5)
)
@settings(max_examples=15)
def test_a_standby_that_followed_the_changelog_goes_on_as_if_nothing_had_been(
    log: list[Value], stops: list[int], imaged: bool, batch: int
) -> None:
    whole = Shard(log).run(batch=1)
    early, mid, late = sorted(min(stop, len(log)) for stop in stops)
    shard = Shard(log, ranges=4).run(batch=batch, to=early)
    followed = (shard.image() if imaged and early else shard).stand_by().run(batch=batch, to=mid).take_over()
    resumed = (
        followed.run(batch=batch, to=late).stand_by().run(batch=batch, to=len(log) - 1).take_over().run()
    )
    assert resumed.published() == whole.published()
    assert resumed.kept() == whole.kept()


def test_a_version_that_came_anew_after_an_image_is_counted_on_its_new_day() -> None:
    def promise(hours: int) -> list[Value]:
        return [Watermark(origin=o, origins=2, at=START + timedelta(hours=hours)) for o in (0, 1)]

    away, later = 24 * 31, 24 * 35
    first = article("\n\n".join(PARAGRAPHS[:2]), "/a", title="/a")
    anew = replace(first, first_seen_at=START + timedelta(hours=away))
    longer = article("\n\n".join(PARAGRAPHS[:3]), "/a", title="/a", hours=later)
    log = [first, *promise(0), anew, *promise(away), longer, *promise(2 * later)]
    whole = Shard(log).run(batch=1)
    resumed = Shard(log).run(batch=1, to=3).image().run(batch=1, to=6).cut().run(batch=1)
    assert resumed.published() == whole.published()
    assert resumed.kept() == whole.kept()


@given(logs(prompt=True), st.integers(0, 16), st.integers(1, 5))
@settings(max_examples=100)
def test_what_leaves_the_window_in_pieces_changes_no_verdict_and_may_be_cut(
    log: list[Value], cut: int, batch: int
) -> None:
    at_once = Shard(log).run()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(window, "_LEAST_AT_ONCE", 1)
        patch.setattr(window, "_TIMES", 10_000)
        whole = Shard(log).run(batch=1)
        resumed = Shard(log).run(batch=batch, to=min(cut, len(log))).cut().run(batch=batch)
    assert resumed.published() == whole.published()
    assert resumed.kept() == whole.kept()
    assert whole.all_verdicts() == at_once.all_verdicts()
    assert lives(whole) == lives(at_once)


def lives(shard: Shard) -> list[Cluster]:
    """The changes of its stories but for the ends of those that are forgotten, which may not be told yet."""
    return sorted(
        (change for change in shard.changes() if change.change != "closed"),
        key=lambda change: (change.story_id, change.revision, change.at),
    )


@given(logs())
@settings(max_examples=30)
def test_replaying_the_changes_rebuilds_the_stories(log: list[Value]) -> None:
    shard = Shard(log).run()
    kept = {key: value for key, value in shard.kept().items() if key.startswith(b"story:")}
    open_ = {id_: story for id_, story in shard.stories().items() if story.change != "closed"}
    assert {f"story:{id_}".encode() for id_ in open_} == set(kept)
    verdicts = shard.verdicts().values()
    assert all((verdict.outcome == "story") == bool(verdict.story_id) for verdict in verdicts)


@given(logs())
@settings(max_examples=30)
def test_every_input_is_accounted_for(log: list[Value]) -> None:
    shard = Shard(log).run()
    assert sum(shard.outcomes.values()) + shard.task.held() == len(log)
    assert shard.task.held() == 0


@pytest.mark.parametrize("ranges", [1, 4, 16])
@pytest.mark.parametrize("batch", [1, 7, 256])
def test_the_demo_comes_out_the_same_in_any_batches_and_ranges(batch: int, ranges: int) -> None:
    expected = Shard(DEMO).run()
    shard = Shard(DEMO, ranges=ranges).run(batch=batch)
    assert shard.published() == expected.published()
    assert shard.kept() == expected.kept()


@pytest.mark.parametrize("every", [1, 5, 100])
def test_the_demo_comes_out_the_same_however_often_ingest_promises(every: int) -> None:
    assert Shard(promised(demo(), every=every)).run().published() == Shard(DEMO).run().published()


def test_the_demo_cut_time_and_again_comes_out_the_same() -> None:
    expected = Shard(DEMO).run()
    shard = Shard(DEMO)
    for position in range(1, len(DEMO) + 1, 5):
        shard.run(to=position).cut()
    shard.run()
    assert shard.published() == expected.published()
    assert shard.kept() == expected.kept()


def test_the_archive_of_five_cut_anywhere_comes_out_the_same() -> None:
    log = promised(five(), every=2)
    expected = Shard(log).run()
    for position in range(len(log) + 1):
        assert Shard(log).run(to=position).cut().run(batch=2).published() == expected.published()
