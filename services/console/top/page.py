"""The page of `newsfold top`: a view as lines of at most 80 columns, plain text. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime

from services.console.top.view import Process, Queue, StageView, Trouble, View, fullness
from services.ops.outcomes import FLOW

WIDTH = 80
STATES = ("idle", "fetch", "step", "publish", "backpressure", "restore")
COLUMNS = {
    "READY": 6,
    "IN/S": 8,
    "OUT/S": 8,
    "LAG": 8,
    "BEHIND": 9,
    "HELD": 8,
    "OWNED": 8,
    "HALTED": 9,
    "DEAD": 8,
}
"""Of the stages, with their widths: 72 with eight for the name before them."""
NOTHING = "-"


def page(view: View) -> str:
    """Ends without a newline."""
    blocks = [
        _head(view),
        _stages(view),
        _loops(view),
        _figures(view),
        _queues(view.queues),
        _errors(view.errors) if view.stages else [],
    ]
    lines = [line for block in blocks if block for line in (*block, "")]
    return "\n".join(line[:WIDTH].rstrip() for line in lines[:-1])


def _head(view: View) -> list[str]:
    up = sum(not one.error for one in view.processes)
    when = datetime.fromtimestamp(view.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    told = f"newsfold top   {when}   {up} of {len(view.processes)} processes answer"
    return [told, *(_process(one) for one in view.processes)]


def _process(one: Process) -> str:
    if one.error:
        return f"  {one.at:<22} DOWN: {one.error}"
    ready = "ready" if one.ready else "NOT READY"
    return f"  {one.at:<22} {' '.join(one.services):<20} {one.version:<8} {ready}, up {span(one.up_s)}"


def _stages(view: View) -> list[str]:
    head = "".join(f"{name:>{width}}" for name, width in COLUMNS.items())
    return [f"{'STAGE':<8}{head}", *(_stage(one) for one in view.stages)] if view.stages else []


def _stage(one: StageView) -> str:
    told = {
        "READY": "yes" if one.ready else "NO",
        "IN/S": _rate(one.in_per_s),
        "OUT/S": _rate(one.out_per_s),
        "LAG": NOTHING if one.lag_records is None else short_number(one.lag_records),
        "BEHIND": NOTHING if one.lag_s is None else span(one.lag_s),
        "HELD": short_number(one.held),
        "OWNED": str(one.partitions),
        "HALTED": str(one.halted),
        "DEAD": short_number(one.dead),
    }
    return f"{one.service:<8}" + "".join(f"{told[name]:>{width}}" for name, width in COLUMNS.items())


def _loops(view: View) -> list[str]:
    head = f"{'LOOP':<8}" + "".join(f"{state:>{len(state) + 4}}" for state in STATES)
    rows = [
        f"{one.service:<8}" + "".join(f"{_share(one.loop, state):>{len(state) + 4}}" for state in STATES)
        for one in view.stages
        if one.loop
    ]
    return [head, *rows] if rows else []


def _share(loop: dict[str, float], state: str) -> str:
    return f"{round(100 * loop.get(state, 0.0))} %"


def _figures(view: View) -> list[str]:
    if not view.stages:
        return []
    age = view.age
    over = "since the start" if age.since_start else f"in {span(view.seconds)}"
    ages = (
        f"p50 {_span_or_dash(age.p50_s)}   p99 {_span_or_dash(age.p99_s)}   ({age.stories:,} stories {over})"
    )
    loss = "0" if not view.unaccounted else f"{view.unaccounted:,}   LOSS: newsfold doctor --account"
    canary = "off" if view.canary_s is None else f"{span(view.canary_s)} ago"
    feeds = "  ".join(f"{count:,} {state}" for state, count in view.feeds.items() if count)
    rows = [f"{'AGE':<13}{ages}", f"{'UNACCOUNTED':<13}{loss}", f"{'CANARY':<13}{canary}"]
    return [*rows, f"{'FEEDS':<13}{feeds or 'none'}"] if view.feeds else rows


def _queues(queues: Sequence[Queue]) -> list[str]:
    running = [one for one in queues if one.limit]
    lines: list[str] = []
    for service in FLOW:
        told = [
            f"{one.queue} {short_number(one.depth)}/{short_number(one.limit)}"
            f"{' FULL' if fullness(one) > 0.9 else ''}"
            for one in running
            if one.service == service
        ]
        if told:
            lines.append(f"{'' if lines else 'QUEUES':<8}{service:<8}{'  '.join(told)}")
    return lines


def _errors(errors: Sequence[Trouble]) -> list[str]:
    if not errors:
        return ["ERRORS  none"]
    head = f"{'ERRORS':<8}{'SERVICE':<9}{'WHAT':<36}{'COUNT':>8}{'LAST':>12}"
    return [head, *(_error(one) for one in errors)]


def _error(one: Trouble) -> str:
    ago = NOTHING if one.ago_s is None else f"{span(one.ago_s)} ago"
    return f"{'':<8}{one.service:<9}{one.what[:35]:<36}{short_number(one.count):>8}{ago:>12}"


def _rate(per_s: float | None) -> str:
    if per_s is None:
        return NOTHING
    return short_number(round(per_s)) if per_s >= 100 else f"{per_s:.1f}"


def _span_or_dash(seconds: float | None) -> str:
    return NOTHING if seconds is None else span(seconds)


def span(seconds: float) -> str:
    """`0.4 s`, `12 s`, `5 min`, `3.2 h`, `9 d`."""
    for unit, size, most in (("s", 1, 120), ("min", 60, 7_200), ("h", 3_600, 172_800)):
        if seconds < most:
            amount = seconds / size
            return f"{amount:.1f} {unit}" if amount < 10 and unit != "min" else f"{amount:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"


def short_number(number: int) -> str:
    """`940`, `12k`, `3.4M`: at most five characters up to a trillion."""
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if abs(number) >= 10 * size or (abs(number) >= size and unit != "k"):
            amount = number / size
            return f"{amount:.1f}{unit}" if abs(amount) < 100 else f"{amount:.0f}{unit}"
    return str(number)
