"""Pages for people."""

from services.ops import labels
from services.ops.metric import Metric, counter, gauge, histogram
from services.ops.outcomes import DESK

ROWS: tuple[Metric, ...] = (
    gauge(
        "desk_ready",
        "bool",
        labels.NONE,
        "1 while the Desk has read what the log holds and the log answers.",
        only=DESK,
    ),
    gauge(
        "desk_behind_records",
        "records",
        labels.NONE,
        "Offsets that lay on the log when the Desk was started and are not read yet.",
        only=DESK,
    ),
    counter("desk_records_total", "records", labels.NONE, "Records the Desk took from topics.", only=DESK),
    counter("desk_answers_total", "answers", labels.ANSWERED, "Pages and files answered.", only=DESK),
    histogram(
        "desk_answer_seconds",
        "seconds",
        labels.NONE,
        "From the request to the last byte of the answer; streams are not counted.",
        buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
        only=DESK,
    ),
    gauge("desk_streams", "streams", labels.NONE, "Open streams that tell browsers what changed.", only=DESK),
)
