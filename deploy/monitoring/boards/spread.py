"""A spread dedup: which role is behind, which stands still, what each costs. 0 where dedup is one process."""

from deploy.monitoring.alerts.presence import JOBS
from deploy.monitoring.panel import Dashboard, Panel, Query, Row
from deploy.monitoring.promql import EACH, most, rate, share, total
from services.ops.outcomes import ROLES

_ROLES = f'{{service=~"{"|".join(ROLES)}"}}'
_WITH_FOLD = f'{{service=~"{"|".join(ROLES)}|dedup"}}'
_ROLE = "{{service}}"
_HOP = "{{service}} {{topic}}"
_ONES = f"max by (job, instance, service) (newsfold_build_info{_ROLES})"


def _or_none(expression: str) -> str:
    """0 where no role runs."""
    return f"({expression}) or on () vector(0)"


def _of_process(expression: str) -> str:
    """What a process tells of itself, by its role: a process has one."""
    return _or_none(f"sum by (service) ({_ONES} * on (job, instance) group_left () {expression})")


WHERE = Row(
    "Who is behind",
    (
        Panel(
            title="Lag by role and topic",
            about="Age of the oldest record not taken. The first in the flow to rise is the one to help; "
            "dedup is the fold.",
            unit="s",
            queries=(
                Query(
                    most(f"newsfold_partition_lag_seconds{_WITH_FOLD}", "service", "topic"),
                    _HOP,
                ),
            ),
            least=0,
        ),
        Panel(
            title="Records not taken, by role and topic",
            about="Of all partitions; on Kafka with the markers of transactions.",
            queries=(
                Query(
                    total(f"newsfold_partition_lag_records{_WITH_FOLD}", "service", "topic"),
                    _HOP,
                ),
            ),
            least=0,
        ),
        Panel(
            title="Held by the fold",
            about="Articles that wait for answers or for a watermark. Growing beside a small lag: a role is "
            "behind, not the fold.",
            queries=(
                Query('sum(newsfold_held_records{service="dedup"})', "held"),
                Query("sum(newsfold_reorder_buffer_records)", "of them for a watermark"),
                Query("max(newsfold_dedup_spread)", "told by the roles"),
            ),
            least=0,
        ),
    ),
)
FLOW = Row(
    "What moves",
    (
        Panel(
            title="Blocks taken",
            about="A second, committed. 0 beside a role before it that gives: it stands still.",
            unit="ops",
            queries=(
                Query(
                    _or_none(rate(f"newsfold_records_in_total{_ROLES}", "service", "topic")),
                    _HOP,
                ),
                Query(rate('newsfold_records_in_total{service="dedup",topic="answers"}'), "fold answers"),
            ),
            least=0,
        ),
        Panel(
            title="Blocks given",
            about="A second, committed, changelogs among them.",
            unit="ops",
            queries=(
                Query(
                    _or_none(rate(f"newsfold_records_out_total{_ROLES}", "service", "topic")),
                    _HOP,
                ),
            ),
            least=0,
        ),
        Panel(
            title="Outcomes",
            about="What the blocks were.",
            unit="ops",
            queries=(
                Query(
                    _or_none(rate(f"newsfold_outcomes_total{_ROLES}", "service", "outcome")),
                    f"{_ROLE} {{{{outcome}}}}",
                ),
            ),
            stacked=True,
            least=0,
        ),
    ),
)
COST = Row(
    "What it costs",
    (
        Panel(
            title="CPU by role",
            about="Cores in use by all processes of a role.",
            queries=(Query(_of_process(f"rate(process_cpu_seconds_total{{{JOBS}}}[{EACH}])"), _ROLE),),
            least=0,
        ),
        Panel(
            title="Memory by role",
            about="Resident, of all its processes.",
            unit="bytes",
            queries=(Query(_of_process(f"process_resident_memory_bytes{{{JOBS}}}"), _ROLE),),
            least=0,
        ),
        Panel(
            title="Busy",
            about="Share of the lanes' time that is not idle. Near 1: start another process of this role.",
            unit="percentunit",
            queries=(
                Query(
                    _or_none(
                        share(
                            rate(f'newsfold_loop_seconds_total{_ROLES[:-1]},state!="idle"}}', "service"),
                            rate(f"newsfold_loop_seconds_total{_ROLES}", "service"),
                        )
                    ),
                    _ROLE,
                ),
            ),
            least=0,
            most=1,
        ),
    ),
)
TROUBLE = Row(
    "What is wrong",
    (
        Panel(
            title="Dead letters",
            about="Blocks that could not be used: `newsfold dlq list`. A role writes for another of its own "
            "version, so there are none but of articles, or versions are mixed.",
            queries=(
                Query(
                    _or_none(f"sum by (service, reason) (increase(newsfold_dead_letters_total{_ROLES}[1h]))"),
                    f"{_ROLE} {{{{reason}}}}",
                ),
            ),
            least=0,
        ),
        Panel(
            title="Restarts",
            about="Of the processes of each role, in an hour.",
            queries=(Query(_of_process(f"changes(process_start_time_seconds{{{JOBS}}}[1h])"), _ROLE),),
            least=0,
        ),
        Panel(
            title="Partitions owned and halted",
            about="sign and pair have 32, range 16, plan 4: less for long has an alert.",
            queries=(
                Query(_or_none(total(f"newsfold_partitions_owned{_ROLES}", "service")), f"{_ROLE} owned"),
                Query(_or_none(total(f"newsfold_partition_halted{_ROLES}", "service")), f"{_ROLE} halted"),
                Query(_or_none(total(f"newsfold_standby_partitions{_ROLES}", "service")), f"{_ROLE} standby"),
            ),
            least=0,
        ),
    ),
)
BOARD = Dashboard(
    name="spread",
    title="Spread dedup",
    about="Which role is behind, which stands still, what each costs. All 0 where dedup is one process.",
    rows=(WHERE, FLOW, COST, TROUBLE),
)
