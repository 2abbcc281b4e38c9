"""Versions, pairs, windows and stories."""

from services.ops import labels
from services.ops.metric import Metric, counter, gauge, histogram

ROWS: tuple[Metric, ...] = (
    counter(
        "articles_total",
        "versions",
        labels.ARTICLE_KIND,
        "Versions decided: of a new article, of a known one (another text, one it had before, or nothing but "
        "churn), or brought in after the fact.",
        only="dedup",
    ),
    counter(
        "screened_total",
        "versions",
        labels.SCREEN,
        "Versions kept out of matching, by the screen that did it.",
        only="dedup",
    ),
    counter(
        "relations_total",
        "relations",
        labels.RELATION,
        "Relations found, those told as a number among them.",
        only="dedup",
    ),
    counter(
        "refusals_total",
        "pairs",
        labels.REFUSAL,
        "Pairs verified and no new relation, by reason; told-before and took-from: another version of the "
        "article has it. With relations_total they are the sum of candidates.",
        only="dedup",
    ),
    counter(
        "candidates_left_out_total",
        "pairs",
        labels.LEFT_OUT,
        "Pairs with keys in common and not verified, since stronger ones filled the bound: of copies, or of "
        "those that may share a passage.",
        only="dedup",
    ),
    histogram(
        "verdict_seconds",
        "seconds",
        labels.NONE,
        "Time of a step divided by the versions it decided, once a step.",
        buckets=(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5),
        only="dedup",
    ),
    histogram(
        "candidates",
        "pairs",
        labels.NONE,
        "Pairs verified for a version that was not screened.",
        buckets=(0, 1, 2, 4, 8, 16, 32, 64),
        only="dedup",
    ),
    gauge(
        "live_articles",
        "articles",
        labels.SHARD,
        "Articles in the window of an owned shard.",
        owned=True,
        only="dedup",
    ),
    gauge(
        "novelty_counted_ratio",
        "1",
        labels.SHARD,
        "Share of shingles whose days are counted. Below 1/4 there is more traffic than novelty_bits holds.",
        owned=True,
        only="dedup",
    ),
    gauge(
        "dedup_spread",
        "bool",
        labels.NONE,
        "1 where dedup is told by the roles of a spread one (`run fold`), 0 where it finds out by itself.",
        only="dedup",
    ),
    gauge(
        "reorder_buffer_records",
        "records",
        labels.SHARD,
        "Articles of an owned shard that wait for the watermark.",
        owned=True,
        only="dedup",
    ),
    gauge(
        "watermark_timestamp_seconds",
        "seconds",
        labels.SHARD,
        "Unix time up to which every ingest partition is done, as an owned shard knows; 0 before all spoke.",
        owned=True,
        only="dedup",
    ),
    counter(
        "late_records_total",
        "records",
        labels.SHARD,
        "Articles that came behind the watermark and were taken at once.",
        only="dedup",
    ),
    gauge(
        "stories_open", "stories", labels.SHARD, "Open stories of an owned shard.", owned=True, only="dedup"
    ),
    gauge(
        "story_articles_max",
        "articles",
        labels.SHARD,
        "Members of the largest open story of an owned shard.",
        owned=True,
        only="dedup",
    ),
)
