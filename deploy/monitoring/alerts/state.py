"""Is there room: in memory, on disk, in a story?"""

from deploy.monitoring.alert import COUNT, SERVICE, SHARD, SHARE, SPAN, Alert, Case, Fires, Group, Told
from deploy.monitoring.thresholds import (
    DISK_HOURS,
    DISK_SHARE,
    NOVELTY_SHARE,
    RESTORE_S,
    STATE_SHARE,
    STORY_ARTICLES,
)

_GIB = 1 << 30
INSTANCE = "{{ $labels.instance }}"

STATE = Alert(
    name="StateNearBudget",
    expr=(
        "sum by (job, instance) (newsfold_state_bytes) "
        f"/ max by (job, instance) (newsfold_state_limit_bytes > 0) > {STATE_SHARE}"
    ),
    wait="30m",
    severity="warning",
    summary="The state of a process has nearly filled its memory.",
    description=f"The state in {INSTANCE} takes {SHARE} of the memory it may use.",
    fires=Fires(
        series={
            'newsfold_state_bytes{instance="a",service="dedup",partition="0"}': f"{_GIB}x40",
            'newsfold_state_bytes{instance="a",service="dedup",partition="1"}': f"{0.8 * _GIB:.0f}x40",
            'newsfold_state_limit_bytes{instance="a",service="dedup"}': f"{2 * _GIB}x40",
        },
        at="35m",
        told=(Told("The state in a takes 90% of the memory it may use.", {"instance": "a"}),),
    ),
    quiet=Case(
        series={
            'newsfold_state_bytes{instance="a",service="dedup",partition="0"}': f"{_GIB}x40",
            'newsfold_state_bytes{instance="b",service="dedup",partition="1"}': f"{0.8 * _GIB:.0f}x40",
            'newsfold_state_limit_bytes{instance="a",service="dedup"}': f"{2 * _GIB}x40",
            'newsfold_state_limit_bytes{instance="b",service="dedup"}': f"{2 * _GIB}x40",
        },
        at="35m",
    ),
)
RESTORE = Alert(
    name="RestoreSlow",
    expr=(f"time() - max by (service) (newsfold_state_restore_started_timestamp_seconds > 0) > {RESTORE_S}"),
    severity="warning",
    summary="A service has been rebuilding its state for long, and decides nothing meanwhile.",
    description=f"{SERVICE} has been restoring for {SPAN}.",
    fires=Fires(
        series={'newsfold_state_restore_started_timestamp_seconds{service="dedup"}': "0x1 120x20"},
        at="15m",
        told=(Told("dedup has been restoring for 13m 0s.", {"service": "dedup"}),),
    ),
    quiet=Case(
        series={'newsfold_state_restore_started_timestamp_seconds{service="dedup"}': "0x1 120x5 0x15"},
        at="15m",
    ),
)
OVERSIZED = Alert(
    name="StoryOversized",
    expr=f"max by (shard) (newsfold_story_articles_max) > {STORY_ARTICLES}",
    wait="10m",
    severity="warning",
    summary="A story is larger than any text is run; a template slipped the screens.",
    description=f"The largest open story of shard {SHARD} has {COUNT} articles.",
    fires=Fires(
        series={'newsfold_story_articles_max{shard="0"}': "640x15"},
        at="12m",
        told=(Told("The largest open story of shard 0 has 640 articles.", {"shard": "0"}),),
    ),
    quiet=Case(series={'newsfold_story_articles_max{shard="0"}': "480x15"}, at="12m"),
)
NOVELTY = Alert(
    name="NoveltyThin",
    expr=f"min by (shard) (newsfold_novelty_counted_ratio) < {NOVELTY_SHARE}",
    wait="30m",
    severity="warning",
    summary="Of more text than the novelty table holds, too little is counted to tell worn phrases.",
    description=f"Of shard {SHARD} {SHARE} of what is written is counted by days.",
    fires=Fires(
        series={'newsfold_novelty_counted_ratio{shard="0"}': "0.125x40"},
        at="35m",
        told=(Told("Of shard 0 12.5% of what is written is counted by days.", {"shard": "0"}),),
    ),
    quiet=Case(series={'newsfold_novelty_counted_ratio{shard="0"}': "0.25x40"}, at="35m"),
)
DISK = Alert(
    name="DiskFilling",
    expr=(
        f"predict_linear(newsfold_disk_free_bytes[6h], {DISK_HOURS * 3600}) < 0 "
        f"and newsfold_disk_free_bytes / (newsfold_disk_size_bytes > 0) < {DISK_SHARE}"
    ),
    wait="1h",
    severity="warning",
    summary="The disk under the embedded log will be full within a day.",
    description=(
        f"At the pace of the last hours {INSTANCE} has no free space left in {DISK_HOURS} h; "
        "a full disk stops everything."
    ),
    fires=Fires(
        series={
            'newsfold_disk_free_bytes{instance="a"}': f"{20 * _GIB}-{_GIB // 60}x480",
            'newsfold_disk_size_bytes{instance="a"}': f"{100 * _GIB}x480",
        },
        at="8h",
        told=(
            Told(
                "At the pace of the last hours a has no free space left in 24 h; "
                "a full disk stops everything.",
                {"instance": "a"},
            ),
        ),
    ),
    # As fast, on a disk with room: compaction comes every hour.
    quiet=Case(
        series={
            'newsfold_disk_free_bytes{instance="a"}': f"{20 * _GIB}-{_GIB // 60}x480",
            'newsfold_disk_size_bytes{instance="a"}': f"{30 * _GIB}x480",
        },
        at="8h",
    ),
)
GROUP = Group(name="state", alerts=(STATE, RESTORE, OVERSIZED, NOVELTY, DISK))
