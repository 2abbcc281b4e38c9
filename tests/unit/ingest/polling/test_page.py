"""What the fetch of a page means for the feed that announced it."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from services.contracts.feeds import FeedState
from services.ingest.polling import schedule
from services.ingest.polling.decision import Decision
from services.ingest.polling.listings import Listings
from services.ingest.polling.page import ATTEMPTS_MAX, unannounced
from services.ingest.polling.page import page as decide_page
from services.ingest.polling.poll import poll as decide_poll
from services.ingest.readings import Entry, PageReading
from tests.unit.ingest.readings import (
    START,
    after,
    entry,
    failed_page,
    feed,
    page,
    page_without_article,
    poll,
    state,
)

FEED = feed()
OTHER_FEED = "https://feeds.hafenblatt.example/x.xml"


def after_poll(*entries: Entry) -> FeedState:
    found = decide_poll(FEED, state(FEED), poll(FEED, *entries), Listings()).state
    assert found is not None
    return found


def decided(before: FeedState, reading: PageReading, also_in: tuple[str, ...] = ()) -> Decision:
    listings = Listings()
    listings.update(FEED.feed_id, (), before.seen)
    return decide_page(FEED, before, reading, listings, also_in)


def test_a_page_gives_an_article_with_the_feeds_source_and_the_time_of_the_fetch() -> None:
    found = decided(after_poll(entry("a")), page("a", minutes=1), (OTHER_FEED,))
    (article,) = found.articles
    assert (article.source, article.feed, article.url) == ("hafenblatt.example", FEED.url, entry("a").url)
    assert (article.first_seen_at, article.also_in) == (after(1), ("https://feeds.hafenblatt.example/x.xml",))
    assert found.state is not None
    assert found.state.pending == ()
    assert found.state.seen[0].version == article.version_id


def test_an_equal_text_is_no_new_version() -> None:
    first = decided(after_poll(entry("a")), page("a", minutes=1))
    assert first.state is not None
    again = decided(first.state, page("a", minutes=9))
    changed = decided(first.state, page("a", "Ganz anderer Text. " * 9, minutes=9))
    assert (again.outcome, list(again.articles)) == ("unchanged", [])
    assert (changed.outcome, len(changed.articles)) == ("article", 1)


def test_an_article_that_moved_is_told_at_its_new_address_though_its_text_is_the_old_one() -> None:
    old, new = (replace(entry(slug, title="Meldung"), key="k", id="k") for slug in ("alt", "neu"))
    first = decided(after_poll(old), page("alt", minutes=1))
    assert first.state is not None
    listed = decide_poll(FEED, first.state, poll(FEED, new, minutes=15, digest_of_body="x"), Listings()).state
    assert listed is not None
    there = page("neu", minutes=16)
    shown = page("alt").parsed
    found = decided(listed, replace(there, parsed=shown))
    (before,), (after_move,) = first.articles, found.articles
    assert (before.article_id, before.version_id) == (after_move.article_id, after_move.version_id)
    assert (before.url, after_move.url) == (old.url, new.url)


def test_the_address_is_the_pages_own_where_it_may_be_believed() -> None:
    own = "https://www.hafenblatt.example/politik/a"
    found = decided(after_poll(entry("a")), page("a", canonical=own))
    assert (found.articles[0].url, found.articles[0].fetched_url) == (own, entry("a").url)


def test_an_address_that_an_entry_of_another_title_links_to_is_not_claimed_in_either_order() -> None:
    listed = (entry("a"), entry("b"))
    claim = page("b", "Die Fähre fährt wieder, sagt der Reeder. " * 4, canonical=entry("a").url)
    for readings in ((claim, page("a")), (page("a"), claim)):
        now = after_poll(*listed)
        found: dict[str, str] = {}
        for reading in readings:
            decision = decided(now, reading)
            assert decision.state is not None
            now = decision.state
            found |= {article.url: article.article_id for article in decision.articles}
        assert len(set(found.values())) == 2
        assert set(found) == {entry("a").url, entry("b").url}


def test_an_address_that_shows_the_same_text_is_claimed_also_where_an_entry_links_to_it() -> None:
    listed = (entry("a", title="Meldung"), entry("b", title="Meldung"))
    for first, second in (("a", "b"), ("b", "a")):
        one = page(first, canonical=entry("a").url)
        other = page(second, canonical=entry("a").url)
        assert one.parsed is not None
        other = replace(other, parsed=one.parsed)
        published = decided(after_poll(*listed), one)
        assert published.state is not None
        assert decided(published.state, other).articles[0].url == entry("a").url


def test_a_page_that_fails_is_tried_again_later_and_given_up_in_the_end() -> None:
    now: FeedState | None = after_poll(entry("a"))
    dues = []
    for number in range(ATTEMPTS_MAX - 1):
        assert now is not None
        found = decided(now, failed_page("a", "http_5xx", minutes=number))
        assert (found.outcome, found.dead) == ("page-failed", None)
        now = found.state
        assert now is not None
        dues.append(now.pending[0].due_at - after(number))
    assert dues == sorted(dues)
    assert now is not None
    last = decided(now, failed_page("a", "http_5xx", minutes=9))
    assert last.dead is not None
    assert last.dead.reason == "page-unreachable"
    assert FEED.url in last.dead.origin
    assert entry("a").url in last.dead.origin
    assert "after 5 attempts" in last.dead.detail
    assert last.state is not None
    assert last.state.pending == ()


@pytest.mark.parametrize("outcome", ["http_410", "blocked_address", "bomb", "too_large", "encoding"])
def test_a_page_that_will_never_come_is_given_up_at_once(outcome: str) -> None:
    found = decided(after_poll(entry("a")), failed_page("a", outcome))
    assert found.dead is not None


def test_a_page_without_an_article_is_a_dead_letter_that_names_feed_and_page() -> None:
    found = decided(after_poll(entry("a")), page_without_article("a"))
    assert found.dead is not None
    assert found.dead.reason == "no-article"
    assert found.dead.origin == f"feed {FEED.url} page {entry('a').url} (live)"


def test_a_page_that_no_feed_announced_is_an_article_of_its_host() -> None:
    found = unannounced(page("a"))
    assert [one.source for one in found.articles] == ["hafenblatt.example"]
    assert found.state is None


def test_an_unannounced_page_without_an_article_is_a_dead_letter_and_an_unanswered_one_is_counted() -> None:
    assert unannounced(page_without_article("a")).dead is not None
    assert unannounced(failed_page("a", "http_404")).outcome == "page-failed"


def test_a_page_retry_waits_within_bounds() -> None:
    wait = schedule.page_retry("https://a.example/", START, 99, 0) - START
    assert wait <= timedelta(seconds=schedule.PAGE_RETRIES_S[-1] * (1 + schedule.JITTER))


def test_an_article_says_what_its_feed_knew_of_when_it_came() -> None:
    before = after_poll(entry("a"))
    (first,) = decided(before, page("a", minutes=1)).articles
    later = decide_poll(FEED, before, poll(FEED, entry("a"), entry("b"), minutes=15), Listings()).state
    assert later is not None
    (second,) = decided(later, page("b", minutes=16)).articles
    assert [(one.standing, one.absent_at) for one in (first, second)] == [(True, None), (False, START)]
