"""When a hub is asked for pushes, and what its promise is worth."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts.feeds import PushLease
from services.ingest.polling import lease
from services.ingest.readings import FeedReading, LeaseOutcome, LeaseReading
from tests.unit.ingest.readings import START

HERE = "https://news.example/push/1"
HUB = PushLease(hub="https://hub.example/", topic="https://paper.example/rss")


def heard(one: PushLease, outcome: LeaseOutcome, at: datetime, lease_s: int = 0) -> PushLease:
    return lease.after(one, LeaseReading(feed_id="f", at=at, outcome=outcome, callback=HERE, lease_s=lease_s))


def document(hub: str = HUB.hub, topic: str = HUB.topic) -> FeedReading:
    return FeedReading(
        feed_id="f", url="https://paper.example/feed", at=START, outcome="ok", hub_url=hub, self_url=topic
    )


def test_another_hub_or_topic_is_another_lease_and_none_is_none() -> None:
    active = heard(heard(HUB, "asked", START), "active", START, 3_600)
    assert lease.offered(active, document()) == active
    moved = "https://paper.example/new"
    assert lease.offered(active, document(topic=moved)) == replace(HUB, topic=moved)
    assert lease.offered(active, document(hub="")) is None
    bare = lease.offered(None, document(topic=""))
    assert bare is not None
    assert bare.topic == "https://paper.example/feed"


@settings(max_examples=10)
@given(st.integers(60, 30 * 24 * 3_600), st.sampled_from(["silent", "refuses", "verifies"]))
def test_a_hub_is_asked_seldom_and_its_lease_is_renewed_before_it_ends(lease_s: int, kind: str) -> None:
    known, questions, uncovered, turns = HUB, 0, 0, 7 * 24 * 6
    for number in range(turns):
        now = START + number * timedelta(minutes=10)
        if lease.wants_asking(known, HERE, now):
            questions += 1
            known = heard(known, "asked", now)
            if kind == "refuses":
                known = heard(known, "refused", now)
            if kind == "verifies":
                known = heard(known, "active", now, lease_s)
        uncovered += not lease.works(known, now)
    if kind == "verifies":
        granted_s = min(lease_s, lease.LONGEST_LEASE_S)
        assert questions <= 2 + 7 * 24 * 3_600 / max(0.6 * granted_s, lease.VERIFICATION_S)
        assert not uncovered or granted_s < 6 * lease.VERIFICATION_S
    else:
        assert questions <= 16, "in a week"
        assert uncovered == turns


def test_a_hub_that_tells_nothing_counts_for_nothing_until_it_tells() -> None:
    known = heard(heard(HUB, "asked", START), "active", START, 3_600)
    for _ in range(lease.MISSES_MOST):
        assert lease.works(known, START)
        known = lease.polled(known, 1, pushed=False) or HUB
    assert not lease.works(known, START)
    known = lease.polled(known, 0, pushed=False) or HUB
    assert not lease.works(known, START)
    known = lease.polled(known, 1, pushed=True) or HUB
    assert lease.works(known, START)
    assert not lease.works(known, START + timedelta(hours=1))


def test_a_lease_for_another_address_is_asked_for_anew() -> None:
    known = heard(heard(HUB, "asked", START), "active", START, 3_600)
    assert not lease.wants_asking(known, HERE, START + timedelta(minutes=1))
    assert lease.wants_asking(known, "https://elsewhere.example/push", START + timedelta(minutes=1))
