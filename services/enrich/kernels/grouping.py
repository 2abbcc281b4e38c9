"""Kernels of `services.enrich.events.grouping`."""

import numpy as np

from services.contracts.events import EventReport
from services.enrich.events.grouping import DAY_US, GroupingRules
from services.enrich.events.neighbours import (
    AFFINITY,
    COSINE,
    CROWD,
    DATE,
    NUMBER,
    SEEN,
    TOLD,
    Column,
    Columns,
    Neighbours,
    microseconds,
)
from services.kernels.target import njit


def hopes_of(new: EventReport, near: Neighbours, rules: GroupingRules) -> Column:
    return near_enough(
        near.columns,
        new.number,
        new.crowd,
        microseconds(new.seen_at),
        new.seen_at.toordinal(),
        max(0, rules.same_day) - rules.same_event,
        rules.crowd,
        rules.day,
        rules.calendar,
        rules.day_reports,
        rules.quiet_day,
        rules.most_days,
    )


@njit("int64(int64[:, ::1], int64, int64, int64)", cache=True, nogil=True)
def crowd(columns: Columns, at: int, apart: int, size: int) -> int:
    """`grouping.crowd`."""
    cosines, seen = columns[COSINE], columns[SEEN]
    greatest = np.empty(size + 1, np.int64)
    count = whole = 0
    for row in range(len(cosines)):
        like = cosines[row]
        if abs(seen[row] - at) > apart or (count == size and like <= greatest[count - 1]):
            continue
        place = count
        while place and greatest[place - 1] < like:
            greatest[place] = greatest[place - 1]
            place -= 1
        greatest[place] = like
        count = min(count + 1, size)
    for place in range(count):
        whole += greatest[place]
    return whole


@njit(
    "int64[::1](int64[:, ::1], int64, int64, int64, int64, int64, int64, int64, int64, int64, int64, int64)",
    cache=True,
    nogil=True,
)
def near_enough(
    columns: Columns,
    number: int,
    crowd: int,
    at: int,
    date: int,
    spare: int,
    crowd_weight: int,
    day_weight: int,
    calendar: int,
    day_reports: int,
    quiet_day: int,
    most_days: int,
) -> Column:
    """`grouping.hopes_of`."""
    numbers, cosines, crowds = columns[NUMBER], columns[COSINE], columns[CROWD]
    seen, dates = columns[SEEN], columns[DATE]
    found, count = np.empty(len(numbers), np.int64), 0
    for row in range(len(numbers)):
        most = cosines[row] + spare - crowd_weight * (crowd + crowds[row]) // 2_000
        if most < 0:
            continue
        hours = abs(seen[row] - at) / DAY_US
        days = (calendar * abs(dates[row] - date) + (1_000 - calendar) * hours) / 1_000
        busy = abs(numbers[row] - number) / day_reports
        late = min(days, max(busy, days * quiet_day / 1_000), most_days / 1_000)
        if most - np.rint(day_weight * late) >= 0:
            found[count] = row
            count += 1
    return found[:count].copy()


@njit("UniTuple(int64[::1], 2)(int64[:, ::1], int64, int64)", cache=True, nogil=True)
def chains(columns: Columns, headline: int, least: int) -> tuple[Column, Column]:
    """`grouping.chains`."""
    affinities, told = columns[AFFINITY], columns[TOLD]
    places, likes = np.empty(len(told), np.int64), np.empty(len(told), np.int64)
    count = 0
    for place in range(len(told)):
        like = affinities[place] + headline * told[place]
        if like >= least:
            places[count], likes[count] = place, like
            count += 1
    return places[:count].copy(), likes[:count].copy()
