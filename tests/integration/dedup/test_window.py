"""A shard remembers a window of days and no more: stories close, memory stays bounded."""

from datetime import timedelta

import msgspec
import pytest

from services.contracts import ids
from services.contracts.articles import Article
from services.dedup.fold import Fold
from services.dedup.folded import Folded
from services.dedup.order import Due
from services.dedup.settings import DedupSettings
from tests.integration.dedup.shard import Shard, promised
from tests.unit.dedup.pieces import SETTINGS, START, article, prose

WEEK = msgspec.structs.replace(SETTINGS, window_days=7, novelty_days=7, novelty_bits=16)
TEXT = prose("report", 120)


def piece(name: object, days: float, text: str | None = None) -> Article:
    at = START + timedelta(days=days)
    return article(text or prose(name, 100), f"/{name}", title="Ein Titel", source="talbote", at=at)


def copy(name: str, days: float, text: str = TEXT) -> Article:
    return article(text, f"/{name}", title="Ein Titel", source=name, at=START + timedelta(days=days))


def test_a_copy_is_found_as_far_back_as_the_window_reaches_and_no_further() -> None:
    for days, found in ((29.9, 1), (30.1, 0)):
        shard = Shard(promised([copy("talbote", 0), copy("lindfunk", days)])).run()
        assert len(shard.verdicts()[copy("lindfunk", days).url].relations) == found
        assert len(shard.families()) == 2, "three days is as far as a story reaches"


def test_a_story_closes_when_the_window_has_moved_past_its_last_article() -> None:
    shard = Shard(
        promised([copy("talbote", 0), copy("lindfunk", 1), piece("later", 31), piece("last", 32)])
    ).run()
    closed = [(c.change, c.at, len(c.members)) for c in shard.changes() if c.change == "closed"]
    midnight = (START + timedelta(days=32)).replace(hour=0)
    assert closed == [("closed", midnight, 2)]


def test_a_closed_story_and_forgotten_versions_leave_the_changelog() -> None:
    shard = Shard(promised([copy("talbote", 0), copy("lindfunk", 1), piece("last", 40)])).run()
    assert sorted(key.split(b":")[0] for key in shard.kept()) == [b"clock", b"story", b"version"]


@pytest.mark.parametrize("cut", [3, 5, 7])
def test_a_story_of_which_some_articles_are_forgotten_closes_after_a_restart_too(cut: int) -> None:
    log = promised([copy("talbote", 0), copy("lindfunk", 2), piece("a", 31), piece("b", 33), piece("c", 40)])
    whole = Shard(log).run(batch=1)
    assert Shard(log).run(to=cut).cut().run(batch=1).published() == whole.published()
    assert [c.change for c in whole.changes()].count("closed") == 1


def test_an_article_updated_when_its_companions_are_forgotten_keeps_its_story() -> None:
    shard = Shard(
        promised(
            [copy("talbote", 0), copy("lindfunk", 1), piece("x", 31), copy("lindfunk", 31.5, f"{TEXT} Mehr.")]
        )
    ).run()
    assert [c.change for c in shard.changes() if c.article_id == copy("lindfunk", 1).article_id] == [
        "grew",
        "updated",
    ]


def busy(days: int, *, a_day: int = 12) -> list[Article]:
    """Every day new articles, a copy of one of them and a box that comes back."""
    box = prose("box of the site", 30)
    made = []
    for day in range(days):
        texts = [prose((day, n), 100) for n in range(a_day)] + [
            prose((day, 0), 100),
            f"{prose((day, 'b'), 60)}\n{box}",
        ]
        for number, text in enumerate(texts):
            at = START + timedelta(days=day, minutes=number)
            made.append(article(text, f"/{day}/{number}", source=f"s{number % 3}", title=f"T{day}", at=at))
    return made


def sizes(fold: Fold) -> tuple[int, int, int]:
    return len(fold.window), len(fold.search), len(fold.stories)


def test_memory_is_bounded_by_the_window_whatever_the_time() -> None:
    fold, seen, folded = Fold(WEEK, ranges=4), [], Folded()
    for piece_ in busy(40):
        fold.fold([Due(piece_, late=False)], folded)
        seen.append((*sizes(fold), fold._novelty.nbytes()))
    steady, end = seen[14 * 14 :], seen[-1]
    assert max(window for window, *_ in steady) <= 14 * (WEEK.window_days + 2)
    for place in range(4):
        assert max(size[place] for size in steady) <= 1.1 * end[place]


def test_when_all_is_past_nothing_of_it_is_held() -> None:
    fold, folded = Fold(WEEK, ranges=4), Folded()
    for piece_ in busy(5):
        fold.fold([Due(piece_, late=False)], folded)
    assert min(sizes(fold)) > 0
    alone = Fold(WEEK, ranges=4)
    for one in (fold, alone):
        one.fold([Due(piece("last", 90), late=False)], folded)
    for one in (fold, alone):
        assert (len(one.window), len(one.search._versions), len(one.stories)) == (1, 1, 1)
    assert fold._novelty.nbytes() == alone._novelty.nbytes()


def test_every_version_that_was_remembered_is_forgotten_once() -> None:
    fold, folded = Fold(WEEK), Folded()
    articles = busy(12)
    fold.fold([Due(piece_, late=False) for piece_ in articles], folded)
    last = piece("last", 90)
    fold.fold([Due(last, late=False)], folded)
    assert sorted(folded.forgotten) == sorted(piece_.version_id for piece_ in articles)
    closed = [change.story_id for change in folded.clusters if change.change == "closed"]
    founded = {change.story_id for change in folded.clusters if change.change == "created"}
    assert sorted(closed) == sorted(founded - {ids.story_id(last.version_id)})


@pytest.mark.parametrize("settings", [WEEK, msgspec.structs.replace(WEEK, novelty_days=20)])
def test_a_week_cut_every_day_comes_out_the_same(settings: DedupSettings) -> None:
    log = promised(busy(14, a_day=4))
    whole = Shard(log, settings=settings).run()
    cut = Shard(log, settings=settings)
    for position in range(0, len(log), 11):
        cut.run(to=position).cut()
    assert cut.run().published() == whole.published()
    assert cut.kept() == whole.kept()
