import pytest

from services.console.run.limits import tell_limits
from services.contracts.topics import BY_NAME
from services.dedup.settings import DedupSettings
from services.ops.config import Settings
from services.ops.labels import QUEUE
from services.ops.registry import Metrics
from services.ops.settings import IngestSettings
from services.stream.settings import RunSettings

SETTINGS = Settings(ingest=IngestSettings(in_flight=7, parsers=3), dedup=DedupSettings(buffer_limit=99))
RUN = RunSettings(queue_records=500, queue_bytes=4_096)


def told(*, polls: bool, forgets: bool) -> Metrics:
    metrics = Metrics()
    tell_limits(metrics, SETTINGS, RUN, polls=polls, forgets=forgets)
    return metrics


def test_every_queue_has_the_bound_it_was_given() -> None:
    metrics = told(polls=True, forgets=True)
    limits = {
        queue: metrics.gauge("queue_limit", service, queue)._value.get() for service, queue in QUEUE.allowed
    }
    assert limits == {"inbox": 500, "inbox-bytes": 4_096, "requests": 7, "parsers": 3, "reorder": 99}


@pytest.mark.parametrize("queue", ["requests", "parsers"])
def test_where_no_feeds_are_followed_nothing_is_fetched(queue: str) -> None:
    assert told(polls=False, forgets=True).gauge("queue_limit", "ingest", queue)._value.get() == 0


def test_state_shares_the_memory_of_the_process() -> None:
    metrics = told(polls=True, forgets=True)
    limits = [metrics.gauge("state_limit_bytes", service)._value.get() for service in ("ingest", "dedup")]
    assert limits[0] == limits[1] > 0


def test_a_topic_keeps_what_the_table_says_unless_nothing_is_forgotten() -> None:
    of = ("topic_retention_seconds", "dedup", "articles")
    assert told(polls=True, forgets=True).gauge(*of)._value.get() == BY_NAME["articles"].retention_s
    assert told(polls=True, forgets=False).gauge(*of)._value.get() == 0
