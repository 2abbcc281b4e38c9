from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.articles import Article, Watermark, Withdrawal
from services.dedup.order import Due, Order, Sighting, rank, seen_at
from tests.unit.dedup.pieces import START, article

ORIGINS = 2


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def piece(hours: float, path: str = "/a") -> Article:
    return article("Text", path, hours=hours)


def promise(hours: float, *, origin: int = 0, origins: int = 1) -> Watermark:
    return Watermark(origin=origin, origins=origins, at=at(hours))


def play(log: list[Article | Watermark], *, limit: int = 1_000) -> tuple[Order, list[Due]]:
    order = Order(limit=limit)
    due: list[Due] = []
    for offset, value in enumerate(log):
        due += order.promise(value) if isinstance(value, Watermark) else order.offer(value, offset)
    return order, due


@st.composite
def logs(draw: st.DrawFn) -> list[Article | Watermark]:
    """Articles and promises of two origins, each kept: what comes after a promise lies behind it in time."""
    log: list[Article | Watermark] = []
    promised = [-1] * ORIGINS
    for number in range(draw(st.integers(0, 12))):
        origin = draw(st.integers(0, ORIGINS - 1))
        hours = draw(st.integers(promised[origin] + 1, promised[origin] + 6))
        if draw(st.booleans()):
            log.append(piece(hours, f"/{draw(st.integers(0, 3))}/{number}"))
        else:
            promised[origin] = hours
            log.append(promise(hours, origin=origin, origins=ORIGINS))
    return log


@given(logs())
def test_articles_come_out_in_order_of_first_sight_where_promises_are_kept(
    log: list[Article | Watermark],
) -> None:
    order, due = play(log)
    ranks = [rank(one.sighting) for one in due]
    assert ranks == sorted(ranks)
    assert not any(one.late for one in due)
    assert len(due) + order.held() == sum(isinstance(value, Article) for value in log)


@given(logs())
def test_nothing_comes_out_ahead_of_any_origin_and_nothing_behind_all_is_held(
    log: list[Article | Watermark],
) -> None:
    order, due = play(log)
    floor = order.floor()
    held = [
        value for value in log if isinstance(value, Article) and value not in {one.sighting for one in due}
    ]
    assert not due or (floor is not None and all(seen_at(one.sighting) <= floor for one in due))
    assert floor is None or all(one.first_seen_at > floor for one in held)


@given(logs(), st.integers(1, 4))
def test_the_buffer_is_bounded_and_nothing_is_lost(log: list[Article | Watermark], limit: int) -> None:
    order = Order(limit=limit)
    out = 0
    for offset, value in enumerate(log):
        out += len(order.promise(value) if isinstance(value, Watermark) else order.offer(value, offset))
        assert order.held() <= limit
    assert out + order.held() == sum(isinstance(value, Article) for value in log)


@given(logs(), st.integers(0, 12))
def test_a_shard_taken_up_again_reads_from_the_oldest_it_held(
    log: list[Article | Watermark], cut: int
) -> None:
    """It knows the promises, what it decided last and which versions it decided."""
    whole, due = play(log)
    before, decided = play(log[:cut])
    again = Order(limit=1_000)
    again.watermarks, again.origins, again.decided = dict(before.watermarks), before.origins, before.decided
    known = {one.sighting.version_id for one in decided}
    oldest = before.oldest_offset()
    start = cut if oldest is None else oldest
    for offset, value in enumerate(log[start:], start=start):
        if isinstance(value, Watermark):
            decided += again.promise(value)
        elif value.version_id not in known:
            decided += again.offer(value, offset)
    assert decided == due
    assert (again.held(), again.oldest_offset()) == (whole.held(), whole.oldest_offset())


def test_nothing_comes_out_until_every_origin_has_spoken() -> None:
    order = Order(limit=10)
    assert order.offer(piece(1), 0) == []
    assert order.promise(promise(5, origin=0, origins=2)) == []
    assert order.floor() is None
    (due,) = order.promise(promise(3, origin=1, origins=2))
    assert (due.sighting, due.late, order.floor()) == (piece(1), False, at(3))


def test_an_article_at_the_very_time_of_the_promise_is_behind_it() -> None:
    _, due = play([piece(2), promise(2)])
    assert len(due) == 1


def test_ties_go_by_article_id() -> None:
    pair = sorted((piece(1, "/x"), piece(1, "/y")), key=lambda one: one.article_id)
    for log in (pair, pair[::-1]):
        _, due = play([*log, promise(1)])
        assert [one.sighting for one in due] == pair


def test_a_promise_is_never_taken_back() -> None:
    order, due = play([promise(5), promise(3), piece(4)])
    assert (order.floor(), [one.late for one in due]) == (at(5), [False])


def test_what_comes_behind_the_promise_is_taken_at_once_and_late_only_if_something_newer_is_decided() -> None:
    _, due = play([promise(5), piece(4, "/a"), piece(3, "/b"), piece(4.5, "/c")])
    assert [(one.sighting.url[-1], one.late) for one in due] == [("a", False), ("b", True), ("c", False)]


def test_an_origin_that_is_no_longer_counted_holds_nothing_back() -> None:
    _, due = play([promise(1, origin=1, origins=2), promise(9, origin=0, origins=2), piece(5), promise(9)])
    assert len(due) == 1


def test_a_full_buffer_gives_up_its_oldest_first() -> None:
    order, due = play([piece(3, "/c"), piece(1, "/a"), piece(2, "/b")], limit=2)
    assert [one.sighting.url[-1] for one in due] == ["a"]
    assert order.offer(piece(0.5, "/late"), 9) == [Due(piece(0.5, "/late"), late=True)]


def test_it_knows_which_sightings_it_holds() -> None:
    order = Order(limit=1)
    early, late = piece(1, "/a"), piece(2, "/b")
    order.offer(early, 0)
    assert order.holds(early)
    assert not order.holds(piece(3, "/a")), "the same text seen at another time is another sighting"
    order.offer(late, 1)
    assert (order.holds(early), order.holds(late)) == (False, True)
    order.promise(Watermark(origin=0, origins=1, at=late.first_seen_at))
    assert not order.holds(late)


def test_a_withdrawal_waits_for_its_time_among_the_articles() -> None:
    order = Order(limit=9)
    early, late = piece(1, "/a"), piece(3, "/b")
    gone = Withdrawal(
        article_id=early.article_id,
        version_id=early.version_id,
        url=early.url,
        source=early.source,
        language="de",
        at=START + timedelta(hours=2),
    )
    sightings: list[Sighting] = [gone, late, early]
    for offset, sighting in enumerate(sightings):
        assert order.offer(sighting, offset) == []
    assert order.holds(gone)
    due = order.promise(Watermark(origin=0, origins=1, at=late.first_seen_at))
    assert [one.sighting for one in due] == [early, gone, late]
