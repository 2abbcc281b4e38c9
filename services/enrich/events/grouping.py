"""Whether a report tells of a happening that is known, or of another one in the same affair.

How alike two reports of one happening are depends on what else is written in those days: where nobody
else writes of the affair, a quarter of the weight in common is much; in the week in which all write of it,
half of it is little. So the likeness of two reports is taken less the crowd around both: how like them
the reports of the last days are that are most like them. What either headline says stands in the other
report, if they tell of one thing, and so do the people that it names; both name the same day, and no
other. And a day means much in a stream in which a hundred reports come between, and little where none
does.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import product as pairs
from typing import NamedTuple

from services.contracts.events import EventReport
from services.enrich.events import senses
from services.enrich.events.index import STRANGE, Likeness
from services.enrich.events.reports import cosine, figures_of, is_of_others, share_people, told

_DAY = timedelta(days=1)


class GroupingRules(NamedTuple):
    """One setting for all streams. Shares are in thousandths, likenesses in millionths."""

    crowd: int = 2_450
    """How much of the crowd is taken off."""
    crowd_size: int = 40
    crowd_days: int = 5
    headline: int = 30
    """What each thousandth of the headlines counts that the other report tells too."""
    same_day: int = 50_000
    """What a day counts that both reports name."""
    other_day: int = 25_000
    """What each day takes off by which the days named lie apart, beyond …"""
    apart: int = 2
    most_apart: int = 5
    other_people: int = 75_000
    """What is taken off where each headline names people, and none of them is in the other report."""
    other_figures: int = 80_000
    """What is taken off where each headline names figures, none of them the same, and on different dates:
    what is counted every day is another count every day."""
    day: int = 150_000
    """What each day between two reports takes off."""
    calendar: int = 900
    """How much of a day is the date, the rest being hours."""
    day_reports: int = 30
    """A day counts whole where at least so many reports come between …"""
    quiet_day: int = 145
    """… and this much of it where none does."""
    all: int = 650
    """What the average over all reports of an event counts; the nearest of them counts the rest."""
    stranger: int = -160_000
    """What a report of the event counts for that has nothing in common with the new one."""
    same_event: int = 85_000
    same_storyline: int = 700_000
    storyline_headline: int = 600
    storyline_people: int = 50
    """What each thousandth counts by which those are rare whom both reports name."""


RULES = GroupingRules()


class Neighbour(NamedTuple):
    """An earlier report that is no stranger, and where it belongs."""

    like: Likeness
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
    since, until = new.seen_at - rules.crowd_days * _DAY, new.seen_at + rules.crowd_days * _DAY
    likenesses = [other.like.cosine for other in near if since <= other.like.report.seen_at <= until]
    return sum(sorted(likenesses, reverse=True)[: rules.crowd_size]) // rules.crowd_size


def place(
    new: EventReport, near: Sequence[Neighbour], sizes: Mapping[str, int], rules: GroupingRules = RULES
) -> Place:
    """`sizes`: stories of each event."""
    hopes = zip(near, _most(new, near, rules), strict=True)
    likely = {other.event for other, most in hopes if most >= rules.same_event}
    scores: defaultdict[str, list[int]] = defaultdict(list)
    for other in near:
        if other.event and other.event in likely:
            scores[other.event].append(_kinship(new, other.like, rules))
    ranked = sorted(((-_score(s, sizes[event], rules), event) for event, s in scores.items()))
    events = tuple(event for score, event in ranked if -score >= rules.same_event)
    return Place(events, "" if events else _storyline(new, near, rules))


def are_one(one: Sequence[EventReport], other: Sequence[EventReport], rules: GroupingRules = RULES) -> bool:
    """Whether two events that share a report are one happening: as alike as a report and its event."""
    found = [
        _kinship(left, Likeness(right, like, 0, told(left, right)), rules)
        for left, right in pairs(one, other)
        if (like := max(cosine(left.words, right.words), senses.likeness(left, right))) >= STRANGE
    ]
    return bool(found) and _score(found, len(one) * len(other), rules) >= rules.same_event


def _most(new: EventReport, near: Sequence[Neighbour], rules: GroupingRules) -> list[int]:
    """The kinship of each if its days agreed. No event is more like the new one than its nearest report."""
    most = max(0, rules.same_day)
    return [
        old.cosine + rules.headline * old.told + most - rules.crowd * (new.crowd + old.report.crowd) // 2_000
        for old, _, _ in near
    ]


def _kinship(one: EventReport, other: Likeness, rules: GroupingRules) -> int:
    """Likeness and agreement, less the crowd around both and the time between them."""
    late = round(rules.day * _days(one, other.report, rules))
    crowd = rules.crowd * (one.crowd + other.report.crowd) // 2_000
    agreement = rules.headline * other.told + _agreement(one, other.report, rules)
    return other.cosine + agreement - _others(one, other.report, rules) - crowd - late


def _others(one: EventReport, other: EventReport, rules: GroupingRules) -> int:
    """What it takes off that the headlines are of other people, or of other figures on another date."""
    off = rules.other_people * (is_of_others(one, other) and is_of_others(other, one))
    if one.seen_at.toordinal() != other.seen_at.toordinal():
        mine, theirs = figures_of(one), figures_of(other)
        off += rules.other_figures * bool(mine and theirs and mine.isdisjoint(theirs))
    return off


def _agreement(one: EventReport, other: EventReport, rules: GroupingRules) -> int:
    """What it says that both name days: nothing where one names none."""
    if not one.days or not other.days:
        return 0
    apart = min(abs(left - right) for left, right in pairs(one.days, other.days))
    if not apart:
        return rules.same_day
    return -rules.other_day * max(0, min(apart, rules.most_apart) - rules.apart)


def _days(one: EventReport, other: EventReport, rules: GroupingRules) -> float:
    """The days between two reports, fewer where little was written meanwhile."""
    hours = abs(one.seen_at - other.seen_at) / _DAY
    dates = abs(one.seen_at.toordinal() - other.seen_at.toordinal())
    days = (rules.calendar * dates + (1_000 - rules.calendar) * hours) / 1_000
    busy = abs(one.number - other.number) / rules.day_reports
    return min(days, max(busy, days * rules.quiet_day / 1_000))


def _score(scores: Sequence[int], size: int, rules: GroupingRules) -> int:
    strangers = max(0, size - len(scores))
    average = (sum(scores) + strangers * rules.stranger) // (len(scores) + strangers)
    return ((1_000 - rules.all) * max(scores) + rules.all * average) // 1_000


def _storyline(new: EventReport, near: Sequence[Neighbour], rules: GroupingRules) -> str:
    """That of the report with which it shares the rarest words, the headline's and the rarest people,
    crowd or not.
    """
    chains = [(_affinity(new, other.like, rules), other.storyline) for other in near if other.storyline]
    like, line = max(chains, default=(0, ""))
    return line if like >= rules.same_storyline else ""


def _affinity(new: EventReport, old: Likeness, rules: GroupingRules) -> int:
    people = rules.storyline_people * share_people(new, old.report)
    return old.affinity + people + rules.storyline_headline * old.told
