"""Polls that follow a feed's rhythm against polls at fixed intervals: the delay until news is seen.

`python -m bench.rhythm [--feeds N] [--days N] [--seed N]`. Feeds whose rates are log-normal (a few bring a
hundred entries a day, most a handful), with a day of their own in one of several time zones, quieter
weekends, and bursts: now and then a feed brings ten times as much for two hours. They are followed for some
days to learn, then measured; fixed intervals get as many polls over all feeds. Everything is drawn from the
seed.
"""

import argparse
import bisect
import math
import random
import statistics
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from services.ingest.polling.rhythm import PollBounds, begin, interval_s, learn

START = datetime(2026, 3, 2, tzinfo=UTC)
LEARN_DAYS = 10
ZONES = (-8, -5, 0, 1, 1, 1, 2, 3, 8, 9)
DAY = (1, 1, 1, 1, 2, 4, 8, 12, 14, 15, 15, 16, 15, 14, 14, 14, 13, 12, 11, 10, 8, 6, 4, 2)
"""How a newsroom's work is spread over its own day."""
WEEKEND = 0.5
MEDIAN_A_DAY, SPREAD = 8.0, 1.6
_BURST_ENTRIES = 4
BURST_SHARE, BURST_FACTOR, BURST_H = 0.05, 10.0, 2.0


class Followed(NamedTuple):
    """What following a feed came to, over the days measured."""

    polls: int
    delays: list[float]
    """Seconds from publication to the poll that found it."""
    late: list[int]
    """Of each burst, see `_polls_late`."""


class FeedDay(NamedTuple):
    """A feed's publications in seconds from the start, and when its bursts began."""

    times: list[float]
    bursts: list[float]


def publications(draw: random.Random, days: int) -> FeedDay:
    a_day = MEDIAN_A_DAY * math.exp(draw.gauss(0, SPREAD))
    zone = draw.choice(ZONES)
    times: list[float] = []
    bursts: list[float] = []
    for hour in range(days * 24):
        local = hour + zone
        weekend = WEEKEND if (local // 24) % 7 >= 5 else 1.0
        rate = a_day * DAY[local % 24] / sum(DAY) * weekend
        if draw.random() < BURST_SHARE / 24:
            bursts.append(hour * 3_600.0)
        if bursts and hour * 3_600 - bursts[-1] < BURST_H * 3_600:
            rate = max(rate, a_day / 24) * BURST_FACTOR
        at = hour * 3_600.0
        while rate > 0:
            at += draw.expovariate(rate / 3_600)
            if at >= (hour + 1) * 3_600:
                break
            times.append(at)
    return FeedDay(times, bursts)


def follow(
    feed: FeedDay, phase: float, days: int, bounds: PollBounds, fixed_s: float | None = None
) -> Followed:
    """Poll by rhythm, or each `fixed_s`; measured from LEARN_DAYS on."""
    end, measured = days * 86_400.0, LEARN_DAYS * 86_400.0
    at, known = phase, bisect.bisect_right(feed.times, phase)
    rhythm = begin(START + timedelta(seconds=at))
    polls, delays, moments, finds = 0, [], [at], [0]
    while True:
        at += fixed_s or interval_s(rhythm, bounds)
        if at >= end:
            break
        there = bisect.bisect_right(feed.times, at)
        if at >= measured:
            polls += 1
            moments.append(at)
            finds.append(there - known)
            delays += [at - time for time in feed.times[known:there] if time >= measured]
        if fixed_s is None:
            rhythm = learn(rhythm, START + timedelta(seconds=at), there - known)
        known = there
    bursts = [burst for burst in feed.bursts if measured <= burst < end - BURST_H * 3_600]
    late = [_polls_late([*moments, math.inf], finds, burst, bounds.shortest_s) for burst in bursts]
    return Followed(polls, delays, [count for count in late if count is not None])


def _polls_late(
    moments: Sequence[float], finds: Sequence[int], burst: float, shortest_s: float
) -> int | None:
    """Polls that found news of a burst before the next came twice as soon, or as soon as may be.

    None for a burst that a feed this slow hardly has.
    """
    first = bisect.bisect_right(moments, burst)
    end = bisect.bisect_right(moments, burst + BURST_H * 3_600)
    if first < 2 or sum(finds[first:end]) < _BURST_ENTRIES:
        return None
    dense = max((moments[first - 1] - moments[first - 2]) / 2, shortest_s * 1.01)
    late = 0
    for poll in range(first, end):
        late += finds[poll] > 0
        if finds[poll] and moments[poll + 1] - moments[poll] <= dense:
            return late - 1
    return late


class Comparison(NamedTuple):
    polls: int
    mean_s: float
    median_s: float
    fixed_mean_s: float
    fixed_median_s: float
    fixed_interval_s: float
    late: Sequence[int]
    """Polls into each burst before the pace had doubled, ascending."""

    @property
    def share(self) -> float:
        """Mean delay by rhythm over the mean delay of fixed intervals, at as many polls."""
        return self.mean_s / self.fixed_mean_s


def compare(feeds: int, days: int, seed: int, bounds: PollBounds | None = None) -> Comparison:
    draw = random.Random(seed)
    sources = [publications(draw, LEARN_DAYS + days) for _ in range(feeds)]
    phases = [draw.random() * 900 for _ in sources]
    wanted = bounds or PollBounds()
    found = [
        follow(one, phase, LEARN_DAYS + days, wanted) for one, phase in zip(sources, phases, strict=True)
    ]
    polls = sum(one.polls for one in found)
    fixed_s = feeds * days * 86_400 / polls
    fixed = [
        follow(one, phase, LEARN_DAYS + days, wanted, fixed_s)
        for one, phase in zip(sources, phases, strict=True)
    ]
    mine = [delay for one in found for delay in one.delays]
    theirs = [delay for one in fixed for delay in one.delays]
    late = [polls for one in found for polls in one.late]
    return Comparison(
        polls,
        statistics.fmean(mine),
        statistics.median(mine),
        statistics.fmean(theirs),
        statistics.median(theirs),
        fixed_s,
        sorted(late),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.rhythm", description=__doc__)
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--days", type=int, default=7, help="measured, after ten of learning")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    found = compare(asked.feeds, asked.days, asked.seed)
    print(
        f"{asked.feeds} feeds, {asked.days} days, {found.polls:,} polls "
        f"(fixed: one each {found.fixed_interval_s:.0f} s)\n"
        f"delay to first sight, by rhythm: mean {found.mean_s:.0f} s, median {found.median_s:.0f} s\n"
        f"fixed intervals: mean {found.fixed_mean_s:.0f} s, median {found.fixed_median_s:.0f} s\n"
        f"share of the mean: {found.share:.2f}; "
        f"polls that bring news of a burst before the pace has doubled: "
        f"median {found.late[len(found.late) // 2]}, "
        f"95 % {found.late[len(found.late) * 95 // 100]}, of {len(found.late)} bursts"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
