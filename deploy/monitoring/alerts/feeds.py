"""Do we fetch what we are asked to fetch? A publisher's own failure is not ours and wakes nobody."""

from deploy.monitoring import slo
from deploy.monitoring.alert import COUNT, SHARE, Alert, Case, Fires, Group, Sample, Told
from deploy.monitoring.thresholds import BROKEN_SHARE, FAILED_FLOOR, FAILED_SHARE, FRESH_LEAST, LOSING_SHARE

_POLLS = 'newsfold_fetches_total{kind="feed",outcome="not_modified"}'


def _feeds(**states: str) -> dict[str, str]:
    return {f'newsfold_feeds{{state="{state}"}}': values for state, values in states.items()}


STOPPED = Alert(
    name="PollingStopped",
    expr=(
        'sum(newsfold_feeds{state=~"overdue|unpolled"}) > 0 '
        'unless sum(increase(newsfold_fetches_total{kind="feed"}[10m])) > 0'
    ),
    wait="5m",
    severity="critical",
    summary="Feeds are due and none is fetched.",
    description=f"{COUNT} feeds wait for a poll, and for 10 minutes nothing was fetched.",
    fires=Fires(
        series={_POLLS: "0+5x10 50x25", **_feeds(overdue="0x12 8x23", fresh="20x35")},
        at="30m",
        told=(Told("8 feeds wait for a poll, and for 10 minutes nothing was fetched."),),
    ),
    # Nothing is fetched because nothing is due.
    quiet=Case(series={_POLLS: "0+5x10 50x25", **_feeds(overdue="0x35", fresh="20x35")}, at="30m"),
)
FAILING = Alert(
    name="FetchFailuresBroad",
    expr=(
        'sum(rate(newsfold_fetches_total{outcome=~"dns|connect|tls|timeout"}[10m])) '
        f"/ sum(rate(newsfold_fetches_total[10m])) > {FAILED_SHARE} "
        f"and sum(increase(newsfold_fetches_total[10m])) > {FAILED_FLOOR}"
    ),
    wait="10m",
    severity="critical",
    summary="So many hosts cannot be reached at once that the fault is on our side.",
    description=f"{SHARE} of all fetches fail before the publisher answers.",
    fires=Fires(
        series={
            'newsfold_fetches_total{kind="feed",outcome="dns"}': "0+5x30",
            'newsfold_fetches_total{kind="feed",outcome="ok"}': "0+5x30",
        },
        at="25m",
        told=(Told("50% of all fetches fail before the publisher answers."),),
    ),
    # As many failures, but the publishers' own.
    quiet=Case(
        series={
            'newsfold_fetches_total{kind="feed",outcome="http_5xx"}': "0+5x30",
            'newsfold_fetches_total{kind="feed",outcome="dns"}': "0+1x30",
            'newsfold_fetches_total{kind="feed",outcome="ok"}': "0+5x30",
        },
        at="25m",
    ),
)
STALE = Alert(
    name="FeedsStale",
    expr=f"{slo.FRESH} < {FRESH_LEAST}",
    wait="30m",
    severity="warning",
    summary="We poll feeds later than we promised.",
    description=f"Only {SHARE} of the feeds in our hands were polled within twice their interval.",
    fires=Fires(
        series=_feeds(fresh="85x40", overdue="15x40"),
        at="35m",
        told=(Told("Only 85% of the feeds in our hands were polled within twice their interval."),),
    ),
    # Fewer are fresh still, but the publishers' sites are to blame.
    quiet=Case(series=_feeds(fresh="60x40", overdue="5x40", broken="35x40"), at="35m"),
)
_KEYS = "newsfold_silent_key_feeds"
SILENT = Alert(
    name="KeyFeedSilent",
    expr=f"sum({_KEYS}) > 0",
    wait="5m",
    severity="critical",
    summary="A feed whose silence alone matters tells nothing.",
    description=f"{COUNT} key feeds are silent; `newsfold doctor` and the log (feed.silent) name them.",
    fires=Fires(
        series={_KEYS: "0x10 1x20"},
        at="20m",
        told=(Told("1 key feeds are silent; `newsfold doctor` and the log (feed.silent) name them."),),
    ),
    # Heard again before anybody would have got up.
    quiet=Case(series={_KEYS: "0x10 1x3 0x20", **_feeds(broken="9x40")}, at="20m"),
)
BROKEN = Alert(
    name="FeedsBroken",
    expr=f'sum(newsfold_feeds{{state="broken"}}) / sum(newsfold_feeds) > {BROKEN_SHARE}',
    wait="6h",
    severity="info",
    summary="Many feeds have been broken for hours; their addresses may be old.",
    description=f"{SHARE} of the feeds are broken.",
    fires=Fires(
        series=_feeds(fresh="80x400", broken="20x400"),
        at="370m",
        told=(Told("20% of the feeds are broken."),),
    ),
    quiet=Case(series=_feeds(fresh="80x400", broken="20x300 5x100"), at="370m"),
)
LOSING = Alert(
    name="FeedsLosing",
    expr=f'sum(newsfold_feeds{{state="losing"}}) / sum(newsfold_feeds) > {LOSING_SHARE}',
    wait="1h",
    severity="warning",
    summary="Feeds answer, and nothing of what they list becomes an article.",
    description=f"{SHARE} of the feeds are losing all of their entries.",
    fires=Fires(
        series=_feeds(fresh="90x100", losing="10x100"),
        at="70m",
        told=(Told("10% of the feeds are losing all of their entries."),),
    ),
    # As many feeds bring nothing, but they do not answer: that is another matter.
    quiet=Case(series=_feeds(fresh="90x100", losing="4x100", backing_off="6x100"), at="70m"),
)
SAMPLES = (
    Sample(
        name="without feeds none is overdue",
        expr=slo.FRESH,
        series=_feeds(fresh="0x10", overdue="0x10"),
        at="5m",
        value=1,
    ),
    Sample(
        name="a quarter of the feeds overdue is five times the budget",
        expr=slo.FRESH_BUDGET,
        series=_feeds(fresh="75x60", overdue="25x60", broken="50x60"),
        at="1h",
        value=-4,
    ),
)
GROUP = Group(
    name="feeds",
    records=slo.fresh_records(),
    alerts=(STOPPED, FAILING, SILENT, STALE, BROKEN, LOSING),
    samples=SAMPLES,
)
