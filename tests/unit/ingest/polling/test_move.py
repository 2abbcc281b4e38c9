"""A feed whose server says that it is elsewhere for good."""

import pytest
from msgspec.structs import replace

from services.contracts.feeds import FeedState
from services.ingest.polling.listings import Listings
from services.ingest.polling.poll import BROKEN_AFTER, MOVED_AFTER, address_of_feed
from services.ingest.polling.poll import poll as polled
from services.ingest.readings import FeedReading, ParsedFeed
from tests.unit.ingest.readings import entry, feed, poll, reading, state

FEED = feed()
NEW = "https://www.hafenblatt.example/new.xml"


def after(*readings: FeedReading, before: FeedState | None = None) -> FeedState:
    current = before or state(FEED)
    for minute, one in enumerate(readings):
        at = replace(one, at=one.at.replace(minute=minute % 60))
        found = polled(FEED, current, at, Listings()).state
        assert found is not None
        current = found
    return current


def sent_on(to: str = NEW) -> FeedReading:
    return replace(poll(FEED, entry("a")), permanent_url=to)


def test_a_new_address_is_believed_when_many_polls_agree() -> None:
    almost = after(*[sent_on()] * (MOVED_AFTER - 1))
    assert address_of_feed(almost) == ""
    assert address_of_feed(after(sent_on(), before=almost)) == NEW


def test_what_answers_at_its_new_address_stays_there() -> None:
    moved = after(*[sent_on()] * MOVED_AFTER)
    assert address_of_feed(after(poll(FEED, entry("a"), entry("b")), before=moved)) == NEW


@pytest.mark.parametrize("other", ["", "https://www.hafenblatt.example/maintenance"])
def test_one_poll_that_says_otherwise_and_all_begins_anew(other: str) -> None:
    almost = after(*[sent_on()] * (MOVED_AFTER - 1))
    assert address_of_feed(after(sent_on(other), sent_on(), before=almost)) == ""


def test_a_redirect_to_what_is_no_feed_counts_for_nothing() -> None:
    page = reading(
        FEED,
        parsed=ParsedFeed(refusal="not_a_feed", reason="a page"),
        body_digest="d",
        permanent_url=NEW,
    )
    assert after(*[page] * (2 * MOVED_AFTER)).moves == 0


def test_a_new_address_that_fails_for_long_is_given_up_for_the_old_one() -> None:
    moved = after(*[sent_on()] * MOVED_AFTER)
    lost = reading(FEED, outcome="http_404")
    assert address_of_feed(after(*[lost] * (BROKEN_AFTER - 1), before=moved)) == NEW
    assert address_of_feed(after(*[lost] * BROKEN_AFTER, before=moved)) == ""
