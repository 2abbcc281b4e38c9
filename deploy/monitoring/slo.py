"""The objectives as PromQL: error ratios over the windows of the burn rates, and the budget that is left.

Windows and factors are those of Google's SRE workbook, chapter 5, table 5-8: a factor of 14.4 spends 2 % of
28 to 30 days in an hour, 6 spends 5 % in six, 3 and 1 spend 10 % in one and in three days.
"""

from deploy.monitoring.alert import Recording
from deploy.monitoring.thresholds import AGE_BOUND_S, AGE_FLOOR, AGE_GOAL, BUDGET_DAYS, FRESH_GOAL

WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
LATE = "newsfold:story_age_late:ratio_rate"
SEEN = "newsfold:story_age:increase1h"
AGE_BUDGET = "newsfold:story_age_budget:left"
FRESH = "newsfold:feeds_fresh:ratio"
FRESH_BUDGET = "newsfold:feeds_fresh_budget:left"
LIVE = 'path="live"'
BUDGET_SPAN = f"{BUDGET_DAYS}d"


def late(window: str) -> str:
    """Share of live articles later than the bound; 0 where there were none."""
    rate = "sum(rate(newsfold_story_age_seconds_{part}[{window}]))"
    intime = rate.format(part=f'bucket{{{LIVE},le="{AGE_BOUND_S}"}}', window=window)
    every = rate.format(part=f"count{{{LIVE}}}", window=window)
    return f"(1 - {intime} / ({every} > 0)) or vector(0)"


def burns(factor: float, long: str, short: str) -> str:
    """The budget is spent `factor` times too fast, for long enough to matter and still now."""
    limit = f"{factor * (1 - AGE_GOAL):g}"
    return f"({LATE}{long} > {limit} and {LATE}{short} > {limit})"


def enough() -> str:
    """More live articles in the hour than make a ratio meaningless."""
    return f"and {SEEN} > {AGE_FLOOR}"


def left(spent: str, goal: float) -> str:
    """Share of the budget that is left: 1 untouched, 0 spent, negative: the objective is missed."""
    return f"1 - ({spent}) / {1 - goal:g}"


def age_records() -> tuple[Recording, ...]:
    """The long spans are over a handful of series."""
    return (
        *(Recording(LATE + window, late(window)) for window in WINDOWS),
        Recording(SEEN, f"sum(increase(newsfold_story_age_seconds_count{{{LIVE}}}[1h])) or vector(0)"),
        Recording(AGE_BUDGET, left(late(BUDGET_SPAN), AGE_GOAL)),
    )


def fresh_records() -> tuple[Recording, ...]:
    """All feeds are fresh where there are none."""
    fresh, overdue = (f'sum(newsfold_feeds{{state="{state}"}})' for state in ("fresh", "overdue"))
    return (
        Recording(FRESH, f"({fresh} / ({fresh} + {overdue} > 0)) or vector(1)"),
        Recording(FRESH_BUDGET, left(f"1 - avg_over_time({FRESH}[{BUDGET_SPAN}])", FRESH_GOAL)),
    )
