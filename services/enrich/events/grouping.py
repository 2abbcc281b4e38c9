"""Whether a report tells of a happening that is known, or of another one in the same affair.

How alike two reports of one happening are depends on what else is written in those days: where nobody
else writes of the affair, a quarter of the weight in common is much; in the week in which all write of it,
half of it is little. So the likeness of two reports is taken less the crowd around both: how like them
the reports of the last days are that are most like them. And a day means much in a stream in which a
hundred reports come between, and little where none does.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import product as pairs
from typing import NamedTuple

from services.contracts.events import EventReport
from services.enrich.events.reports import affinity, cosine

_DAY = timedelta(days=1)


class GroupingRules(NamedTuple):
    """One setting for all streams. Shares are in thousandths, likenesses in millionths."""

    crowd: int = 1_800
    """How much of the crowd is taken off."""
    crowd_size: int = 40
    crowd_days: int = 5
    day: int = 120_000
    """What each day between two reports takes off."""
    day_reports: int = 40
    """A day counts whole where at least so many reports come between …"""
    quiet_day: int = 220
    """… and this much of it where none does."""
    all: int = 600
    """What the average over all reports of an event counts; the nearest of them counts the rest."""
    stranger: int = -200_000
    """What a report of the event counts for that has nothing in common with the new one."""
    same_event: int = 80_000
    one_event: int = 0
    """Average over all pairs from which two events are one, where one report belongs to both."""
    kin: int = 100_000
    """Likeness below which nothing is of one affair."""
    same_storyline: int = 350_000
    storyline_day: int = 50_000


RULES = GroupingRules()


class Neighbour(NamedTuple):
    """An earlier report that is no stranger, and where it belongs."""

    report: EventReport
    likeness: int
    """Cosine, in millionths."""
    event: str
    """Empty where its story is in none any more."""
    storyline: str
    """Empty where that takes no more events."""


class Place(NamedTuple):
    """Where a report belongs."""

    events: tuple[str, ...]
    """The events it may tell of, the likeliest first; none where it tells of something new."""
    storyline: str
    """Of the affair, where the happening is new; empty where the affair is new too."""


def crowd_of(new: EventReport, near: Iterable[Neighbour], rules: GroupingRules = RULES) -> int:
    """How like a report those of the days before are that are most like it."""
    reach = rules.crowd_days * _DAY
    likenesses = [other.likeness for other in near if abs(new.seen_at - other.report.seen_at) <= reach]
    return sum(sorted(likenesses, reverse=True)[: rules.crowd_size]) // rules.crowd_size


def place(
    new: EventReport, near: Sequence[Neighbour], sizes: Mapping[str, int], rules: GroupingRules = RULES
) -> Place:
    """`sizes`: stories of each event."""
    scores: defaultdict[str, list[int]] = defaultdict(list)
    for other in near:
        if other.event:
            scores[other.event].append(_kinship(new, other.report, other.likeness, rules))
    ranked = sorted(((-_score(s, sizes[event], rules), event) for event, s in scores.items()))
    events = tuple(event for score, event in ranked if -score >= rules.same_event)
    return Place(events, "" if events else _storyline(new, near, rules))


def are_one(one: Iterable[EventReport], other: Iterable[EventReport], rules: GroupingRules = RULES) -> bool:
    """Whether two events that share a report are one happening: whether their reports are, on average."""
    found = []
    for left, right in pairs(one, other):
        found.append(_kinship(left, right, cosine(left.words, right.words), rules))
    return bool(found) and sum(found) >= rules.one_event * len(found)


def _kinship(one: EventReport, other: EventReport, like: int, rules: GroupingRules) -> int:
    """Likeness less the crowd around both and the time between them."""
    late = round(rules.day * _days(one, other, rules))
    return like - rules.crowd * (one.crowd + other.crowd) // 2_000 - late


def _days(one: EventReport, other: EventReport, rules: GroupingRules) -> float:
    """The days between two reports, fewer where little was written meanwhile."""
    days = abs(one.seen_at - other.seen_at) / _DAY
    busy = abs(one.number - other.number) / rules.day_reports
    return min(days, max(busy, days * rules.quiet_day / 1_000))


def _score(scores: Sequence[int], size: int, rules: GroupingRules) -> int:
    strangers = max(0, size - len(scores))
    average = (sum(scores) + strangers * rules.stranger) // (len(scores) + strangers)
    return ((1_000 - rules.all) * max(scores) + rules.all * average) // 1_000


def _storyline(new: EventReport, near: Sequence[Neighbour], rules: GroupingRules) -> str:
    """That of the report with which it shares the rarest words, crowd or not."""
    chains = (
        (
            affinity(new.words, other.report.words)
            - round(rules.storyline_day * _days(new, other.report, rules)),
            other.storyline,
        )
        for other in near
        if other.storyline and other.likeness >= rules.kin
    )
    like, line = max(chains, default=(0, ""))
    return line if like >= rules.same_storyline else ""
