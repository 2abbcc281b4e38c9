"""Every metric there is, in one typed table. Nothing else in the project makes a metric.

Promises: label values are enums, so the number of series is fixed before the first record; every child
exists at 0 from the start, because a counter born at 1 is invisible to `increase()`. Only what is said of
one partition exists while the partition is owned and no longer, lest two owners speak of it. The table,
the registry and `docs/metrics.md` (`python -m services.ops.metrics > docs/metrics.md`) are one thing.
"""

from functools import partial
from importlib.metadata import version
from itertools import product

from services.ops import labels
from services.ops.labels import Values
from services.ops.metric import Metric, metric_row
from services.ops.outcomes import DESK, SERVICES

PREFIX = "newsfold_"
_counter, _gauge, _histogram = (partial(metric_row, kind) for kind in ("counter", "gauge", "histogram"))

METRICS: tuple[Metric, ...] = (
    # The process and its bus.
    _gauge(
        "build_info",
        "1",
        labels.combinations(service=(*SERVICES, DESK), version=(version("newsfold"),)),
        "Always 1 for the services of the process; the version is in the label.",
    ),
    _gauge(
        "ready",
        "bool",
        labels.SERVICE,
        "1 while the service owns partitions, has restored them and works on them.",
    ),
    _gauge(
        "bus_connected",
        "bool",
        labels.SERVICE,
        "1 while the bus answers and the service's last publish did not fail.",
    ),
    _histogram(
        "event_loop_lag_seconds",
        "seconds",
        labels.SERVICE,
        "How late a timer of the event loop was, four times a second; services of one process share it.",
        buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
    ),
    _counter(
        "errors_total",
        "errors",
        labels.ERROR,
        "What was raised and caught, by what was being done; retry: the bus was asked again.",
    ),
    # What comes in and what becomes of it.
    _counter(
        "records_in_total",
        "records",
        labels.READ,
        "Records taken from a topic, counted when the step that took them is committed.",
    ),
    _counter(
        "readings_total",
        "readings",
        labels.combinations(service=("ingest",)),
        "Inputs from outside the log: polls, pages, lines of an archive.",
    ),
    _counter("records_out_total", "records", labels.WRITTEN, "Records published, committed only."),
    _counter("outcomes_total", "inputs", labels.OUTCOME, "How inputs ended; dead letters are counted apart."),
    _counter("dead_letters_total", "inputs", labels.DEAD_REASON, "Inputs that could not be used."),
    _gauge(
        "held_records",
        "records",
        labels.SERVICE,
        "Inputs taken and not decided yet, such as articles ahead of the watermark.",
    ),
    _gauge(
        "unaccounted_records",
        "records",
        labels.SERVICE,
        "Inputs minus outcomes, dead letters and held, at the last commit. Anything but 0 is a bug.",
    ),
    # Partitions.
    _gauge(
        "partitions_owned",
        "partitions",
        labels.SERVICE,
        "Partition numbers the service works on in this process.",
    ),
    _gauge(
        "partition_lag_records",
        "records",
        labels.TAKEN,
        "Offsets between what is taken and the last committed record of an owned partition; 0 when "
        "there is nothing to take. A backlog on Kafka counts the markers of transactions too.",
        owned=True,
    ),
    _gauge(
        "partition_lag_seconds",
        "seconds",
        labels.TAKEN,
        "How long ago the oldest record not taken yet was first seen; 0 when there is none.",
        owned=True,
    ),
    _gauge(
        "partition_progress_timestamp_seconds",
        "seconds",
        labels.NUMBER,
        "Unix time of the last commit of an owned partition number; of its assignment before the first.",
        owned=True,
    ),
    _gauge(
        "partition_halted",
        "bool",
        labels.NUMBER,
        "1 while an owned partition number stands still until a person has mended what stopped it.",
        owned=True,
    ),
    _gauge(
        "topic_retention_seconds",
        "seconds",
        labels.FORGETTING,
        "How long a topic that the service reads keeps a record; 0: for ever, or not known yet.",
    ),
    _counter(
        "rebalances_total",
        "rebalances",
        labels.REBALANCE,
        "Partitions given or taken by an assignment; lost: taken over by another process before it.",
    ),
    # The loop.
    _counter(
        "loop_seconds_total",
        "seconds",
        labels.LOOP_STATE,
        "Where the lanes of a service, and the fetching they share, spend their time.",
    ),
    _counter(
        "transactions_total",
        "transactions",
        labels.RESULT,
        "Attempts to publish outputs and consumed offsets in one act.",
    ),
    _histogram(
        "transaction_seconds",
        "seconds",
        labels.RESULT,
        "Time from the attempt to the answer.",
        buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    ),
    _gauge(
        "queue_depth",
        "items or bytes",
        labels.QUEUE,
        "What waits in the fullest queue of its kind: each partition number has its own, parsers are shared.",
    ),
    _gauge("queue_limit", "items or bytes", labels.QUEUE, "The bound of one such queue; 0: it does not run."),
    # State.
    _gauge(
        "state_bytes",
        "bytes",
        labels.STATE_NUMBER,
        "Estimated memory of the state of an owned partition number.",
        owned=True,
    ),
    _gauge(
        "state_limit_bytes",
        "bytes",
        labels.combinations(service=labels.STATEFUL),
        "Memory the process may use, shared by all state in it: its cgroup's limit, else the machine's.",
    ),
    _gauge(
        "state_records",
        "records",
        labels.STATE_NUMBER,
        "Versions (dedup) or feeds (ingest) remembered for an owned partition number.",
        owned=True,
    ),
    _gauge(
        "state_restore_started_timestamp_seconds",
        "seconds",
        labels.SERVICE,
        "Unix time at which the longest restore under way began; 0 when there is none.",
    ),
    _histogram(
        "state_restore_seconds",
        "seconds",
        labels.SERVICE,
        "Time to rebuild a partition's state from its changelog.",
        buckets=(0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800),
    ),
    _histogram(
        "state_image_seconds",
        "seconds",
        labels.combinations(service=("dedup",)),
        "Time to write an image of a state, beside the work.",
        buckets=(0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 900),
    ),
    _counter(
        "state_restores_total",
        "restores",
        labels.RESTORE_SOURCE,
        "States rebuilt, by what was there to begin with; images and snapshots are completed from the log.",
    ),
    _gauge(
        "standby_partitions", "partitions", labels.SERVICE, "Partitions of others whose state is at hand."
    ),
    _counter(
        "state_restored_records_total",
        "records",
        labels.SERVICE,
        "Changelog records applied while restoring.",
    ),
    _gauge(
        "log_bytes",
        "bytes",
        labels.NONE,
        "Size of the embedded log with its write-ahead file; 0 on another bus.",
    ),
    _gauge(
        "disk_free_bytes",
        "bytes",
        labels.NONE,
        "Free space where the embedded log lies; 0 on another bus.",
    ),
    _gauge(
        "disk_size_bytes",
        "bytes",
        labels.NONE,
        "Size of the file system the embedded log lies on; 0 on another bus.",
    ),
    # Ingest.
    _gauge(
        "feeds",
        "feeds",
        labels.FEED_STATE,
        "Feeds of the owned partitions by state. The states exclude each other; their sum is all feeds. "
        "overdue: fresh, but not polled for twice its interval. losing: it answers, and none of what it "
        "lists becomes an article.",
        only="ingest",
    ),
    _gauge("silent_key_feeds", "feeds", labels.NONE, "Feeds of priority key that are silent.", only="ingest"),
    _gauge(
        "listed_entries",
        "entries",
        labels.FATE,
        "Different entries that the feeds of the owned partitions have listed, by what became of them; their "
        "sum is all of them.",
        only="ingest",
    ),
    _counter(
        "feed_entries_total",
        "entries",
        labels.ENTRY,
        "Entries of polled documents, by what was done with them; an entry comes again with each document.",
        only="ingest",
    ),
    _counter("failed_polls_total", "polls", labels.FAILURE, "Polls that failed, by reason.", only="ingest"),
    _counter(
        "failed_pages_total",
        "pages",
        labels.FAILURE,
        "Fetches of pages that gave no article, by reason; those given up are dead letters instead.",
        only="ingest",
    ),
    _counter("fetches_total", "fetches", labels.FETCH, "HTTP fetches by how they ended.", only="ingest"),
    _counter("pushes_total", "requests", labels.PUSH, "What hubs sent, by what became of it.", only="ingest"),
    _histogram(
        "fetch_seconds",
        "seconds",
        labels.NONE,
        "Time of one fetch, redirects included.",
        buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
        only="ingest",
    ),
    _histogram(
        "poll_delay_seconds",
        "seconds",
        labels.NONE,
        "From the moment a feed was due to the start of its poll: our delay, not the publisher's.",
        buckets=(1, 5, 15, 60, 300, 900, 3600),
        only="ingest",
    ),
    _counter(
        "fetch_bytes_total",
        "bytes",
        labels.FORM,
        "Bytes of fetched bodies, as sent and as decoded.",
        only="ingest",
    ),
    _gauge(
        "canary_last_success_timestamp_seconds",
        "seconds",
        labels.NONE,
        "Unix time at which the canary's story was last read back, before the first the start; 0: no canary.",
        only="ingest",
    ),
    # Dedup.
    _counter(
        "articles_total",
        "versions",
        labels.ARTICLE_KIND,
        "Versions decided: of a new article, of a known one (another text, one it had before, or nothing but "
        "churn), or brought in after the fact.",
        only="dedup",
    ),
    _counter(
        "screened_total",
        "versions",
        labels.SCREEN,
        "Versions kept out of matching, by the screen that did it.",
        only="dedup",
    ),
    _counter(
        "relations_total",
        "relations",
        labels.RELATION,
        "Relations found, those told as a number among them.",
        only="dedup",
    ),
    _counter(
        "refusals_total",
        "pairs",
        labels.REFUSAL,
        "Pairs verified and no new relation, by reason; told-before and took-from: another version of the "
        "article has it. With relations_total they are the sum of candidates.",
        only="dedup",
    ),
    _counter(
        "candidates_left_out_total",
        "pairs",
        labels.LEFT_OUT,
        "Pairs with keys in common and not verified, since stronger ones filled the bound: of copies, or of "
        "those that may share a passage.",
        only="dedup",
    ),
    _histogram(
        "verdict_seconds",
        "seconds",
        labels.NONE,
        "Time of a step divided by the versions it decided, once a step.",
        buckets=(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5),
        only="dedup",
    ),
    _histogram(
        "candidates",
        "pairs",
        labels.NONE,
        "Pairs verified for a version that was not screened.",
        buckets=(0, 1, 2, 4, 8, 16, 32, 64),
        only="dedup",
    ),
    _gauge(
        "live_articles",
        "articles",
        labels.SHARD,
        "Articles in the window of an owned shard.",
        owned=True,
        only="dedup",
    ),
    _gauge(
        "novelty_counted_ratio",
        "1",
        labels.SHARD,
        "Share of shingles whose days are counted. Below 1/4 there is more traffic than novelty_bits holds.",
        owned=True,
        only="dedup",
    ),
    _gauge(
        "reorder_buffer_records",
        "records",
        labels.SHARD,
        "Articles of an owned shard that wait for the watermark.",
        owned=True,
        only="dedup",
    ),
    _gauge(
        "watermark_timestamp_seconds",
        "seconds",
        labels.SHARD,
        "Unix time up to which every ingest partition is done, as an owned shard knows; 0 before all spoke.",
        owned=True,
        only="dedup",
    ),
    _counter(
        "late_records_total",
        "records",
        labels.SHARD,
        "Articles that came behind the watermark and were taken at once.",
        only="dedup",
    ),
    _gauge(
        "stories_open", "stories", labels.SHARD, "Open stories of an owned shard.", owned=True, only="dedup"
    ),
    _gauge(
        "story_articles_max",
        "articles",
        labels.SHARD,
        "Members of the largest open story of an owned shard.",
        owned=True,
        only="dedup",
    ),
    # Enrich.
    _counter("story_changes_total", "changes", labels.CHANGE, "Story changes published.", only="enrich"),
    _counter(
        "extension_failures_total",
        "texts",
        labels.EXTENSION,
        "Texts on which a configured function failed: the rules read them, or words alone compare them.",
        only="enrich",
    ),
    _histogram(
        "story_age_seconds",
        "seconds",
        labels.AGE_PATH,
        "From the first sight of a version to the published change of its story. backfill: first seen more "
        "than a day ago, which is an archive or a recording and says nothing of our speed.",
        buckets=(1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600),
        only="enrich",
    ),
    # The Desk.
    _gauge(
        "desk_ready",
        "bool",
        labels.NONE,
        "1 while the Desk has read what the log holds and the log answers.",
        only=DESK,
    ),
    _gauge(
        "desk_behind_records",
        "records",
        labels.NONE,
        "Offsets that lay on the log when the Desk was started and are not read yet.",
        only=DESK,
    ),
    _counter("desk_records_total", "records", labels.NONE, "Records the Desk took from topics.", only=DESK),
    _counter("desk_answers_total", "answers", labels.ANSWERED, "Pages and files answered.", only=DESK),
    _histogram(
        "desk_answer_seconds",
        "seconds",
        labels.NONE,
        "From the request to the last byte of the answer; streams are not counted.",
        buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
        only=DESK,
    ),
    _gauge(
        "desk_streams", "streams", labels.NONE, "Open streams that tell browsers what changed.", only=DESK
    ),
)


def table() -> str:
    """`docs/metrics.md`."""
    head = [
        "# Metrics",
        "",
        "Made from `services/ops/metrics.py` by `python -m services.ops.metrics > docs/metrics.md`.",
        "Every label value that can occur is listed. A process has the series of the services it runs, all",
        "of them from the start at 0; only those marked *owned* exist while their partition is owned, so",
        "that a partition that moved is never told of twice. Beside them stand the `process_*` metrics of",
        "the Prometheus client: CPU, memory, file descriptors, time of the start.",
        "",
        "| metric | type | unit | labels | of | meaning |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *(_line(row) for row in METRICS), ""])


def _line(row: Metric) -> str:
    kind = f"{row.kind}, *owned*" if row.owned else row.kind
    of = ", ".join(services_of(row))
    return f"| `{PREFIX}{row.name}` | {kind} | {row.unit} | {_labels(row)} | {of} | {row.help} |"


def services_of(row: Metric) -> Values:
    """The services whose processes expose it."""
    if "service" not in row.labels:
        return row.services
    return tuple(dict.fromkeys(values[row.labels.index("service")] for values in row.allowed))


def _labels(row: Metric) -> str:
    """`service: a, b; topic: c` where every value goes with every other, else a list for each service."""
    if row.name == "build_info":
        return "service; version"
    columns = [list(dict.fromkeys(column)) for column in zip(*row.allowed, strict=True)]
    if set(product(*columns)) == set(row.allowed):
        named = zip(row.labels, columns, strict=True)
        return "; ".join(f"{label}: {', '.join(values)}" for label, values in named) or "none"
    first, second, *rest = row.labels
    lists = (
        f"{value} → {', '.join(dict.fromkeys(one[1] for one in row.allowed if one[0] == value))}"
        for value in columns[0]
    )
    more = [f"{label}: {', '.join(values)}" for label, values in zip(rest, columns[2:], strict=True)]
    return "; ".join([f"{first} → {second}: {'; '.join(lists)}", *more])


if __name__ == "__main__":
    print(table(), end="")
