"""Whether a report tells of a happening that is known, or of another one in the same affair.

Two reports of one happening have in common what is news: words that were written less before. How alike
they are depends on what else is written in those days: where nobody else writes of the affair, a quarter
of the weight in common is much; in the week in which all write of it, half of it is little. So their
likeness is taken less the crowd around both: how like them the reports of the last days are that are most
like them. The people that either headline names stand in the other report; both name the same day, and no
other. And a day means much in a stream in which a hundred reports come between, and little where none
does. A storyline is chained by the words themselves, as an affair goes on with the words that it has.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import product as pairs
from typing import NamedTuple

import numpy as np

from services.contracts.events import EventReport
from services.enrich import kernels
from services.enrich.events import senses
from services.enrich.events.index import STRANGE
from services.enrich.events.instalments import are_instalments
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
    Likeness,
    Neighbours,
    microseconds,
)
from services.enrich.events.reports import beyond, figures_of, likeness, news_of, people_of, share_people

_DAY, _MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
DAY_US = _DAY // _MICROSECOND
_NEVER = -(10**9)
"""What no likeness makes good."""


class GroupingRules(NamedTuple):
    """One setting for all streams. Shares are in thousandths, likenesses in millionths."""

    crowd: int = 2_450
    """How much of the crowd is taken off."""
    crowd_size: int = 40
    crowd_days: int = 5
    crowd_fewest: int = 8
    """In the first days of a stream the crowd is as many reports fewer as fewer days have come, at least so
    many: there is as much around a report as later, and less of it is known."""
    same_day: int = 55_000
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
    most_by_term: int = 250_000
    """What one term brings at the most to how alike reports of different dates are; of what is more …"""
    off_by_term: int = 600
    """… so many thousandths are taken off: a name says who it is about, and who is in the news again the next
    day is so for what is new."""
    day: int = 170_000
    """What each day between two reports takes off …"""
    most_days: int = 2_500
    """… up to so many thousandths: what is told of one happening later is told of it as much after a week."""
    calendar: int = 900
    """How much of a day is the date, the rest being hours."""
    day_reports: int = 30
    """A day counts whole where at least so many reports come between …"""
    quiet_day: int = 145
    """… and this much of it where none does."""
    average: int = 700
    """What the average over reports of an event counts; the nearest of them counts the rest. It is over …"""
    nearest: int = 620
    """… so many thousandths of them, the nearest: neither one that strayed in nor what else is said of a
    happening keeps a report from it."""
    parted: int = 275
    """Up to how many thousandths of the kinship within them two parts of an event are two happenings …"""
    apart_by: int = 1_400
    """… and what each thousandth counts of it that neither tells of what the other tells."""
    stranger: int = -160_000
    """What a report of the event counts for that has nothing in common with the new one."""
    same_event: int = 80_000
    one_event: int = 50_000
    """How alike two events are that are one, beside the report that would join both: what follows from a
    happening tells it again, and a look back tells of two. Where one of them is a lone report it is …"""
    one_report: int = 70_000
    """… so much: to a lone report chance does more."""
    same_storyline: int = 700_000
    storyline_headline: int = 600
    storyline_people: int = 50
    """What each thousandth counts by which those are rare whom both reports name."""


RULES = GroupingRules()


class Homes(NamedTuple):
    """Where stories belong, so far."""

    event_of: Callable[[str], str]
    """Of a story; empty where it is in none any more."""
    stories_of: Callable[[str], Sequence[str]]
    """Of an event."""
    storyline_of: Callable[[str], str]
    """Of an event; empty where that takes no more events."""


class Place(NamedTuple):
    """Where a report belongs."""

    events: tuple[str, ...]
    """The events it may tell of, the likeliest first; none where it tells of something new."""
    storyline: str
    """Of the affair, where the happening is new or turns out to be; empty where the affair is new too."""


def crowd_of(new: EventReport, near: Neighbours, rules: GroupingRules = RULES) -> int:
    """How like a report those of the days before are that are most like it."""
    at, apart = microseconds(new.seen_at), rules.crowd_days * _DAY // _MICROSECOND
    size, first = rules.crowd_size, next(iter(near.all.by_number.values()), new)
    if first.number == 0:
        size = min(size, max(rules.crowd_fewest, size * (at - microseconds(first.seen_at)) // apart))
    fast = kernels.module("grouping")
    return int((fast.crowd if fast else crowd)(near.columns, at, apart, size)) // size


def crowd(columns: Columns, at: int, apart: int, size: int) -> int:
    """The sum of the greatest so many likenesses, of reports that are no farther off in time."""
    around = np.sort(columns[COSINE, abs(columns[SEEN] - at) <= apart])
    return int(around[max(0, len(around) - size) :].sum())


def place(new: EventReport, near: Neighbours, homes: Homes, rules: GroupingRules = RULES) -> Place:
    least, fast = rules.same_event, kernels.module("grouping")
    hopes = (fast.hopes_of if fast else hopes_of)(new, near, rules).tolist()
    likely = {homes.event_of(near.report(one).story_id) for one in hopes} - {""}
    ranked = sorted(_fits(new, near, {event: homes.stories_of(event) for event in likely}, rules))
    events = tuple([event for minus, event in ranked if -minus >= least])
    return Place(events, _storyline(new, near, homes, rules))


def are_one(one: Sequence[EventReport], other: Sequence[EventReport], rules: GroupingRules = RULES) -> bool:
    """Whether two events that a report would join are one happening by their other reports."""
    sides = [[(report, news_of(report)) for report in side] for side in (one, other)]
    found = [
        kinship
        for (left, mine), (right, theirs) in pairs(*sides)
        if (kinship := _between(left, right, mine, theirs, rules)) is not None
    ]
    least = rules.one_event if min(len(one), len(other)) > 1 else rules.one_report
    return bool(found) and _score(found, len(one) * len(other), rules) >= least


def kinship(one: EventReport, other: EventReport, rules: GroupingRules = RULES) -> int:
    """Of two reports of one event; the same whichever comes first."""
    found = _between(one, other, news_of(one), news_of(other), rules)
    return rules.stranger if found is None else found


def _between(
    one: EventReport,
    other: EventReport,
    news: Mapping[str, int],
    its_news: Mapping[str, int],
    rules: GroupingRules,
) -> int | None:
    """None of strangers."""
    like = max(likeness(one, other, news, its_news), senses.likeness(one, other))
    return _kinship(one, Likeness(other, like, 0), _Headline.of(one), rules) if like >= STRANGE else None


def hopes_of(new: EventReport, near: Neighbours, rules: GroupingRules) -> Column:
    """Places of those that are near enough if their days agree. No event is more like the new one than its
    nearest report.
    """
    columns = near.columns
    crowd = rules.crowd * (new.crowd + columns[CROWD]) // 2_000
    hours = abs(columns[SEEN] - microseconds(new.seen_at)) / DAY_US
    dates = abs(columns[DATE] - new.seen_at.toordinal())
    days = (rules.calendar * dates + (1_000 - rules.calendar) * hours) / 1_000
    busy = abs(columns[NUMBER] - new.number) / rules.day_reports
    late = np.minimum(
        days, np.minimum(np.maximum(busy, days * rules.quiet_day / 1_000), rules.most_days / 1_000)
    )
    most = columns[COSINE] + max(0, rules.same_day) - crowd - np.rint(rules.day * late)
    return np.flatnonzero(most >= rules.same_event)


def _fits(
    new: EventReport, near: Neighbours, events: Mapping[str, Sequence[str]], rules: GroupingRules
) -> Iterator[tuple[int, str]]:
    """How badly a report fits events, by their stories."""
    if not events:
        return
    mine, numbers = _Headline.of(new), near.all.stories
    for event, stories in events.items():
        among = near.places_of([numbers[story] for story in stories if story in numbers])
        scores = [_kinship(new, near.like(one), mine, rules) for one in among]
        yield -_score(scores, len(stories), rules), event


class _Headline(NamedTuple):
    """What a report that is laid beside several has in its headline."""

    people: frozenset[str]
    figures: frozenset[str]

    @classmethod
    def of(cls, report: EventReport) -> "_Headline":
        return cls(people_of(report), figures_of(report))


def _kinship(one: EventReport, other: Likeness, mine: _Headline, rules: GroupingRules) -> int:
    """Likeness and agreement, less the crowd around both and the time between them."""
    if are_instalments(one, other.report):
        return _NEVER
    late = round(rules.day * _days(one, other.report, rules))
    crowd = rules.crowd * (one.crowd + other.report.crowd) // 2_000
    agreement = _agreement(one, other.report, rules)
    return other.cosine + agreement - _others(one, other.report, mine, rules) - crowd - late


def _others(one: EventReport, other: EventReport, mine: _Headline, rules: GroupingRules) -> int:
    """What it takes off that the headlines are of other people, or on another date of other figures, or that
    little but a name is the same.
    """
    off = 0
    if mine.people and mine.people.isdisjoint(other.words):
        theirs = people_of(other)
        off += rules.other_people * bool(theirs and theirs.isdisjoint(one.words))
    if one.seen_at.toordinal() != other.seen_at.toordinal():
        off += rules.off_by_term * beyond(one, other, rules.most_by_term) // 1_000
        theirs = figures_of(other) if mine.figures else mine.figures
        off += rules.other_figures * bool(theirs and theirs.isdisjoint(mine.figures))
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
    return min(days, max(busy, days * rules.quiet_day / 1_000), rules.most_days / 1_000)


def _score(scores: Sequence[int], size: int, rules: GroupingRules) -> int:
    """Of the kinships with those that are no strangers among so many. No event has two instalments."""
    if min(scores, default=0) <= _NEVER:
        return _NEVER
    size = max(size, len(scores))
    count = max(1, -(-rules.nearest * size // 1_000))
    nearest = sorted(scores, reverse=True)[:count]
    average = (sum(nearest) + (count - len(nearest)) * rules.stranger) // count
    return ((1_000 - rules.average) * nearest[0] + rules.average * average) // 1_000


def _storyline(new: EventReport, near: Neighbours, homes: Homes, rules: GroupingRules) -> str:
    """That of the report with which it shares the rarest words, the headline's and the rarest people,
    crowd or not.
    """
    people, least, found = rules.storyline_people, rules.same_storyline, [(0, "")]
    # Those that even all of its people would not bring near enough are not looked at.
    lacks, fast = least - max(0, people) * sum(new.people.values()), kernels.module("grouping")
    places, likes = (fast.chains if fast else chains)(near.columns, rules.storyline_headline, lacks)
    for one, like in zip(places.tolist(), likes.tolist(), strict=True):
        old = near.report(one)
        akin = like + people * share_people(new, old)
        if akin >= least and (line := homes.storyline_of(homes.event_of(old.story_id))):
            found.append((akin, line))
    return max(found)[1]


def chains(columns: Columns, headline: int, least: int) -> tuple[Column, Column]:
    """Places of those that share so much with a report but for its people, and how much."""
    likes = columns[AFFINITY] + headline * columns[TOLD]
    places = np.flatnonzero(likes >= least)
    return places, likes[places]
