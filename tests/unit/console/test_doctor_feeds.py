from msgspec.structs import replace

from services.console.doctor.feeds import NAMED, feed_findings
from services.console.feeds.census import Followed
from services.console.feeds.complaints import complaint, past_complaint
from services.contracts.feeds import Poll
from tests.unit.console.followed import NOON, QUARTER, feed, followed, state, troubled

HOST = "https://klatschmohn.example"


def test_feeds_that_fare_well_are_one_finding_without_a_remedy() -> None:
    (finding,) = feed_findings([followed(f"{HOST}/a"), Followed(feed(f"{HOST}/b"), None)], NOON)
    assert finding.well
    assert finding.told == "2 followed, none fails, 1 not polled yet"
    (nothing,) = feed_findings([], NOON)
    assert nothing.well


def test_each_failing_feed_is_named_with_its_reason_the_worst_first() -> None:
    feeds = [
        followed(f"{HOST}/a", status="backing_off", reason="http_5xx: HTTP status 503"),
        followed(f"{HOST}/b"),
        followed(f"{HOST}/c", "article", "http_403", "http_403", status="losing", reason="http_403"),
        followed(f"{HOST}/d", status="gone", reason="http_410: HTTP status 410"),
    ]
    findings = list(feed_findings(feeds, NOON))
    assert [finding.told for finding in findings] == [
        f"{HOST}/d is gone: http_410: HTTP status 410",
        f"{HOST}/c is losing: http_403; of its entries 3 = 1 article + 2 http_403",
        f"{HOST}/a is backing_off: http_5xx: HTTP status 503",
    ]
    assert findings[0].remedy == f"see `newsfold feeds show {HOST}/d`"


def test_of_many_failing_feeds_some_are_named_and_the_rest_is_counted() -> None:
    feeds = [followed(f"{HOST}/{number}", status="broken") for number in range(NAMED + 3)]
    findings = list(feed_findings(feeds, NOON))
    assert len(findings) == NAMED + 1
    assert findings[-1].told == f"… and 3 more of {NAMED + 3} feeds"


def test_feeds_that_nobody_polls_are_one_finding() -> None:
    feeds = [followed(f"{HOST}/{number}") for number in range(7)]
    (finding,) = feed_findings(feeds, NOON + 9 * QUARTER)
    assert not finding.well
    assert finding.told.startswith("7 of 7 were not polled")


def test_a_feed_that_is_well_again_is_held_its_failed_polls_against_only_where_history_counts() -> None:
    polls = (Poll(NOON, "polled"), Poll(NOON, "not_a_feed"), Poll(NOON, "http_5xx"), Poll(NOON, "http_5xx"))
    again = Followed(feed(HOST), replace(state(HOST, "article"), polls=polls))
    assert complaint(again) == ""
    assert past_complaint(again) == f"{HOST} is fresh; of its last 4 polls failed: 2 http_5xx, 1 not_a_feed"
    assert past_complaint(followed(HOST)) == ""


def test_a_finding_names_no_password() -> None:
    told = str(list(feed_findings([Followed(feed(troubled().url), troubled())], NOON)))
    assert "klatschmohn.example/rss" in told
    assert "Geheim1" not in told
