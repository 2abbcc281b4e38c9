"""Key feeds that tell nothing: who is silent, and what the log says of it."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from msgspec.structs import replace

from services.console.doctor.feeds import feed_findings
from services.console.feeds.census import Followed
from services.console.feeds.silence import silence, silent_keys
from services.console.run.feed_warnings import TOLD_AT_ONCE, FeedWarnings
from services.contracts.feeds import Rhythm
from services.ops import logging
from tests.unit.console.followed import NOON, QUARTER, feed, followed, state

URL = "https://klatschmohn.example/eil"
HOUR = timedelta(hours=1)
BUSY = Rhythm(since=NOON - 30 * 24 * HOUR, at=NOON, hours=(40.0,) * 24)
"""About six entries an hour."""


def key(**changes: object) -> Followed:
    known = replace(state(URL), looked_at=NOON, news_at=NOON, rhythm=BUSY)
    return Followed(replace(feed(URL), priority="key"), replace(known, **changes))


@pytest.mark.parametrize(
    ("one", "hours", "says"),
    [
        (key(), 0.4, ""),
        (key(), 1.0, "told nothing for 1:00 h"),
        (
            key(failures=3, status="backing_off", reason="timeout: slow"),
            1.0,
            "told nothing for 1:00 h: timeout: slow",
        ),
        (key(failures=1, status="backing_off", reason="timeout"), 0.4, ""),
        (key(due_at=NOON + 4 * HOUR, news_at=NOON + 4 * HOUR), 5.0, ""),
        (key(status="gone", reason="http_410"), 0.1, "is gone: http_410"),
        (key(status="losing", reason="http_403"), 0.1, "is losing: http_403"),
        (key(news_at=NOON - 5 * HOUR), 0.1, "brought nothing new for 5:06 h, in which it brings 28 entries"),
        (key(news_at=NOON - 3 * HOUR), 0.1, ""),
        (key(news_at=NOON - 90 * HOUR, rhythm=Rhythm(since=NOON - 90 * HOUR, at=NOON)), 0.1, ""),
        (Followed(feed(URL), None), 99.0, ""),
        (Followed(replace(feed(URL), paused=True), state(URL)), 99.0, ""),
    ],
)
def test_a_feed_is_silent_where_it_should_be_heard(one: Followed, hours: float, says: str) -> None:
    told = silence(one, NOON + hours * HOUR)
    assert says in told if says else told == ""


def test_only_key_feeds_wake_somebody_and_doctor_names_them_first() -> None:
    now, plain = NOON + HOUR, followed(URL + "2", status="broken", reason="timeout")
    both = [plain, key()]
    assert [one.feed.url for one, _ in silent_keys(both, now)] == [URL]
    findings = list(feed_findings(both, now))
    assert findings[0].told == f"key feed {URL} told nothing for 1:00 h"
    assert not any(finding.well for finding in findings)


def test_the_log_warns_of_each_feed_once_and_says_when_it_is_over() -> None:
    lines, warnings = StringIO(), FeedWarnings()
    many = [followed(f"{URL}{number}", status="broken") for number in range(TOLD_AT_ONCE + 5)]
    with logging.configure(service="newsfold", fmt="json", stream=lines):
        assert warnings.tell([key(), *many], NOON + HOUR) == 1
        assert warnings.tell([key(), *many], NOON + HOUR + QUARTER) == 1
        assert warnings.tell([key(), *many], NOON) == 0
    told = lines.getvalue()
    assert told.count("feed.silent") == 1
    assert told.count("feed.recovered") == 1
    assert told.count("feed.failed") == TOLD_AT_ONCE + 1
    assert 5 in [json.loads(line).get("more") for line in told.splitlines()]
