from datetime import timedelta

import numpy as np
import pytest

from services.contracts.articles import Article
from services.contracts.relations import Verdict
from services.contracts.sketches import Remembered
from services.dedup import window as window_module
from services.dedup.search.lookup import Search, Signed
from services.dedup.search.profile import read
from services.dedup.window import Window, day_of
from tests.unit.dedup.pieces import SETTINGS, START, article, prose

SEARCH = Search(SETTINGS)
TODAY = day_of(START)


def kept(piece: Article, *, current: bool = True) -> tuple[Remembered, Signed | None]:
    reading = read(piece.text)
    days = np.zeros(len(reading.unique), np.uint8)
    signed = SEARCH.sign([(piece, reading, days)])[0]
    verdict = Verdict(
        article_id=piece.article_id,
        version_id=piece.version_id,
        url=piece.url,
        source=piece.source,
        language=piece.language,
        first_seen_at=piece.first_seen_at,
        outcome="story",
    )
    record = Remembered(
        article=piece,
        sketch=signed.sketch,
        verdict=verdict,
        first_seen_at=piece.first_seen_at,
        current=current,
    )
    return record, signed if current else None


def test_a_version_is_remembered_by_its_id() -> None:
    window, piece = Window(SETTINGS), article(prose("a", 50))
    assert window.put(*kept(piece)) is None
    assert piece.version_id in window
    assert window[piece.version_id].compared.article == piece
    assert window.get("nobody") is window.current("nobody") is None
    assert (len(window), [one.record.article for one in window]) == (1, [piece])


def test_a_new_version_supersedes_the_one_before_and_gives_back_its_record() -> None:
    window, old, new = Window(SETTINGS), article(prose("a", 50)), article(prose("b", 50), hours=1)
    window.put(*kept(old))
    superseded = window.put(*kept(new))
    assert superseded is not None
    assert (superseded.article, superseded.current) == (old, False)
    current = window.current(old.article_id)
    assert current is not None
    assert current.record.article == new
    with pytest.raises(KeyError):
        assert window[old.version_id].compared


def test_a_late_older_version_supersedes_nothing() -> None:
    window, old, new = Window(SETTINGS), article(prose("a", 50)), article(prose("b", 50), hours=1)
    window.put(*kept(new))
    assert window.put(*kept(old, current=False)) is None
    current = window.current(old.article_id)
    assert current is not None
    assert current.record.article == new


def test_what_is_older_than_the_window_is_forgotten_oldest_first() -> None:
    window = Window(SETTINGS)
    pieces = [article(prose(n, 50), f"/{n}", at=START + timedelta(days=n)) for n in range(4)]
    for number in (2, 0, 1, 3):
        window.put(*kept(pieces[number]))
    window.advance(TODAY + SETTINGS.window_days)
    assert window.evict() == []
    window.advance(TODAY + SETTINGS.window_days + 3)
    assert [one.version_id in window for one in pieces] == [False, False, False, True], "held, and forgotten"
    assert window.evict() == [(one.version_id, one.article_id) for one in pieces[:3]]
    assert (len(window), pieces[3].version_id in window) == (1, True)
    assert window.current(pieces[0].article_id) is None


def test_an_article_is_remembered_as_long_as_its_last_version() -> None:
    window, old = Window(SETTINGS), article(prose("a", 50))
    new = article(prose("b", 50), at=START + timedelta(days=9))
    window.put(*kept(old))
    window.put(*kept(new))
    window.advance(TODAY + SETTINGS.window_days + 1)
    window.evict()
    assert old.version_id not in window
    current = window.current(old.article_id)
    assert current is not None
    assert current.record.article == new


def test_what_is_forgotten_goes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_module, "_LEAST_AT_ONCE", 2)
    window = Window(SETTINGS)
    pieces = [article(prose(n, 50), f"/{n}", at=START + timedelta(minutes=n)) for n in range(5)]
    for piece in pieces:
        window.put(*kept(piece))
    window.advance(TODAY + SETTINGS.window_days + 1)
    assert not any(window.remembers(piece.article_id) or piece.version_id in window for piece in pieces)
    assert list(window) == []
    numbers = window.leaving(pieces[3].article_id, pieces[3].version_id)
    assert [gone.version for gone in window.evict_these(numbers)] == [pieces[3].version_id]
    window.put(*kept(pieces[3]))
    gone = [[one.version for one in window.evict()] for _ in range(4)]
    assert gone == [
        [pieces[0].version_id, pieces[1].version_id],
        [pieces[2].version_id],
        [pieces[4].version_id],
        [],
    ]
    assert [one.record.article for one in window] == [pieces[3]]
