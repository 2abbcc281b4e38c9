from hypothesis import given
from hypothesis import strategies as st

from services.console.feeds.account import account_of, condensed, failed_polls, poll_account
from services.contracts.feeds import FeedState, Poll, SeenEntry
from tests.unit.console.followed import NOON, seen, state

FATES = ("article", "waiting", "known", "http_404", "no_article", "no-address", "cut")
URL = "https://klatschmohn.example/rss"


@given(st.lists(st.sampled_from(FATES)), st.dictionaries(st.sampled_from(FATES), st.integers(1, 99)))
def test_fates_past_and_present_add_up_to_what_was_listed(now: list[str], past: dict[str, int]) -> None:
    remembered = tuple(seen(number, fate) for number, fate in enumerate(now))
    told = FeedState(feed_id="f", seen=remembered, past=past, listed=len(now) + sum(past.values()))
    account = account_of(told)
    assert account.missing == 0
    assert sum(account.fates.values()) == account.listed
    assert account_of(condensed(told)) == account
    assert all(account.fates[fate] == now.count(fate) + past.get(fate, 0) for fate in account.fates)
    assert account.unused.keys().isdisjoint({"article", "waiting", "known"})


def test_the_sum_is_shown_with_what_is_used_first_and_the_commonest_reason_next() -> None:
    told = state(URL, "cut", "http_404", "article", "http_404", "waiting")
    assert str(account_of(told)) == "5 = 1 article + 1 waiting + 2 http_404 + 1 cut"


def test_an_entry_that_ended_nowhere_is_told() -> None:
    told = FeedState(feed_id="f", seen=(seen(1, "article"),), listed=3)
    assert str(account_of(told)) == "3 = 1 article, and 2 that ended nowhere"


def test_a_state_written_before_fates_were_told_still_adds_up() -> None:
    old = tuple(
        SeenEntry(key, digest, NOON, version)
        for key, digest, version in (("a", "d", "v"), ("b", "", ""), ("c", "d", ""), ("k2", "d", ""))
    )
    told = FeedState(feed_id="f", seen=old)
    assert account_of(told) == (4, {"article": 1, "waiting": 2, "known": 1})


def test_polls_that_found_nothing_new_did_not_fail() -> None:
    polls = [Poll(NOON, name) for name in ("polled", "not-modified", "same-body", "http_5xx", "not_a_feed")]
    assert failed_polls(polls) == {"http_5xx": 1, "not_a_feed": 1}
    assert str(poll_account(Poll(NOON, "polled", "", 3, {"new": 2, "cut": 1}))) == "3 = 2 new + 1 cut"
