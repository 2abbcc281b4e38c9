"""Looks at pages whose articles are out: when, how often, and what they lead to."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts.feeds import FeedState
from services.ingest.polling import recheck
from services.ingest.polling.agenda import Agenda
from services.ingest.polling.decision import Decision
from services.ingest.polling.listings import Listings
from services.ingest.polling.page import page as decide_page
from services.ingest.polling.poll import poll as decide_poll
from services.ingest.readings import PageReading
from tests.unit.ingest.readings import after, entry, failed_page, feed, page, poll, state

FEED = feed()
EDITED = "Ganz anderer Text, den kein Feed gemeldet hat. " * 9


def decided(before: FeedState | None, reading: PageReading) -> Decision:
    assert before is not None
    listings = Listings()
    listings.update(FEED.feed_id, (), before.seen)
    return decide_page(FEED, before, reading, listings, (), checks=True)


def published(*slugs: str) -> FeedState:
    found = decide_poll(FEED, state(FEED), poll(FEED, *map(entry, slugs)), Listings()).state
    for slug in slugs:
        found = decided(found, page(slug, minutes=1)).state
    assert found is not None
    return found


def test_a_published_page_is_looked_at_a_few_times_ever_later_and_then_no_more() -> None:
    known, at, waits = published("a"), after(1), []
    while known.checks:
        (check,) = known.checks
        waits.append(check.due_at - at)
        at = check.due_at
        found = decided(known, replace(page("a"), at=at))
        assert (found.outcome, list(found.articles)) == ("unchanged", [])
        assert found.state is not None
        known = found.state
    assert len(waits) == len(recheck.WAITS_S)
    assert waits == sorted(waits)
    assert sum(waits, timedelta(0)) < timedelta(days=4)


def test_an_edit_that_no_feed_told_of_is_a_version_that_says_so_and_the_next_look_comes_sooner() -> None:
    known = published("a")
    found = decided(known, replace(page("a", EDITED), at=after(90)))
    (article,) = found.articles
    assert article.silent
    assert (article.article_id, article.first_seen_at) == (known.seen[0].article, after(90))
    same = decided(known, replace(page("a"), at=after(90)))
    assert found.state is not None
    assert same.state is not None
    assert found.state.seen[0].version == article.version_id
    assert found.state.checks[0].due_at < same.state.checks[0].due_at


def test_a_look_that_shows_nothing_costs_nothing() -> None:
    known = published("a")
    for reading in (failed_page("a", "http_5xx", minutes=90), failed_page("a", "robots_denied", minutes=90)):
        found = decided(known, reading)
        assert (found.outcome, found.dead, list(found.articles)) == ("page-failed", None, [])
        assert found.state is not None
        assert found.state.edits is None
        assert found.state.status == known.status
    unchanged = decided(known, failed_page("a", "not_modified", minutes=90))
    assert unchanged.outcome == "unchanged"
    assert unchanged.state is not None
    assert unchanged.state.checks[0].looks == 1


def test_a_page_that_is_gone_withdraws_its_article_and_is_left_alone() -> None:
    found = decided(published("a"), failed_page("a", "http_410", minutes=90))
    assert found.withdrawal is not None
    assert found.state is not None
    assert not found.state.checks


def test_an_edit_that_the_feed_tells_of_is_not_silent() -> None:
    known = published("a")
    told = decide_poll(FEED, known, poll(FEED, replace(entry("a"), digest="new")), Listings()).state
    (article,) = decided(told, replace(page("a", EDITED), at=after(90))).articles
    assert not article.silent


@settings(max_examples=5)
@given(st.integers(1, 50))
def test_what_waits_for_a_look_is_bounded(count: int) -> None:
    known = published(*(f"e{number}" for number in range(count)))
    assert len(known.checks) == min(count, recheck.KEPT)
    agenda = Agenda.of({FEED.feed_id: FEED}, {FEED.feed_id: known})
    assert not [what for what in agenda.due(after(15).timestamp()) if what.again]
    assert len([what for what in agenda.due(after(24 * 60).timestamp()) if what.again]) == len(known.checks)


@given(st.lists(st.booleans(), max_size=60))
def test_the_pace_follows_the_share_of_edits_within_bounds(looks: list[bool]) -> None:
    rate, speeds = None, [recheck.speed(None)]
    for number, edited in enumerate(looks):
        rate = recheck.learned(rate, after(number), edited=edited)
        speeds.append(recheck.speed(rate))
        assert (speeds[-1] > speeds[-2]) is edited or speeds[-1] in {
            1 / recheck.MOST_SPEED,
            recheck.MOST_SPEED,
        }
    assert speeds[0] == 1.0
    assert all(1 / recheck.MOST_SPEED <= one <= recheck.MOST_SPEED for one in speeds)
