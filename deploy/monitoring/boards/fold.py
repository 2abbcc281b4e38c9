"""Folding: what articles become, how much work it is, and how much is remembered."""

from deploy.monitoring.panel import Dashboard, Panel, Query, Row
from deploy.monitoring.promql import most, quantile, rate, share, since, total

DECISIONS = Row(
    "Decisions",
    (
        Panel(
            title="Versions decided",
            about="Of new articles, of known ones, brought in after the fact.",
            unit="ops",
            queries=(Query(rate("newsfold_articles_total", "kind"), "{{kind}}"),),
            stacked=True,
            least=0,
        ),
        Panel(
            title="Relations",
            about="Found, by kind.",
            unit="ops",
            queries=(Query(rate("newsfold_relations_total", "kind"), "{{kind}}"),),
            stacked=True,
            least=0,
        ),
        Panel(
            title="Screened",
            about="Share of the versions kept out of matching. A jump: a screen became too greedy.",
            unit="percentunit",
            queries=(
                Query(
                    f"{rate('newsfold_screened_total', 'reason')} / on () group_left () "
                    f"clamp_min({rate('newsfold_articles_total')}, 0.001)",
                    "{{reason}}",
                ),
            ),
            stacked=True,
            least=0,
        ),
        Panel(
            title="Changes of stories",
            about="Published, by kind. None while articles are decided: enrich stands still.",
            unit="ops",
            queries=(Query(rate("newsfold_story_changes_total", "change"), "{{change}}"),),
            stacked=True,
            least=0,
        ),
        Panel(
            title="Functions of your own failed",
            about="Texts that the rules read instead, and stories compared by words alone. None unless "
            "configured; a steady rate: the log tells the first failure of each kind.",
            unit="ops",
            queries=(Query(rate("newsfold_extension_failures_total", "extension"), "{{extension}}"),),
            least=0,
        ),
        Panel(
            title="Pairs verified for a version",
            about="Candidates of the search; a rise costs time.",
            queries=tuple(Query(quantile(at, "newsfold_candidates"), f"p{100 * at:g}") for at in (0.5, 0.99)),
            least=0,
        ),
        Panel(
            title="Pairs refused",
            about="Verified and no relation, by reason; not verified, by the bound that left them out.",
            unit="ops",
            queries=(
                Query(rate("newsfold_refusals_total", "reason"), "{{reason}}"),
                Query(rate("newsfold_candidates_left_out_total", "bound"), "left out: {{bound}}"),
            ),
            stacked=True,
            least=0,
        ),
        Panel(
            title="Time of a verdict",
            about="A step's time divided by the versions it decided.",
            unit="s",
            queries=tuple(
                Query(quantile(at, "newsfold_verdict_seconds"), f"p{100 * at:g}") for at in (0.5, 0.99)
            ),
            least=0,
        ),
    ),
)
ORDER = Row(
    "Order",
    (
        Panel(
            title="Waiting for the watermark",
            about="Articles ahead of it. With ingest at work they wait seconds.",
            queries=(Query(most("newsfold_reorder_buffer_records", "shard"), "shard {{shard}}"),),
            least=0,
        ),
        Panel(
            title="Behind the clock",
            about="How old the watermark of the slowest shard is. Meaningless while a recording plays.",
            unit="s",
            queries=(Query(since("min(newsfold_watermark_timestamp_seconds)"), "slowest shard"),),
        ),
        Panel(
            title="Late",
            about="Share of the versions that came behind the watermark and were taken at once.",
            unit="percentunit",
            queries=(
                Query(share(rate("newsfold_late_records_total"), rate("newsfold_articles_total")), "late"),
            ),
            least=0,
        ),
    ),
)
SIZE = Row(
    "Size",
    (
        Panel(
            title="Live articles",
            about="In the window of each shard.",
            queries=(Query(most("newsfold_live_articles", "shard"), "shard {{shard}}"),),
            least=0,
        ),
        Panel(
            title="Open stories",
            about="Of each shard.",
            queries=(Query(most("newsfold_stories_open", "shard"), "shard {{shard}}"),),
            least=0,
        ),
        Panel(
            title="Largest open story",
            about="In articles. Hundreds: a template slipped the screens.",
            queries=(Query(most("newsfold_story_articles_max", "shard"), "shard {{shard}}"),),
            least=0,
        ),
        Panel(
            title="Counted by days",
            about="Share of all text; below a quarter worn phrases pass for new.",
            unit="percentunit",
            queries=(Query("min by (shard) (newsfold_novelty_counted_ratio)", "shard {{shard}}"),),
            least=0,
        ),
        Panel(
            title="State in memory",
            about="Estimated, of all partitions of a service, beside the memory one process may use.",
            unit="bytes",
            queries=(
                Query(total("newsfold_state_bytes", "service"), "{{service}}"),
                Query("min(newsfold_state_limit_bytes)", "bound of a process"),
            ),
            least=0,
            width=12,
        ),
        Panel(
            title="State in records",
            about="Versions (dedup) and feeds (ingest) remembered.",
            queries=(Query(total("newsfold_state_records", "service"), "{{service}}"),),
            least=0,
            width=12,
        ),
    ),
)
BOARD = Dashboard(
    name="fold",
    title="Fold",
    about="What articles become, how much work it is, and how much is remembered.",
    rows=(DECISIONS, ORDER, SIZE),
)
