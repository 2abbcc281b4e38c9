"""The process, its bus, and what comes in and what becomes of it."""

from importlib.metadata import version

from services.ops import labels
from services.ops.metric import Metric, counter, gauge, histogram
from services.ops.outcomes import DESK, ROLES, SERVICES

ROWS: tuple[Metric, ...] = (
    # The process and its bus.
    gauge(
        "build_info",
        "1",
        labels.combinations(service=(*SERVICES, *ROLES, DESK), version=(version("newsfold"),)),
        "Always 1 for the services of the process; the version is in the label.",
    ),
    gauge(
        "ready",
        "bool",
        labels.SERVICE,
        "1 while the service owns partitions, has restored them and works on them.",
    ),
    gauge(
        "bus_connected",
        "bool",
        labels.SERVICE,
        "1 while the bus answers and the service's last publish did not fail.",
    ),
    histogram(
        "event_loop_lag_seconds",
        "seconds",
        labels.SERVICE,
        "How late a timer of the event loop was, four times a second; services of one process share it.",
        buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
    ),
    counter(
        "errors_total",
        "errors",
        labels.ERROR,
        "What was raised and caught, by what was being done; retry: the bus was asked again.",
    ),
    # What comes in and what becomes of it.
    counter(
        "records_in_total",
        "records",
        labels.READ,
        "Records taken from a topic, counted when the step that took them is committed.",
    ),
    counter(
        "readings_total",
        "readings",
        labels.combinations(service=("ingest", "plan")),
        "Inputs that no input topic has: polls, pages, lines of an archive; of plan, what dedup remembers.",
    ),
    counter("records_out_total", "records", labels.WRITTEN, "Records published, committed only."),
    counter("outcomes_total", "inputs", labels.OUTCOME, "How inputs ended; dead letters are counted apart."),
    counter("dead_letters_total", "inputs", labels.DEAD_REASON, "Inputs that could not be used."),
    gauge(
        "held_records",
        "records",
        labels.SERVICE,
        "Inputs taken and not decided yet, such as articles ahead of the watermark.",
    ),
    gauge(
        "unaccounted_records",
        "records",
        labels.SERVICE,
        "Inputs minus outcomes, dead letters and held, at the last commit. Anything but 0 is a bug.",
    ),
)
