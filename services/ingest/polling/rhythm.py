"""When a feed brings something new, learned from its polls, and when to look next for that.

New entries come at a rate that changes with the hour of the day, and in bursts. For a given number of polls
the mean delay from publication to first sight is least where polls are as dense as the square root of that
rate: with rate r and interval T an entry waits T/2, so r*T is to be least for a given sum of 1/T, between
feeds as between hours. So a feed of one new entry an hour is polled at the default interval, one of sixteen
four times as often, and a night without news is slept through. `python -m bench.rhythm` measures it.
"""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from services.contracts.feeds import Rhythm

HOURS = 24
MEMORY_S = 7 * 24 * 3_600.0
"""After so long an entry counts for a third."""
BURST_S = 900.0
"""The same for what comes faster than usual."""
SURPRISE = 4.0
"""What breaks has mostly come late in the time looked back on: its rate is taken for so many times as high,
which makes the next poll come at least twice as soon."""
_FEW = 3
USUAL = 1.0
"""New entries an hour at which a feed is polled at the default interval."""
_PRIOR_HOURS = 12.0
"""For so long a new feed is taken for a usual one."""
_PRIOR_ENTRIES = 12.0
"""Entries after which the hours of a feed's own day count as much as none."""
_NEIGHBOURS = 0.5
"""Weight of the hours beside one, since a shift of half an hour is none."""
_DIGITS = 4


class PollBounds(msgspec.Struct, frozen=True, kw_only=True):
    """An operator's bounds of the time between two polls, in seconds."""

    default_s: float = 900.0
    shortest_s: float = 120.0
    longest_s: float = 86_400.0


def begin(at: datetime) -> Rhythm:
    """After a first poll: what it found may have stood there for long."""
    return Rhythm(since=at, at=at)


def learn(rhythm: Rhythm, at: datetime, new: int) -> Rhythm:
    """After a poll at `at` that found `new` entries which were not there at the poll before."""
    passed_s = (at - rhythm.at).total_seconds()
    if passed_s <= 0:
        return rhythm
    if not new:  # all of it only fades, which can be told from the time that passed
        return replace(rhythm, at=at, counted_at=rhythm.counted_at or rhythm.at)
    hours = [count * math.exp(-passed_s / MEMORY_S) for count in _counts(rhythm)]
    for hour, seconds in _hours(rhythm.at, min(passed_s, HOURS * 3_600.0)):
        hours[hour] += new * seconds / min(passed_s, HOURS * 3_600.0)
    faded = math.exp(-passed_s / BURST_S)
    surprise = SURPRISE if _is_surprise(rhythm, passed_s, new) else 1.0
    burst = _burst(rhythm) * faded + 3_600 * new / passed_s * max(1 - faded, surprise - faded)
    known = tuple(_short(count) for count in hours)
    return replace(rhythm, at=at, hours=known, burst=_short(burst), counted_at=None)


def _counts(rhythm: Rhythm) -> list[float]:
    """Entries by hour of the day as they count at `rhythm.at`."""
    kept = math.exp(-_faded_s(rhythm) / MEMORY_S)
    return [count * kept for count in rhythm.hours or (0.0,) * HOURS]


def _burst(rhythm: Rhythm) -> float:
    return rhythm.burst * math.exp(-_faded_s(rhythm) / BURST_S)


def _faded_s(rhythm: Rhythm) -> float:
    return (rhythm.at - rhythm.counted_at).total_seconds() if rhythm.counted_at else 0.0


def interval_s(rhythm: Rhythm, bounds: PollBounds) -> float:
    """Seconds from the last poll to the next: a default interval's worth of square roots of rates."""
    rates, latest = _rates(rhythm), _burst(rhythm)
    left, waited = bounds.default_s, 0.0
    for hour, seconds in _hours(rhythm.at, bounds.longest_s):
        burst = latest * math.exp(-waited / BURST_S)
        density = math.sqrt(max(rates[hour], burst) / USUAL)
        if density * seconds >= left:
            waited += left / density
            break
        left -= density * seconds
        waited += seconds
    return min(max(waited, bounds.shortest_s), bounds.longest_s)


def _is_surprise(rhythm: Rhythm, passed_s: float, new: int) -> bool:
    """Whether so many are more than its own rate, with the luck of a Poisson process, brings."""
    rates = _rates(rhythm)
    usual = sum(
        rates[hour] * seconds / 3_600 for hour, seconds in _hours(rhythm.at, min(passed_s, HOURS * 3_600))
    )
    return new >= _FEW and new > usual + 3 * math.sqrt(usual)


def expected_entries(rhythm: Rhythm, since: datetime, until: datetime) -> float:
    """How many new ones a time brings, two weeks of it at most."""
    rates = _rates(rhythm)
    seconds = min(max(0.0, (until - since).total_seconds()), 2 * MEMORY_S)
    return sum(rates[hour] * part / 3_600 for hour, part in _hours(since, seconds))


def entries_per_hour(rhythm: Rhythm) -> float:
    """New entries an hour, mean of the day."""
    return sum(_rates(rhythm)) / HOURS


def _rates(rhythm: Rhythm) -> list[float]:
    """New entries an hour, by hour of the day in UTC."""
    counts = _counts(rhythm)
    total = sum(counts)
    age_s = (rhythm.at - rhythm.since).total_seconds()
    looked_h = MEMORY_S * (1 - math.exp(-age_s / MEMORY_S)) / 3_600
    mean = (total + USUAL * _PRIOR_HOURS) / (looked_h + _PRIOR_HOURS)
    near = [
        (counts[hour] + _NEIGHBOURS * (counts[hour - 1] + counts[(hour + 1) % HOURS])) / (1 + 2 * _NEIGHBOURS)
        for hour in range(HOURS)
    ]
    return [mean * (HOURS * here + _PRIOR_ENTRIES) / (total + _PRIOR_ENTRIES) for here in near]


def _hours(begin: datetime, seconds: float) -> Iterator[tuple[int, float]]:
    """The hours of the day that a time reaches into, each with how many seconds of it."""
    at = begin
    while seconds > 0:
        following = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        here = min(seconds, (following - at).total_seconds())
        yield at.hour, here
        seconds -= here
        at = following


def _short(number: float) -> float:
    """Few enough digits to be kept with every poll."""
    return float(f"{number:.{_DIGITS}g}")
