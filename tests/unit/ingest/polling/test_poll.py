"""What a reading means for a feed. Invented feeds and pages, no clock, no network."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts.feeds import FeedState, SeenEntry
from services.ingest.polling import poll as polling
from services.ingest.polling.decision import Decision
from services.ingest.polling.listings import Listings
from services.ingest.readings import Entry, ParsedFeed
from tests.unit.ingest.readings import (
    START,
    after,
    entry,
    feed,
    poll,
    reading,
    state,
)

FEED = feed()
LONG = "Ein ganzer Artikel steht schon im Feed. " * 60


NOBODY = Listings()


def listed_elsewhere(*slugs: str) -> Listings:
    """What the task knows where another feed lists these entries."""
    other = Listings()
    other.update("the other feed", (), [SeenEntry(entry(slug).key, "d", START) for slug in slugs])
    return other


def polled(*entries: Entry, before: FeedState | None = None, minutes: float = 0) -> Decision:
    found = polling.poll(FEED, before or state(FEED), poll(FEED, *entries, minutes=minutes), NOBODY)
    assert found.state is not None
    return found


def after_poll(*entries: Entry, before: FeedState | None = None, minutes: float = 0) -> FeedState:
    found = polled(*entries, before=before, minutes=minutes).state
    assert found is not None
    return found


def test_a_new_entry_announces_its_page() -> None:
    found = polled(entry("a"), entry("b"))
    assert found.outcome == "polled"
    assert found.entries == {"new": 2}
    assert [one.url for one in after_poll(entry("a"), entry("b")).pending] == [entry("a").url, entry("b").url]
    assert not found.articles


def test_an_entry_seen_before_is_left_alone() -> None:
    before = replace(after_poll(entry("a")), pending=())
    found = polled(entry("a"), entry("b"), before=before, minutes=15)
    assert found.entries == {"unchanged": 1, "new": 1}
    assert [one.url for one in found.state.pending] == [entry("b").url]  # type: ignore[union-attr]


def test_a_changed_entry_has_its_page_looked_at_again() -> None:
    before = replace(after_poll(entry("a", title="Brücke geplant")), pending=())
    found = polled(entry("a", title="Brücke beschlossen"), before=before, minutes=15)
    assert found.entries == {"changed": 1}
    assert [(one.title, one.due_at) for one in found.state.pending] == [("Brücke beschlossen", after(15))]  # type: ignore[union-attr]


def test_an_entry_with_tracking_parameters_is_the_same_entry() -> None:
    before = after_poll(entry("a"))
    tracked = entry("a", query="?utm_source=rss&wt_mc=feed")
    assert polled(tracked, entry("b"), before=before, minutes=15).entries == {"unchanged": 1, "new": 1}


def test_an_entry_of_another_feed_is_known_and_not_fetched_twice() -> None:
    found = polling.poll(FEED, state(FEED), poll(FEED, entry("a")), listed_elsewhere("a"))
    assert found.entries == {"known": 1}
    assert found.state is not None
    assert found.state.pending == ()
    assert [one.digest for one in found.state.seen] == [""]


def test_an_entry_left_to_another_feed_is_taken_over_when_that_feed_ends() -> None:
    left = polling.poll(FEED, state(FEED), poll(FEED, entry("a")), listed_elsewhere("a")).state
    found = polled(entry("a"), entry("b"), before=left, minutes=15)
    assert found.entries == {"new": 2}


def test_not_modified_keeps_validators_and_takes_fresher_ones() -> None:
    before = replace(state(FEED), etag='W/"one"', last_modified="Mon, 02 Mar 2026 05:00:00 GMT", failures=3)
    found = polling.poll(FEED, before, reading(FEED, outcome="not_modified", etag='W/"two"'), NOBODY)
    assert found.outcome == "not-modified"
    assert found.state is not None
    assert (found.state.etag, found.state.last_modified) == ('W/"two"', "Mon, 02 Mar 2026 05:00:00 GMT")
    assert (found.state.failures, found.state.status) == (0, "fresh")


def test_validators_are_stored_exactly_even_when_the_body_is_equal() -> None:
    before = replace(state(FEED), body_digest="same", etag='"old"')
    stamp = "Mon, 2 Mar 2026 5:00 +0000 (not a proper date)"
    equal = reading(FEED, body_digest="same", etag=' "odd etag" ', last_modified=stamp, parsed=ParsedFeed())
    found = polling.poll(FEED, before, equal, NOBODY)
    assert found.outcome == "same-body"
    assert found.state is not None
    assert (found.state.etag, found.state.last_modified) == (' "odd etag" ', stamp)


def test_failures_are_counted_with_a_reason_and_back_off() -> None:
    now = state(FEED)
    waits = []
    for number in range(polling.BROKEN_AFTER):
        found = polling.poll(
            FEED, now, reading(FEED, minutes=number, outcome="timeout", reason="too slow"), NOBODY
        )
        assert found.outcome == "poll-failed"
        assert found.state is not None
        assert found.state.due_at is not None
        now = found.state
        waits.append(found.state.due_at - after(number))
    assert waits == sorted(waits)
    assert (now.failures, now.status, now.reason) == (5, "broken", "timeout: too slow")


def test_a_feed_that_turned_to_html_is_marked_with_the_reason() -> None:
    html = ParsedFeed(refusal="not_a_feed", reason="an HTML page, not a feed")
    found = polling.poll(FEED, state(FEED), reading(FEED, body_digest="x", parsed=html), NOBODY)
    assert found.state is not None
    assert (found.state.status, found.state.reason) == ("backing_off", "not_a_feed: an HTML page, not a feed")
    assert found.state.body_digest == "", "the next poll parses it again"


def test_a_feed_that_is_gone_is_asked_once_a_week() -> None:
    found = polling.poll(FEED, state(FEED), reading(FEED, outcome="http_410"), NOBODY)
    assert found.state is not None
    assert found.state.status == "gone"
    assert found.state.due_at is not None
    assert found.state.due_at >= START + timedelta(days=7)


def test_retry_after_is_honoured() -> None:
    found = polling.poll(FEED, state(FEED), reading(FEED, outcome="http_429", retry_after_s=7_200), NOBODY)
    assert found.state is not None
    assert found.state.due_at is not None
    assert found.state.due_at >= after(120)


def test_the_publishers_wish_lengthens_the_interval() -> None:
    hourly = reading(FEED, body_digest="x", parsed=ParsedFeed(ttl_s=3_600))
    found = polling.poll(FEED, state(FEED), hourly, NOBODY)
    assert found.state is not None
    assert found.state.due_at is not None
    assert found.state.due_at >= after(60)


@pytest.mark.parametrize("sentences", [21, 60])
def test_a_feed_with_whole_articles_needs_no_page(sentences: int) -> None:
    whole = "Ein ganzer Artikel steht schon im Feed. " * sentences
    found = polled(entry("a", summary="Ein ganzer Artikel steht …", content=whole))
    assert [one.text for one in found.articles] == [whole]
    assert found.state is not None
    assert found.state.pending == ()


@pytest.mark.parametrize(("content", "excerpt"), [("Nur ein Anriss. " * 20, False), (LONG, True)])
def test_a_teaser_is_no_whole_article(content: str, excerpt: bool) -> None:
    found = polled(replace(entry("a", content=content), excerpt=excerpt))
    assert not found.articles
    assert found.state is not None
    assert len(found.state.pending) == 1


def test_a_subscription_may_say_that_a_feed_carries_whole_articles() -> None:
    whole = feed("whole", full_text=True)
    short = entry("a", summary="Kurz und ganz: der Steg ist wieder offen.")
    found = polling.poll(whole, state(whole), poll(whole, short), NOBODY)
    assert [(one.text, one.feed, one.source) for one in found.articles] == [
        (short.summary, whole.url, "hafenblatt.example")
    ]


def test_a_whole_article_that_changed_is_a_new_version_and_one_that_did_not_is_none() -> None:
    first = polled(entry("a", content=LONG))
    same_text = entry("a", content=LONG, summary="Neuer Anriss.")
    again = polled(same_text, before=first.state, minutes=15)
    changed = polled(entry("a", content=LONG + " Nachtrag."), before=again.state, minutes=30)
    assert (again.entries, list(again.articles)) == ({"unchanged": 1}, [])
    assert changed.articles[0].article_id == first.articles[0].article_id
    assert changed.articles[0].version_id != first.articles[0].version_id


def test_an_entry_without_an_address_is_counted_and_remembered() -> None:
    nowhere = replace(entry("a"), url="")
    found = polled(nowhere)
    assert found.entries == {"no-address": 1}
    assert polled(nowhere, entry("b"), before=found.state, minutes=15).entries == {"unchanged": 1, "new": 1}


def test_pages_beyond_the_bound_are_put_off_and_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "PENDING_MAX", 2)
    first = polled(entry("a"), entry("b"), entry("c"))
    assert first.entries == {"new": 2, "put-off": 1}
    assert first.state is not None
    assert (first.state.body_digest, first.state.etag) == ("", "")
    room = replace(first.state, pending=())
    second = polled(entry("a"), entry("b"), entry("c"), before=room, minutes=15)
    assert second.entries == {"unchanged": 2, "new": 1}


def test_what_the_document_lists_is_never_forgotten_and_the_rest_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(polling, "SEEN_KEPT", 3)
    now = after_poll(*(entry(f"old-{n}") for n in range(10)))
    listed = [entry(f"new-{n}") for n in range(10)]
    now = after_poll(*listed, before=now, minutes=15)
    keys = [one.key for one in now.seen]
    assert keys[:10] == [one.key for one in listed]
    assert len(keys) == 13


SLUGS = st.lists(st.sampled_from("abcdefgh"), max_size=12)


@given(st.lists(SLUGS, max_size=5), st.sets(st.sampled_from("abcdefgh")))
def test_every_entry_of_every_document_ends_under_one_name(
    documents: Sequence[Sequence[str]], others: set[str]
) -> None:
    taken = listed_elsewhere(*others)
    now: FeedState | None = state(FEED)
    for minutes, slugs in enumerate(documents):
        entries = [entry(slug, title=f"{slug}{minutes // 2}") for slug in slugs]
        assert now is not None
        seen_before = now.body_digest
        one = poll(FEED, *entries, minutes=minutes)
        found = polling.poll(FEED, now, one, taken)
        if one.body_digest != seen_before:
            assert sum(found.entries.values()) == len(slugs)
        now = found.state


def test_what_stands_behind_a_hashbang_is_the_feeds_text_where_it_has_one() -> None:
    app = "https://www.hafenblatt.example/#!/meldung"
    told = replace(
        entry("a", summary="Der Rat hat am Montag den Bau der Brücke beschlossen."), url=f"{app}/1"
    )
    brief = replace(entry("b"), url=f"{app}/2")
    found = polled(told, brief)
    assert [article.url for article in found.articles] == [f"{app}/1"]
    assert found.state is not None
    assert [waiting.url for waiting in found.state.pending] == [f"{app}/2"]


def test_what_stands_there_at_the_first_look_may_have_come_at_any_time_before() -> None:
    (article,) = polled(entry("a", content=LONG)).articles
    assert (article.standing, article.absent_at) == (True, None)
    (waiting,) = after_poll(entry("b")).pending
    assert (waiting.standing, waiting.absent_at) == (True, None)


def test_what_is_new_at_a_later_look_came_since_the_last_one_that_found_the_feed() -> None:
    before = after_poll(entry("a", content=LONG))
    (article,) = polled(entry("b", content=LONG), before=before, minutes=15).articles
    assert (article.standing, article.absent_at) == (False, START)
    failing = polling.poll(FEED, before, reading(FEED, outcome="timeout", minutes=15), NOBODY).state
    (later,) = polled(entry("b", content=LONG), before=failing, minutes=30).articles
    assert later.absent_at == START


def test_of_another_version_nothing_is_said_and_a_page_that_waits_keeps_what_was_known() -> None:
    before = after_poll(entry("a", content=LONG))
    (version,) = polled(entry("a", content=LONG + " Nachtrag."), before=before, minutes=15).articles
    assert (version.standing, version.absent_at) == (False, None)
    waiting = after_poll(entry("a"), entry("b"), before=after_poll(entry("a")), minutes=15)
    again = after_poll(entry("a", title="Neu"), entry("b", title="Neu"), before=waiting, minutes=30)
    assert [(one.standing, one.absent_at) for one in again.pending] == [(True, None), (False, START)]
