"""The account of a feed adds up, and says when a feed brings nothing."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.feeds import FeedState
from services.ingest.polling import account
from services.ingest.polling import poll as polling
from services.ingest.polling.account import fates
from services.ingest.polling.listings import Listings
from services.ingest.polling.page import page as decide_page
from services.ingest.readings import LeftOut, PageReading, ParsedFeed
from tests.unit.ingest.readings import (
    entry,
    failed_page,
    feed,
    page,
    page_without_article,
    poll,
    reading,
    state,
)

FEED = feed()


def listed(before: FeedState | None, *slugs: str, minutes: float = 0) -> FeedState:
    entries = [entry(slug) for slug in slugs]
    found = polling.poll(FEED, before or state(FEED), poll(FEED, *entries, minutes=minutes), Listings()).state
    assert found is not None
    return found


def fetched(before: FeedState, one: PageReading) -> FeedState:
    listings = Listings()
    listings.update(FEED.feed_id, (), before.seen)
    found = decide_page(FEED, before, one, listings, ()).state
    assert found is not None
    return found


def test_a_feed_whose_pages_all_fail_is_losing_and_says_why() -> None:
    now = listed(None, "a", "b")
    assert now.status == "fresh", "nobody has looked at the pages yet"
    now = fetched(now, failed_page("a", "http_403", minutes=1))
    assert now.status == "fresh"
    now = fetched(now, failed_page("b", "http_403", minutes=1))
    assert (now.status, now.reason) == ("losing", "2 of 2 listed entries give no article: 2 http_403")
    assert fetched(now, page("a", minutes=2)).status == "fresh"


def test_a_losing_feed_stays_so_through_polls_that_bring_nothing_new() -> None:
    now = fetched(listed(None, "a"), page_without_article("a"))
    assert now.status == "losing"
    quiet = polling.poll(FEED, now, reading(FEED, minutes=15, outcome="not_modified"), Listings()).state
    assert quiet is not None
    assert (quiet.status, quiet.reason) == (now.status, now.reason)
    assert now.unused[0].reason == "no_article"
    assert now.unused[0].about == entry("a").title


def test_items_that_gave_no_entry_are_counted_and_told_once() -> None:
    parsed = ParsedFeed(entries=(entry("a"),), left_out=(LeftOut("unreadable", "item 2"),), listed=2)
    before: FeedState | None = state(FEED)
    for minutes in (0, 15):
        assert before is not None
        again = reading(FEED, minutes=minutes, body_digest=str(minutes), parsed=parsed)
        before = polling.poll(FEED, before, again, Listings()).state
    assert before is not None
    assert [(one.reason, one.about) for one in before.unused] == [("unreadable", "item 2")]
    assert fates(before) == {"unreadable": 1, "waiting": 1}
    assert before.polls[0].entries == {"left-out": 1, "unchanged": 1}


SLUGS = st.lists(st.sampled_from("abcdefgh"), max_size=12)
OUTCOMES = st.sampled_from(["article", "http_404", "http_410", "no_article"])


@given(st.lists(st.tuples(SLUGS, OUTCOMES), max_size=6))
def test_what_a_feed_listed_is_what_became_of_it(rounds: Sequence[tuple[Sequence[str], str]]) -> None:
    now = state(FEED)
    different: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(polling, "SEEN_KEPT", 2)
        for number, (slugs, outcome) in enumerate(rounds):
            remembered = {one.key for one in now.seen}
            new = {slug for slug in slugs if entry(slug).key not in remembered}
            expected = now.listed + len(new)
            if list(slugs):
                now = listed(now, *slugs, minutes=number * 15)
                assert now.listed == expected
            different |= new
            for slug in slugs[:2]:
                result = (
                    page(slug, minutes=number)
                    if outcome == "article"
                    else page_without_article(slug, minutes=number)
                    if outcome == "no_article"
                    else failed_page(slug, outcome, minutes=number)
                )
                now = fetched(now, result)
            assert sum(fates(now).values()) == now.listed


def test_the_kept_polls_and_losses_are_bounded() -> None:
    now = state(FEED)
    for number in range(account.POLLS_KEPT + 5):
        now = listed(now, f"a{number}", minutes=number)
    assert len(now.polls) == account.POLLS_KEPT
    assert now.polls[0].at > now.polls[-1].at


def test_a_feed_whose_published_article_fails_for_an_hour_is_not_losing() -> None:
    now = fetched(listed(state(FEED), "a"), page("a", minutes=1))
    again = poll(FEED, entry("a", title="Anders"), minutes=15)
    waiting = polling.poll(FEED, now, again, Listings()).state
    assert waiting is not None
    assert fetched(waiting, failed_page("a", "http_404", minutes=16)).status == "fresh"
