"""Fetching: what publishers answer, and how well we keep to the times we promised."""

from deploy.monitoring.panel import Dashboard, Panel, Query, Row
from deploy.monitoring.promql import quantile, rate, share, total

STANDING = Row(
    "Standing",
    (
        Panel(
            title="Feeds by state",
            about="States exclude each other; their sum is all feeds. Which ones: `newsfold feeds list`.",
            queries=(Query(total("newsfold_feeds", "state"), "{{state}}"),),
            stacked=True,
            least=0,
            width=12,
        ),
        Panel(
            title="Delay of polls",
            about="From the moment a feed was due to the start of its poll: ours, not the publisher's.",
            unit="s",
            queries=tuple(
                Query(quantile(at, "newsfold_poll_delay_seconds"), f"p{100 * at:g}") for at in (0.5, 0.99)
            ),
            least=0,
            width=12,
        ),
    ),
)
FETCHING = Row(
    "Fetching",
    (
        Panel(
            title="Fetches of feeds",
            about="By how they ended. dns, connect, tls and timeout of many hosts at once: ours.",
            unit="ops",
            queries=(Query(rate('newsfold_fetches_total{kind="feed"}', "outcome"), "{{outcome}}"),),
            stacked=True,
            least=0,
        ),
        Panel(
            title="Fetches of pages",
            about="Articles that feeds only announce.",
            unit="ops",
            queries=(Query(rate('newsfold_fetches_total{kind="page"}', "outcome"), "{{outcome}}"),),
            stacked=True,
            least=0,
        ),
        Panel(
            title="Pushes of hubs",
            about="By what became of them. taken: the feed is polled. Many unsigned: somebody guesses.",
            unit="ops",
            queries=(Query(rate("newsfold_pushes_total", "outcome"), "{{outcome}}"),),
            stacked=True,
            least=0,
        ),
        Panel(
            title="Not modified",
            about="Share of feed fetches answered without a body: the higher, the politer we are.",
            unit="percentunit",
            queries=(
                Query(
                    share(
                        rate('newsfold_fetches_total{kind="feed",outcome="not_modified"}'),
                        rate('newsfold_fetches_total{kind="feed"}'),
                    ),
                    "not modified",
                ),
            ),
            least=0,
            most=1,
        ),
        Panel(
            title="Time of a fetch",
            about="Redirects included.",
            unit="s",
            queries=tuple(
                Query(quantile(at, "newsfold_fetch_seconds"), f"p{100 * at:g}") for at in (0.5, 0.95, 0.99)
            ),
            least=0,
        ),
        Panel(
            title="Bytes",
            about="Bodies as sent and as decoded.",
            unit="Bps",
            queries=(Query(rate("newsfold_fetch_bytes_total", "form"), "{{form}}"),),
            least=0,
        ),
        Panel(
            title="Outcomes of ingest",
            about="What polls and pages became.",
            unit="ops",
            queries=(
                Query(
                    rate('newsfold_outcomes_total{service="ingest",outcome!~"tick|progress"}', "outcome"),
                    "{{outcome}}",
                ),
            ),
            stacked=True,
            least=0,
        ),
    ),
)
LOSS = Row(
    "Loss",
    (
        Panel(
            title="Listed entries by fate",
            about="All but article, waiting and known were not used. Which ones: `newsfold feeds show`.",
            queries=(Query(total("newsfold_listed_entries", "fate"), "{{fate}}"),),
            stacked=True,
            least=0,
        ),
        Panel(
            title="Entries of polled documents",
            about="What was done with them: new and changed ones are looked at.",
            unit="ops",
            queries=(Query(rate("newsfold_feed_entries_total", "outcome"), "{{outcome}}"),),
            stacked=True,
            least=0,
        ),
        Panel(
            title="Failed polls",
            about="By reason: how the fetch failed, or why its body is no feed.",
            unit="ops",
            queries=(Query(rate("newsfold_failed_polls_total", "reason"), "{{reason}}"),),
            stacked=True,
            least=0,
        ),
        Panel(
            title="Pages without an article",
            about="By reason; they are tried again, and dead letters in the end.",
            unit="ops",
            queries=(Query(rate("newsfold_failed_pages_total", "reason"), "{{reason}}"),),
            stacked=True,
            least=0,
        ),
    ),
)
BOARD = Dashboard(
    name="feeds",
    title="Feeds",
    about="What publishers answer, and how well we keep to the times we promised.",
    rows=(STANDING, FETCHING, LOSS),
)
