"""What shows once more reports have come: that an event holds two happenings, or a report that strayed in.

The reports of a happening are more alike than they are like those of another one, however much both are
like in a week in which all write of an affair. And they have words in common that those of another one lack:
two affairs of the same people share names, and neither tells what the other is about, while what is said of a
happening, or follows from it, tells it again.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations

from services.contracts.events import EventReport
from services.enrich.events.grouping import RULES, GroupingRules, kinship
from services.enrich.events.reports import news_of

FEWEST, MOST = 3, 24
"""Of an event that is looked at so: of two reports none is more alike than both, and of many one more tells
little.
"""
_COMMON = 600
"""In how many thousandths of the reports of a part a word is that they have in common."""
_AT_HAND = 1 << 12
Kinship = Callable[[EventReport, EventReport], int]
_Part = tuple[int, ...]


class Kinships:
    """Of the pairs that were asked for lately: of an event that grows most are asked for again."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], int] = {}

    def __call__(self, one: EventReport, other: EventReport) -> int:
        pair = one.number, other.number
        found = self._known.get(pair)
        if found is None:
            if len(self._known) >= _AT_HAND:
                self._known.clear()
            found = self._known[pair] = kinship(one, other)
        return found


def strayed(
    reports: Sequence[EventReport], kinship_of: Kinship = kinship, rules: GroupingRules = RULES
) -> list[EventReport]:
    """Those of an event that tell of another happening than most of it; of two parts of a size the later one.

    `reports`: by number.
    """
    if not FEWEST <= len(reports) <= MOST:
        return []
    kin = {
        pair: kinship_of(reports[pair[0]], reports[pair[1]]) for pair in combinations(range(len(reports)), 2)
    }
    first, second = _parts(len(reports), kin)
    tight = min(_mean(kin, part) for part in (first, second) if len(part) > 1)
    between = [kin[_pair(one, other)] for one in first for other in second]
    near = (1_000 - rules.average) * max(between) + rules.average * sum(between) / len(between)
    sides = [[reports[place] for place in sorted(part)] for part in (first, second)]
    if near >= max(rules.parted, rules.apart_by * _untold(*sides) // 1_000) * tight:
        return []
    return sides[len(second) <= len(first)]


def _untold(one: Sequence[EventReport], other: Sequence[EventReport]) -> int:
    """How much of what either part tells the other does not tell, in thousandths: the lesser share."""
    if min(len(one), len(other)) < 2:
        return 0
    return min(lacks(other, one), lacks(one, other))


def lacks(part: Sequence[EventReport], other: Sequence[EventReport]) -> int:
    """How much a part lacks of the words that the reports of the other have in common, by the squares of what
    they weigh as news, in thousandths; 0 where they have none. One report has nothing in common.
    """
    weights: Counter[str] = Counter()
    uses: Counter[str] = Counter()
    for report in other:
        for word, weight in news_of(report).items():
            weights[word] += weight**2
            uses[word] += 1
    fewest = max(2, -(-_COMMON * len(other) // 1_000))
    common = {word: weights[word] for word, count in uses.items() if count >= fewest}
    missed = sum(weight for report in part for word, weight in common.items() if word not in report.words)
    return 1_000 * missed // max(1, len(part) * sum(common.values()))


def _parts(count: int, kin: dict[tuple[int, int], int]) -> tuple[_Part, _Part]:
    """The two that are left when the most alike on average are put together again and again; the first report
    is in the first.
    """
    parts: list[_Part] = [(place,) for place in range(count)]
    sums = {pair: kin[pair] for pair in kin}
    while len(parts) > 2:
        left, right = max(
            combinations(range(len(parts)), 2),
            key=lambda pair: sums[pair] / (len(parts[pair[0]]) * len(parts[pair[1]])),
        )
        joined = parts[left] + parts[right]
        rest = [place for place in range(len(parts)) if place != right]
        sums = {
            (new_one, new_other): sums[_pair(one, other)]
            + (sums[_pair(right, other)] if one == left else 0)
            + (sums[_pair(one, right)] if other == left else 0)
            for (new_one, one), (new_other, other) in combinations(enumerate(rest), 2)
        }
        parts = [joined if place == left else parts[place] for place in rest]
    return parts[0], parts[1]


def _mean(kin: dict[tuple[int, int], int], part: _Part) -> float:
    within = [kin[_pair(one, other)] for one, other in combinations(part, 2)]
    return sum(within) / len(within)


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)
