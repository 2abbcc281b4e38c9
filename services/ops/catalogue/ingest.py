"""Feeds, pages and what hubs send."""

from services.ops import labels
from services.ops.metric import Metric, counter, gauge, histogram

ROWS: tuple[Metric, ...] = (
    gauge(
        "feeds",
        "feeds",
        labels.FEED_STATE,
        "Feeds of the owned partitions by state. The states exclude each other; their sum is all feeds. "
        "overdue: fresh, but not polled for twice its interval. losing: it answers, and none of what it "
        "lists becomes an article.",
        only="ingest",
    ),
    gauge("silent_key_feeds", "feeds", labels.NONE, "Feeds of priority key that are silent.", only="ingest"),
    gauge(
        "listed_entries",
        "entries",
        labels.FATE,
        "Different entries that the feeds of the owned partitions have listed, by what became of them; their "
        "sum is all of them.",
        only="ingest",
    ),
    counter(
        "feed_entries_total",
        "entries",
        labels.ENTRY,
        "Entries of polled documents, by what was done with them; an entry comes again with each document.",
        only="ingest",
    ),
    counter("failed_polls_total", "polls", labels.FAILURE, "Polls that failed, by reason.", only="ingest"),
    counter(
        "failed_pages_total",
        "pages",
        labels.FAILURE,
        "Fetches of pages that gave no article, by reason; those given up are dead letters instead.",
        only="ingest",
    ),
    counter("fetches_total", "fetches", labels.FETCH, "HTTP fetches by how they ended.", only="ingest"),
    counter("pushes_total", "requests", labels.PUSH, "What hubs sent, by what became of it.", only="ingest"),
    histogram(
        "fetch_seconds",
        "seconds",
        labels.NONE,
        "Time of one fetch, redirects included.",
        buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
        only="ingest",
    ),
    histogram(
        "poll_delay_seconds",
        "seconds",
        labels.NONE,
        "From the moment a feed was due to the start of its poll: our delay, not the publisher's.",
        buckets=(1, 5, 15, 60, 300, 900, 3600),
        only="ingest",
    ),
    counter(
        "fetch_bytes_total",
        "bytes",
        labels.FORM,
        "Bytes of fetched bodies, as sent and as decoded.",
        only="ingest",
    ),
    gauge(
        "canary_last_success_timestamp_seconds",
        "seconds",
        labels.NONE,
        "Unix time at which the canary's story was last read back, before the first the start; 0: no canary.",
        only="ingest",
    ),
)
