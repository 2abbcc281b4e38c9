"""Is everything there? And does anybody hear us if not?"""

from collections.abc import Sequence

from deploy.monitoring.alert import COUNT, SERVICE, SPAN, Alert, Case, Fires, Group, Told
from deploy.monitoring.thresholds import ABSENT, CANARY_S, DESK_WAIT, RESTARTS, SAMPLES
from services.contracts.topics import LANES, RANGES, SHARD_COUNT
from services.ops.outcomes import ROLES, SERVICES

JOBS = 'job=~".*newsfold.*"'
"""How scrape jobs are to be named."""
INSTANCE = "{{ $labels.instance }}"
_TARGET = 'job="newsfold",instance="a:9464"'
_A, _B = ({"job": "newsfold", "instance": f"{name}:9464"} for name in "ab")

WATCHDOG = Alert(
    name="Watchdog",
    expr="vector(1)",
    severity="info",
    summary="Always fires: whoever stops hearing it knows that alerting itself is broken.",
    description="Prometheus evaluates rules and Alertmanager delivers.",
    fires=Fires(
        series={f"up{{{_TARGET}}}": "1x5"},
        at="5m",
        told=(Told("Prometheus evaluates rules and Alertmanager delivers."),),
    ),
    quiet=None,
)


def _absent(services: Sequence[str]) -> str:
    there = f'sum by (service) (newsfold_partitions_owned{{service=~"{"|".join(services)}"}}) == 0'
    return " or ".join(
        (*(f'absent(newsfold_partitions_owned{{service="{one}"}})' for one in services), there)
    )


ABSENT_SERVICE = Alert(
    name="ServiceAbsent",
    # A role is missed where a fold depends on it.
    expr=f"{_absent(SERVICES)} or ({_absent(ROLES)}) and on () max(newsfold_dedup_spread) == 1",
    wait=ABSENT,
    severity="critical",
    summary="Nobody does the work of a service.",
    description=f"No process has had a partition of {SERVICE} for {ABSENT}.",
    fires=Fires(
        series={
            'newsfold_partitions_owned{service="ingest",instance="a"}': "4x15",
            "newsfold_dedup_spread": "1x15",
            'newsfold_partitions_owned{service="plan",instance="d"}': "4x15",
            'newsfold_partitions_owned{service="sign",instance="e"}': "32x15",
            'newsfold_partitions_owned{service="pair",instance="f"}': "32x15",
            'newsfold_partitions_owned{service="enrich",instance="c"}': "4x5 0x10",
        },
        at="12m",
        told=(
            Told("No process has had a partition of dedup for 5m.", {"service": "dedup"}),
            Told("No process has had a partition of enrich for 5m.", {"service": "enrich"}),
            Told("No process has had a partition of range for 5m.", {"service": "range"}),
        ),
    ),
    # One of two has died; the other has taken over. dedup is one process, so nobody misses its roles.
    quiet=Case(
        series={
            "newsfold_dedup_spread": "0x15",
            'newsfold_partitions_owned{service="ingest",instance="a"}': "4x15",
            'newsfold_partitions_owned{service="dedup",instance="b"}': "2x5 _x10",
            'newsfold_partitions_owned{service="dedup",instance="c"}': "2x5 4x10",
            'newsfold_partitions_owned{service="enrich",instance="c"}': "4x5 0x3 4x7",
        },
        at="12m",
    ),
)


def _unowned(partitions: int, *services: str) -> str:
    owned = f'sum by (service) (newsfold_partitions_owned{{service=~"{"|".join(services)}"}})'
    return f"{partitions} - ({owned} > 0) > 0"


UNOWNED = Alert(
    name="PartitionsUnowned",
    expr=" or ".join(
        (
            _unowned(SHARD_COUNT, "dedup", "enrich", "plan"),
            _unowned(SHARD_COUNT * LANES, "sign", "pair"),
            _unowned(RANGES, "range"),
        )
    ),
    wait=ABSENT,
    severity="critical",
    summary="Partitions have no owner, so what is in them waits.",
    description=f"Partitions of {SERVICE} that have had no owner for {ABSENT}: {COUNT}.",
    fires=Fires(
        series={
            'newsfold_partitions_owned{service="dedup",instance="b"}': "2x15",
            'newsfold_partitions_owned{service="dedup",instance="c"}': "2x3 1x12",
            'newsfold_partitions_owned{service="sign",instance="d"}': "32x3 29x12",
            'newsfold_partitions_owned{service="range",instance="e"}': "16x15",
        },
        at="12m",
        told=(
            Told("Partitions of dedup that have had no owner for 5m: 1.", {"service": "dedup"}),
            Told("Partitions of sign that have had no owner for 5m: 3.", {"service": "sign"}),
        ),
    ),
    # A rebalance that took its time.
    quiet=Case(
        series={
            'newsfold_partitions_owned{service="dedup",instance="b"}': "2x15",
            'newsfold_partitions_owned{service="dedup",instance="c"}': "2x3 1x3 2x9",
        },
        at="12m",
    ),
)
TARGET = Alert(
    name="TargetDown",
    expr=f"up{{{JOBS}}} == 0",
    wait="5m",
    severity="warning",
    summary="Prometheus cannot reach a process that it was told of.",
    description=f"{INSTANCE} of job {{{{ $labels.job }}}} has not answered for 5 minutes.",
    fires=Fires(
        series={f"up{{{_TARGET}}}": "1x2 0x10"},
        at="9m",
        told=(Told("a:9464 of job newsfold has not answered for 5 minutes.", _A),),
    ),
    quiet=Case(series={f"up{{{_TARGET}}}": "1x2 0x3 1x5", 'up{job="other",instance="x"}': "0x10"}, at="9m"),
)
BUS = Alert(
    name="BusUnavailable",
    expr="min by (service) (newsfold_bus_connected) == 0",
    wait="3m",
    severity="critical",
    summary="The log does not answer or does not take what is published.",
    description=f"A process of {SERVICE} has been without its bus for 3 minutes.",
    fires=Fires(
        series={
            'newsfold_bus_connected{service="dedup",instance="a"}': "1x10",
            'newsfold_bus_connected{service="dedup",instance="b"}': "1x2 0x8",
        },
        at="8m",
        told=(Told("A process of dedup has been without its bus for 3 minutes.", {"service": "dedup"}),),
    ),
    # Each for two minutes, one after the other: a rolling restart of the brokers.
    quiet=Case(
        series={
            'newsfold_bus_connected{service="dedup",instance="a"}': "1x2 0x1 1x7",
            'newsfold_bus_connected{service="dedup",instance="b"}': "1x5 0x1 1x4",
        },
        at="8m",
    ),
)
CANARY = Alert(
    name="CanaryMissing",
    expr=f"time() - (max(newsfold_canary_last_success_timestamp_seconds) > 0) > {CANARY_S}",
    wait="5m",
    severity="critical",
    summary="The synthetic article does not come out as a story, however well each part looks.",
    description=f"The canary was last read back {SPAN} ago.",
    fires=Fires(
        series={"newsfold_canary_last_success_timestamp_seconds": "60x30"},
        at="25m",
        told=(Told("The canary was last read back 24m 0s ago."),),
    ),
    # There is none: it is off by default.
    quiet=Case(series={"newsfold_canary_last_success_timestamp_seconds": "0x30"}, at="25m"),
)
RESTARTING = Alert(
    name="Restarting",
    expr=f"changes(process_start_time_seconds{{{JOBS}}}[1h]) > {RESTARTS}",
    severity="warning",
    summary="A process ends and is started again and again.",
    description=f"{INSTANCE} was started {COUNT} times in an hour.",
    fires=Fires(
        series={f"process_start_time_seconds{{{_TARGET}}}": "0x9 600x9 1200x9 1800x9 2400x9 3000x10"},
        at="1h",
        told=(Told("a:9464 was started 5 times in an hour.", _A),),
    ),
    quiet=Case(
        series={f"process_start_time_seconds{{{_TARGET}}}": "0x9 600x9 1200x9 1800x9 2400x20"}, at="1h"
    ),
)
SERIES = Alert(
    name="SeriesOverflow",
    expr=f"scrape_samples_scraped{{{JOBS}}} > {SAMPLES}",
    wait="15m",
    severity="warning",
    summary="A process has more series than its catalogue of metrics allows.",
    description=f"{INSTANCE} gives {COUNT} series.",
    fires=Fires(
        series={f"scrape_samples_scraped{{{_TARGET}}}": "6000x20"},
        at="18m",
        told=(Told("a:9464 gives 6k series.", _A),),
    ),
    quiet=Case(series={f"scrape_samples_scraped{{{_TARGET}}}": "1500x20"}, at="18m"),
)
DESK = Alert(
    name="DeskNotReady",
    expr="min by (job, instance) (newsfold_desk_ready) == 0",
    wait=DESK_WAIT,
    severity="warning",
    summary="The Desk shows less than the log holds, or nothing.",
    description=f"The Desk of {INSTANCE} has not caught up with the log for {DESK_WAIT}.",
    fires=Fires(
        series={f"newsfold_desk_ready{{{_TARGET}}}": "1x5 0x40"},
        at="40m",
        told=(Told("The Desk of a:9464 has not caught up with the log for 30m.", _A),),
    ),
    # It was started on a long log, and reads it.
    quiet=Case(series={f"newsfold_desk_ready{{{_TARGET}}}": "0x25 1x20"}, at="40m"),
)
GROUP = Group(
    name="presence",
    alerts=(WATCHDOG, ABSENT_SERVICE, UNOWNED, TARGET, BUS, CANARY, RESTARTING, SERIES, DESK),
)
