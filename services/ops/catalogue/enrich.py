"""Changes of stories and their age."""

from services.ops import labels
from services.ops.metric import Metric, counter, histogram

ROWS: tuple[Metric, ...] = (
    counter("story_changes_total", "changes", labels.CHANGE, "Story changes published.", only="enrich"),
    counter(
        "extension_failures_total",
        "texts",
        labels.EXTENSION,
        "Texts on which a configured function failed: the rules read them, or words alone compare them.",
        only="enrich",
    ),
    histogram(
        "story_age_seconds",
        "seconds",
        labels.AGE_PATH,
        "From the first sight of a version to the published change of its story. backfill: first seen more "
        "than a day ago, which is an archive or a recording and says nothing of our speed.",
        buckets=(1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600),
        only="enrich",
    ),
)
