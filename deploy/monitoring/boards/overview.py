"""The page to open first: are the promises kept, does everything move, who complains?"""

from deploy.monitoring import slo
from deploy.monitoring.alerts.presence import JOBS
from deploy.monitoring.panel import Dashboard, Panel, Query, Row
from deploy.monitoring.promql import EACH, most, quantile, rate, since, total
from deploy.monitoring.thresholds import AGE_BOUND_S, AGE_GOAL, BUDGET_DAYS, CANARY_S, FRESH_GOAL

_LIVE = '{path="live"}'
_FIRING = 'ALERTS{alertname=~"Newsfold.+",alertstate="firing"'

OBJECTIVES = Row(
    "Objectives",
    (
        Panel(
            title="Age budget left",
            about=f"{AGE_GOAL:.0%} of live articles are in a published story within {AGE_BOUND_S:g} s of "
            f"first seen, over {BUDGET_DAYS} days. 100 %: none was late; below 0 the objective is missed.",
            unit="percentunit",
            kind="stat",
            queries=(Query(slo.AGE_BUDGET),),
            bad_below=0.0,
            width=4,
            height=5,
        ),
        Panel(
            title="Late in the last hour",
            about=f"Share of live articles that waited longer than {AGE_BOUND_S:g} s; "
            f"{1 - AGE_GOAL:.0%} is allowed.",
            unit="percentunit",
            kind="stat",
            queries=(Query(f"{slo.LATE}1h"),),
            bad_above=1 - AGE_GOAL,
            width=4,
            height=5,
        ),
        Panel(
            title="Freshness budget left",
            about=f"{FRESH_GOAL:.0%} of the feeds in our hands are polled within twice their interval, over "
            f"{BUDGET_DAYS} days. What publishers fail at does not count.",
            unit="percentunit",
            kind="stat",
            queries=(Query(slo.FRESH_BUDGET),),
            bad_below=0.0,
            width=4,
            height=5,
        ),
        Panel(
            title="Feeds fresh now",
            about="Fresh feeds of the fresh and the overdue ones.",
            unit="percentunit",
            kind="stat",
            queries=(Query(slo.FRESH),),
            bad_below=FRESH_GOAL,
            width=4,
            height=5,
        ),
        Panel(
            title="Unaccounted inputs",
            about="Inputs that ended nowhere. Must be 0: there is no budget for loss.",
            kind="stat",
            queries=(Query("sum(abs(newsfold_unaccounted_records))"),),
            bad_above=1,
            width=4,
            height=5,
        ),
        Panel(
            title="Pages and tickets",
            about="Alerts of Newsfold that fire: critical ones get somebody up, warnings wait for the day.",
            kind="stat",
            queries=(
                Query(f'count({_FIRING},severity="critical"}}) or vector(0)', "critical"),
                Query(f'count({_FIRING},severity="warning"}}) or vector(0)', "warning"),
            ),
            bad_above=1,
            width=4,
            height=5,
        ),
    ),
)
AGE = Row(
    "Age of stories",
    (
        Panel(
            title="First seen to published",
            about="Live articles. 0 where none was published.",
            unit="s",
            queries=tuple(
                Query(quantile(at, "newsfold_story_age_seconds", selector=_LIVE), f"p{100 * at:g}")
                for at in (0.5, 0.95, 0.99)
            ),
            least=0,
        ),
        Panel(
            title="Versions published",
            about="Live, and what is first seen more than a day ago (archives, recordings).",
            unit="ops",
            queries=(Query(rate("newsfold_story_age_seconds_count", "path"), "{{path}}"),),
            least=0,
        ),
        Panel(
            title="Alerts",
            about="Firing and pending; the runbook has a section for each. The watchdog always fires.",
            kind="table",
            queries=(
                Query('max by (alertname, alertstate, severity, service) (ALERTS{alertname=~"Newsfold.+"})'),
            ),
        ),
    ),
)
FLOW = Row(
    "Flow",
    (
        Panel(
            title="Records in",
            about="Taken from topics and committed.",
            unit="ops",
            queries=(
                Query(rate("newsfold_records_in_total", "service"), "{{service}}"),
                Query(rate("newsfold_readings_total"), "from outside"),
            ),
            least=0,
        ),
        Panel(
            title="Records out",
            about="Published and committed.",
            unit="ops",
            queries=(Query(rate("newsfold_records_out_total", "service"), "{{service}}"),),
            least=0,
        ),
        Panel(
            title="Lag",
            about="Age of the oldest record that is not taken yet, of the worst partition.",
            unit="s",
            queries=(Query(most("newsfold_partition_lag_seconds", "service"), "{{service}}"),),
            least=0,
        ),
    ),
)
PROCESSES = Row(
    "Processes",
    (
        Panel(
            title="Processes and readiness",
            about="Processes that run a service, and those of them that are ready.",
            queries=(
                Query("count by (service, version) (newsfold_build_info)", "{{service}} {{version}}"),
                Query(total("newsfold_ready", "service"), "{{service}} ready"),
                Query(total("newsfold_bus_connected", "service"), "{{service}} on the bus"),
            ),
            least=0,
        ),
        Panel(
            title="Errors",
            about="Raised and caught, by what was being done. A retry is no loss.",
            unit="ops",
            queries=(
                Query(rate("newsfold_errors_total", "service", "error_type"), "{{service}} {{error_type}}"),
            ),
            least=0,
        ),
        Panel(
            title="Memory",
            about="Resident, of the process and without its parsers.",
            unit="bytes",
            queries=(Query(f"process_resident_memory_bytes{{{JOBS}}}", "{{instance}}"),),
            least=0,
        ),
        Panel(
            title="CPU",
            about="Cores in use. Python's own work takes one core a process; parsers run beside it.",
            queries=(Query(f"rate(process_cpu_seconds_total{{{JOBS}}}[{EACH}])", "{{instance}}"),),
            least=0,
        ),
        Panel(
            title="Since the canary was read back",
            about=f"0 without a canary; alarming above {CANARY_S} s.",
            unit="s",
            queries=(Query(since(most("newsfold_canary_last_success_timestamp_seconds")), "canary"),),
            least=0,
        ),
        Panel(
            title="Feeds",
            about="States exclude each other. overdue is ours, broken and backing_off are the publisher's.",
            queries=(Query(total("newsfold_feeds", "state"), "{{state}}"),),
            stacked=True,
            least=0,
        ),
    ),
)
DESK = Row(
    "Desk",
    (
        Panel(
            title="Behind the log",
            about="What lay there when it was started and is not read yet; ready: it has read all once.",
            queries=(
                Query(most("newsfold_desk_behind_records"), "records behind"),
                Query(total("newsfold_desk_ready"), "Desks ready"),
            ),
            least=0,
        ),
        Panel(
            title="Records read",
            about="Taken from topics into the Desk's own file.",
            unit="ops",
            queries=(Query(rate("newsfold_desk_records_total"), "records"),),
            least=0,
        ),
        Panel(
            title="Answers",
            about="By class of status. 5xx: too much was asked at once, the log is away, or a bug.",
            unit="ops",
            queries=(Query(rate("newsfold_desk_answers_total", "status"), "{{status}}"),),
            least=0,
        ),
        Panel(
            title="Time of an answer",
            about="From the request to its last byte.",
            unit="s",
            queries=tuple(
                Query(quantile(at, "newsfold_desk_answer_seconds"), f"p{100 * at:g}") for at in (0.5, 0.95)
            ),
            least=0,
        ),
        Panel(
            title="Open streams",
            about="Browsers that are told what changes; one each, whatever they have open.",
            queries=(Query(total("newsfold_desk_streams"), "streams"),),
            least=0,
        ),
    ),
)
BOARD = Dashboard(
    name="overview",
    title="Overview",
    about="Are the promises kept, does everything move, who complains?",
    rows=(OBJECTIVES, AGE, FLOW, PROCESSES, DESK),
)
