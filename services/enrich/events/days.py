"""The days that a report names: those on which that happened which it tells of."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

from services.enrich.facts.cldr import names

_BACK, _AHEAD = 7, 1
"""A named day is one of the week before a report was seen, or the next; others are background or plans."""
_HEAD = 6
"""Letters of a weekday from which on it is known in a compound."""
_TAILS = ("s", "abend", "früh", "mittag", "morgen", "nachmittag", "nacht", "vormittag")
"""What German writes together with a weekday."""
_WORDS_AT_HAND = 1 << 16
_DAYS_OF_A_MONTH = frozenset(map(str, range(1, 32)))
_YEAR = 366 * timedelta(days=1)


class _Mark(NamedTuple):
    """A word that may tell a day: a weekday from 0, or a month from 1."""

    weekday: int | None = None
    month: int | None = None


Behind = Callable[[int], str]
"""What stands behind the word of a place."""


def days_named(
    words: Sequence[str], places: Sequence[int], behind: Behind, lead: int, seen: date
) -> tuple[int, ...]:
    """Ordinals of the days named among the first `lead` words, else of the first that is named later.
    `places`: of words that may tell a day, ascending.

    A weekday is the last one of that name up to `seen`.
    """
    found: set[int] = set()
    for place, day in _mentions(words, places, behind, seen):
        if place >= lead and found:
            break
        if -_AHEAD <= (seen - day).days <= _BACK:
            found.add(day.toordinal())
    return tuple(sorted(found))


@cache
def heads_of_days(letters: int) -> frozenset[str]:
    """Folded words that may tell a day, so many letters of each: at these one has to look closer."""
    assert letters <= _HEAD, "of a compound no more is known"
    return frozenset(name[:letters] for name in _names()) | _DAYS_OF_A_MONTH


def _mentions(
    words: Sequence[str], places: Sequence[int], behind: Behind, seen: date
) -> Iterator[tuple[int, date]]:
    """With the place of the word, in order."""
    for place in places:
        mark = _mark(words[place])
        if mark is None:
            continue
        if mark.weekday is not None:
            yield place, seen - timedelta(days=(seen.weekday() - mark.weekday) % 7)
            continue
        if mark.month is None:
            day = _in_digits(words, behind, place, seen)
        else:
            around = (*words[max(place - 1, 0) : place], *words[place + 1 : place + 2])
            number = next((word for word in around if word in _DAYS_OF_A_MONTH), "")
            day = _nearest(seen, mark.month, int(number)) if number else None
        if day is not None:
            yield place, day


@lru_cache(maxsize=_WORDS_AT_HAND)
def _mark(word: str) -> _Mark | None:
    if word in _DAYS_OF_A_MONTH:
        return _Mark()
    folded = word.casefold()
    known = _names()
    if folded in known:
        return known[folded]
    if folded[:_HEAD] not in _heads():
        return None
    head = next((name for name in known if len(name) >= _HEAD and folded.startswith(name)), None)
    if head is None or known[head].weekday is None:
        return None
    return known[head] if folded[len(head) :] in _TAILS else None


@cache
def _names() -> dict[str, _Mark]:
    """In every language handled."""
    kept = names()
    weekdays = {name: _Mark(weekday=number) for name, number in kept.weekdays.items()}
    return weekdays | {name: _Mark(month=number) for name, number in kept.months.items()}


@cache
def _heads() -> frozenset[str]:
    return frozenset(name[:_HEAD] for name, mark in _names().items() if mark.weekday is not None)


def _in_digits(words: Sequence[str], behind: Behind, place: int, seen: date) -> date | None:
    """A date such as 31.10. or 31. 10. 2024."""
    month = words[place + 1] if place + 1 < len(words) else ""
    if not (month.isdecimal() and len(month) <= 2 and 1 <= int(month) <= 12):
        return None
    if behind(place) not in (".", ". ") or not behind(place + 1).startswith("."):
        return None
    return _nearest(seen, int(month), int(words[place]))


def _nearest(seen: date, month: int, day: int) -> date | None:
    """The day of that name that is nearest; None where there is none around."""
    around = []
    for year in {(seen - _YEAR / 2).year, (seen + _YEAR / 2).year}:
        try:
            around.append(date(year, month, day))
        except ValueError:
            continue
    return min(around, key=lambda one: abs(one - seen), default=None)
