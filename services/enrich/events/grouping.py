"""Whether a report tells of a happening that is known, or of another one in the same affair.

How alike two reports of one happening are depends on what else is written in those days: where nobody
else writes of the affair, a third of the words is much; in the week in which all write of it, half of
them is little. So the likeness of two reports is taken less the crowd around both: how like them the
reports of the last days are that are most like them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

MILLION = 1_000_000
_DAY = timedelta(days=1)


class Neighbour(NamedTuple):
    """An earlier report that is no stranger, and where it belongs."""

    text: int
    """Cosine of the texts, in millionths; likewise of the titles."""
    title: int
    apart: timedelta
    crowd: int
    """Around it, when it came."""
    event: str
    """Empty where its story is in none any more."""
    storyline: str
    """Empty where that takes no more events."""


class GroupingRules(NamedTuple):
    """One setting for all streams. Shares are in thousandths, likenesses in millionths."""

    title: int = 200
    """What the titles count in a likeness; the texts count the rest."""
    crowd: int = 1_800
    """How much of the crowd is taken off."""
    crowd_size: int = 20
    crowd_days: int = 5
    day: int = 40_000
    """What each day between two reports takes off, beyond the first half day."""
    all: int = 500
    """What the average over all reports of an event counts; the nearest of them counts the rest."""
    stranger: int = -100_000
    """What a report of the event counts for that has nothing in common with the new one."""
    same_event: int = 70_000
    same_storyline: int = 200_000
    storyline_day: int = 10_000


RULES = GroupingRules()


class Place(NamedTuple):
    """Where a report belongs."""

    crowd: int
    event: str
    """Empty where it tells of something new."""
    storyline: str
    """Of the affair, where the happening is new; empty where the affair is new too."""


def likeness(text: int, title: int, rules: GroupingRules = RULES) -> int:
    return ((1_000 - rules.title) * text + rules.title * title) // 1_000


def place(near: Sequence[Neighbour], sizes: Mapping[str, int], rules: GroupingRules = RULES) -> Place:
    """`sizes`: stories of each event."""
    alike = [(other, likeness(other.text, other.title, rules)) for other in near]
    crowd = _crowd([like for other, like in alike if other.apart <= rules.crowd_days * _DAY], rules)
    scores: defaultdict[str, list[int]] = defaultdict(list)
    chains: dict[str, int] = {}
    for other, like in alike:
        if not other.event:
            continue
        late = max(0, int((other.apart - _DAY / 2) / _DAY * rules.day))
        scores[other.event].append(like - rules.crowd * (crowd + other.crowd) // 2_000 - late)
        chained = like - int(other.apart / _DAY * rules.storyline_day)
        chains[other.storyline] = max(chained, chains.get(other.storyline, chained))
    best = max(((_score(s, sizes[event], rules), event) for event, s in scores.items()), default=None)
    chain = max(((like, line) for line, like in chains.items() if line), default=None)
    return Place(
        crowd,
        best[1] if best and best[0] >= rules.same_event else "",
        chain[1] if chain and chain[0] >= rules.same_storyline else "",
    )


def _crowd(likenesses: Sequence[int], rules: GroupingRules) -> int:
    return sum(sorted(likenesses, reverse=True)[: rules.crowd_size]) // rules.crowd_size


def _score(scores: Sequence[int], size: int, rules: GroupingRules) -> int:
    strangers = max(0, size - len(scores))
    average = (sum(scores) + strangers * rules.stranger) // (len(scores) + strangers)
    return ((1_000 - rules.all) * max(scores) + rules.all * average) // 1_000
