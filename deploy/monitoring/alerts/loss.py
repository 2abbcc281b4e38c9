"""Is anything lost, or about to be?"""

from deploy.monitoring.alert import COUNT, SERVICE, SHARE, SPAN, TOPIC, Alert, Case, Fires, Group, Told
from deploy.monitoring.thresholds import (
    DEAD_FLOOR,
    DEAD_SHARE,
    FENCED_TIMES,
    RETENTION_SHARE,
    UNCOMMITTED_SHARE,
)

_DAY = 86_400
_WORK = 'newsfold_outcomes_total{outcome!~"tick|progress|watermark"}'

_OLDEST = 'newsfold_partition_lag_seconds{service="dedup",topic="articles",partition="1"}'

UNACCOUNTED = Alert(
    name="RecordsUnaccounted",
    expr="max by (service) (newsfold_unaccounted_records) != 0",
    wait="2m",
    severity="critical",
    summary="Inputs ended nowhere: neither published, held, screened nor dead-lettered.",
    description=f"The account of {SERVICE} does not add up: {COUNT} inputs are missing.",
    fires=Fires(
        series={'newsfold_unaccounted_records{service="dedup"}': "0x5 3x10"},
        at="8m",
        told=(Told("The account of dedup does not add up: 3 inputs are missing.", {"service": "dedup"}),),
    ),
    quiet=Case(series={'newsfold_unaccounted_records{service="dedup"}': "0x5 3 0x10"}, at="8m"),
)
RETENTION = Alert(
    name="RetentionAtRisk",
    expr=(
        "max by (service, topic) (newsfold_partition_lag_seconds) > on (topic) group_left () "
        f"({RETENTION_SHARE} * max by (topic) (newsfold_topic_retention_seconds > 0))"
    ),
    wait="10m",
    severity="critical",
    summary="What is not taken yet will soon be older than the log keeps it.",
    description=(
        f"The oldest record of {TOPIC} that {SERVICE} has not taken is {SPAN} old; "
        f"more than {RETENTION_SHARE:.0%} of what the topic keeps."
    ),
    fires=Fires(
        series={
            _OLDEST: f"{20 * _DAY}x20",
            'newsfold_topic_retention_seconds{service="dedup",topic="articles"}': f"{37 * _DAY}x20",
        },
        at="15m",
        told=(
            Told(
                "The oldest record of articles that dedup has not taken is 20d 0h 0m 0s old; "
                "more than 50% of what the topic keeps.",
                {"service": "dedup", "topic": "articles"},
            ),
        ),
    ),
    quiet=Case(
        series={
            _OLDEST: f"{18 * _DAY}x20",
            'newsfold_topic_retention_seconds{service="dedup",topic="articles"}': f"{37 * _DAY}x20",
        },
        at="15m",
    ),
)
LETTERS = Alert(
    name="DeadLetters",
    expr="sum by (service, reason) (increase(newsfold_dead_letters_total[1h])) > 0",
    severity="warning",
    summary="Input could not be used and waits among the dead letters.",
    description=f"In the last hour {SERVICE} put {COUNT} inputs aside: {{{{ $labels.reason }}}}.",
    fires=Fires(
        series={
            'newsfold_dead_letters_total{service="dedup",reason="undecodable"}': "0x30 2x40",
            'newsfold_dead_letters_total{service="dedup",reason="tombstone"}': "5x70",
        },
        at="1h",
        told=(
            Told(
                "In the last hour dedup put 2 inputs aside: undecodable.",
                {"service": "dedup", "reason": "undecodable"},
            ),
        ),
    ),
    quiet=Case(series={'newsfold_dead_letters_total{service="dedup",reason="undecodable"}': "2x70"}, at="1h"),
)
FLOOD = Alert(
    name="DeadLetterFlood",
    expr=(
        "sum by (service) (rate(newsfold_dead_letters_total[10m])) / (sum by (service) "
        f"(rate(newsfold_dead_letters_total[10m])) + sum by (service) (rate({_WORK}[10m]))) > {DEAD_SHARE} "
        f"and sum by (service) (increase(newsfold_dead_letters_total[10m])) > {DEAD_FLOOR}"
    ),
    wait="10m",
    severity="critical",
    summary="So much input cannot be used that something upstream or a release must be wrong.",
    description=f"{SERVICE} puts {SHARE} of its input aside as dead letters.",
    fires=Fires(
        series={
            'newsfold_dead_letters_total{service="dedup",reason="undecodable"}': "0+5x40",
            'newsfold_outcomes_total{service="dedup",outcome="story"}': "0+95x40",
        },
        at="30m",
        told=(Told("dedup puts 5% of its input aside as dead letters.", {"service": "dedup"}),),
    ),
    # Half of next to nothing.
    quiet=Case(
        series={
            'newsfold_dead_letters_total{service="dedup",reason="undecodable"}': "0+0.5x40",
            'newsfold_outcomes_total{service="dedup",outcome="story"}': "0+0.5x40",
        },
        at="30m",
    ),
)
ABORTING = Alert(
    name="TransactionsAborting",
    expr=(
        'sum by (service) (rate(newsfold_transactions_total{result!="committed"}[15m])) '
        f"/ sum by (service) (rate(newsfold_transactions_total[15m])) > {UNCOMMITTED_SHARE}"
    ),
    wait="15m",
    severity="warning",
    summary="Publishing fails so often that work is done twice.",
    description=f"{SHARE} of the transactions of {SERVICE} are not committed.",
    fires=Fires(
        series={
            'newsfold_transactions_total{service="enrich",result="aborted"}': "0+1x40",
            'newsfold_transactions_total{service="enrich",result="committed"}': "0+9x40",
        },
        at="35m",
        told=(Told("10% of the transactions of enrich are not committed.", {"service": "enrich"}),),
    ),
    quiet=Case(
        series={
            'newsfold_transactions_total{service="enrich",result="aborted"}': "0+1x40",
            'newsfold_transactions_total{service="enrich",result="committed"}': "0+29x40",
        },
        at="35m",
    ),
)
FENCED = Alert(
    name="FencedRepeatedly",
    expr=(
        f'sum by (service) (increase(newsfold_transactions_total{{result="fenced"}}[30m])) > {FENCED_TIMES}'
    ),
    severity="warning",
    summary="Processes take the same partitions from each other again and again.",
    description=f"{SERVICE} was shut out of its own partitions {COUNT} times in half an hour.",
    fires=Fires(
        series={
            'newsfold_transactions_total{service="dedup",result="fenced"}': "0x5 1x5 2x5 3x5 4x5 5x5 6x5"
        },
        at="30m",
        told=(
            Told("dedup was shut out of its own partitions 5 times in half an hour.", {"service": "dedup"}),
        ),
    ),
    # One rolling restart.
    quiet=Case(
        series={'newsfold_transactions_total{service="dedup",result="fenced"}': "0x5 1x5 2x20"}, at="30m"
    ),
)
GROUP = Group(name="loss", alerts=(UNACCOUNTED, RETENTION, LETTERS, FLOOD, ABORTING, FENCED))
