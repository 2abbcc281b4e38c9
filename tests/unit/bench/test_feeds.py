"""What is read from the log of the server that many feeds are followed from, and what a soak calls a leak."""

from bench import soak
from bench.feeds.server import Served, judge
from bench.feeds.world import LISTED, document, feeds, state_of
from services.ingest.formats.parse import read_feed
from services.ingest.http.exchange import Exchange
from services.ingest.polling.listings import Listings
from services.ingest.polling.poll import poll
from services.ingest.readings import FeedReading
from tests.unit.ingest.readings import START

WWW, NEWS = "www.paper.example", "news.paper.example"


def test_the_servers_log_tells_whether_limits_held() -> None:
    log = [
        Served(WWW, "/1", 0.0, 2.0),
        Served(WWW, "/2", 0.5, 1.0),
        Served(NEWS, "/3", 1.5, 3.0),
        Served(WWW, "/1", 9.0, 9.1),
    ]
    judged = judge(log, near_s=10.0)
    assert (judged.requests, judged.most_at_once_host, judged.most_at_once_domain) == (4, 2, 2)
    assert (judged.least_gap_s, judged.twice) == (0.5, 1)
    assert judge(log, near_s=5.0).twice == 0


def test_what_is_known_of_a_feed_at_first_is_what_its_server_lists() -> None:
    (feed,) = feeds(1, 80)
    state = state_of(feed, START, START)
    parsed = read_feed(Exchange(url=feed.url, outcome="ok", status=200, body=document("/0.xml", 0)))
    assert [(entry.key, entry.digest) for entry in parsed.entries] == [
        (one.key, one.digest) for one in state.seen
    ]
    assert len(parsed.entries) == LISTED


def test_a_document_that_changed_brings_one_new_entry() -> None:
    (feed,) = feeds(1, 80)
    read = read_feed(Exchange(url=feed.url, outcome="ok", status=200, body=document("/0.xml", 1)))
    reading = FeedReading(
        feed_id=feed.feed_id, url=feed.url, at=START, outcome="ok", body_digest="1", parsed=read
    )
    decision = poll(feed, state_of(feed, START, START), reading, Listings())
    assert decision.entries == {"new": 1, "unchanged": LISTED - 1}


def test_a_soak_names_what_is_left_of_the_day() -> None:
    before = soak.Sample(0, 0, 0, 0, 0, tasks=1, files=9, processes=0)
    assert soak.leaks([before, before._replace(files=8)]) == []
    assert soak.leaks([before, before._replace(tasks=2, processes=1)]) == ["1 tasks left", "1 processes left"]
