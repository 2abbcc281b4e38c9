"""Findings: what was simulated, as Markdown: each way step by step, one story of many copies, a restart."""

from collections.abc import Iterator

from msgspec.structs import replace

from bench.simulate.advice import RUN
from bench.simulate.capacity import carried
from bench.simulate.inputs import Inputs
from bench.simulate.queues import Pause
from bench.simulate.sizes import Size, day_of, size
from bench.simulate.table import count, gigabytes, seconds, table
from bench.simulate.ways import ALL, DEDUP, FOLD, ONE, RANGE, SHARDS, SPREAD, WAYS

STEPS = (10_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000)
STORIES = (300, 1_000, 3_000, 10_000)
HOT_DAY = 1_000_000
RESTARTED = ((ALL, ONE), (SHARDS, DEDUP), (SPREAD, RANGE), (SPREAD, FOLD))
_STEP = (
    "articles a day",
    "peak/s",
    "workers",
    "fullest that is bounded",
    "lag p95",
    "waiting at most",
    "cores",
    "memory",
    "largest",
    "network",
    "disk",
    "restore",
    "price a day",
)
_RESTART = (
    "way",
    "restarted",
    "articles a day",
    "gone for",
    "lag at most",
    "waiting at most",
    "gone for, from the log",
)
_LEFT = 0.01
"""Of a day's articles that may wait at its end."""


def simulated(inputs: Inputs) -> str:
    return "\n\n".join(
        [
            *_ways(inputs),
            "### What so many workers carry",
            f"Articles a day, {inputs.assumed.fill:.0%} of a worker's time taken at the busiest hour:",
            carried(inputs),
            "### One story of many copies",
            f"On a day of {HOT_DAY:,} articles, all copies within one hour: the longest lag.",
            hot_stories(inputs),
            "### A restart at the busiest hour",
            "Without a standby, from an image:",
            restarts(inputs),
        ]
    )


def _ways(inputs: Inputs) -> Iterator[str]:
    for way in WAYS:
        yield f"### {way[0].upper()}{way[1:]}"
        yield f"{RUN[way]}."
        yield table(_STEP, (_step(size(way, inputs, a_day), inputs) for a_day in STEPS))


def _step(found: Size, inputs: Inputs) -> tuple[str, ...]:
    day, fullest = day_of(found, inputs), found.bottleneck
    kept_up = day.left_over < _LEFT * found.a_day
    return (
        count(found.a_day),
        f"{found.peak:,.1f}",
        ", ".join(f"{stage.workers} {stage.name}" for stage in found.stages),
        f"{fullest.name} {fullest.filled(found.peak):.2f}",
        seconds(day.lag_s) if kept_up else f"falls behind at {day.behind}",
        count(day.waiting),
        f"{found.cores:,.1f}",
        gigabytes(found.memory_gb),
        gigabytes(found.largest_gb),
        f"{found.network_mb_s:,.1f} MB/s",
        gigabytes(found.disk_gb),
        seconds(found.restore_s),
        f"{found.price:,.0f}",
    )


def hot_stories(inputs: Inputs) -> str:
    rows = []
    for copies in STORIES:
        first, more = inputs.costs.story_bytes
        record = first + copies * more
        told = f"{record / 1e6:.1f} MB" + (", too large for Kafka" if record > inputs.record_bytes else "")
        rows.append((f"{copies:,}", *(_worst(way, copies, inputs) for way in (ALL, SPREAD)), told))
    return table(("copies", ALL, SPREAD, "the story's record"), rows)


def _worst(way: str, copies: int, inputs: Inputs) -> str:
    hot = replace(inputs.assumed, story=copies, story_share=1.0, story_hours=1.0)
    told = replace(inputs, assumed=hot)
    day = day_of(size(way, told, HOT_DAY), told)
    return f"{seconds(day.worst_s)}, {f'behind at {day.behind}' if day.waiting >= 1 else 'nobody waits'}"


def restarts(inputs: Inputs) -> str:
    begin = 3600.0 * max(range(24), key=lambda hour: inputs.shape.hours[hour])
    slower = inputs.elsewhere.restore_log_us / inputs.elsewhere.restore_image_us
    rows = []
    for way, name in RESTARTED:
        for a_day in (100_000, 1_000_000, 10_000_000):
            found = size(way, inputs, a_day)
            gone = [Pause(begin, found.restore_s) if stage.name == name else None for stage in found.stages]
            day = day_of(found, inputs, gone)
            rows.append(
                (
                    way,
                    name,
                    count(a_day),
                    seconds(found.restore_s),
                    seconds(day.worst_s),
                    count(day.waiting),
                    seconds(found.restore_s * slower),
                )
            )
    return table(_RESTART, rows)
