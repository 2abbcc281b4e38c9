"""Time stamps as publishers write them, to moments in UTC.

Every word and number of a stamp must be understood, or it is none: a date is right or it is not there.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from services.ingest.text.months import is_weekday, month
from services.ingest.text.zones import is_zone, minutes_east

MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime.fromtimestamp(0, UTC)
MAX_STAMP = 200
"""Characters; what is longer is no date."""
FIRST_YEAR, LAST_YEAR = 1800, 2200
MAX_OFFSET = 14 * 60
"""Minutes (Kiribati)."""


class Stamp(NamedTuple):
    at: datetime
    """In UTC; of a day alone its midnight."""
    exact: bool
    """A clock time whose zone is stated. False: a day alone, the coarser statement."""


def moment(stamp: str) -> datetime | None:
    """An RFC 3339 or ISO 8601 time as UTC, for what machines write for machines (WARC, archives).

    A date alone is its midnight, a time without a zone is UTC; None where it is neither.
    """
    try:
        read = datetime.fromisoformat(stamp.strip())
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_stamp(text: str) -> Stamp | None:
    """A stamp of whatever form; None where it is none, and for a clock time whose zone nobody tells.

    RFC 822, 850 and 3339, ISO 8601, asctime, JavaScript, seconds or milliseconds since 1970, months by
    name in the languages of Europe. Numbers alone: year first, or day first with dots; with slashes or
    hyphens only where a number over 12 tells the day from the month.
    """
    text = " ".join(text.split())
    if not 6 <= len(text) <= MAX_STAMP:
        return None
    try:
        return _epoch(text) if _EPOCH.fullmatch(text) else _read(text)
    except (ValueError, OverflowError):
        return None


_EPOCH = re.compile(r"(\d{10})(\d{3})?(?:\.\d{1,9})?")
_COMMENT = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_CLOCK = re.compile(
    r"(?<![\d:])(?P<hour>\d{1,2})\s?[:hH]\s?(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?![\d:])"
)
_BASIC = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})[Tt](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?(?=$|[Zz+\-\u2212 ])"
)
_HALF = re.compile(r"\b([ap])\.?\s?m\b\.?", re.IGNORECASE)
_OFFSET = re.compile(r"(?<![\d.])([+\-\u2212])\s?(\d{1,2})(?::?(\d{2}))?(?![\d.:/-])")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})([-/.]|年|년)\s?(\d{1,2})(?:\2|月|월)\s?(\d{1,2})(?:[.日일]|(?!\d))")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4})(?!\d)")
_SOLID = re.compile(r"\d{8}")
_WORD = re.compile(r"\d+|[^\W\d_]+(?:[.'\u2019](?=[^\W\d_]))?[^\W\d_]*")
_FILLERS = frozenset(
    "de del di do da a à às as las alle ore um uhr kl klo om o of the den der le il el dia on at st nd rd th"
    " er º ª г год року".split()  # noqa: RUF001 - Russian and Ukrainian for "year"
)


def _epoch(text: str) -> Stamp | None:
    match = _EPOCH.fullmatch(text)
    assert match
    millis = int(match[2] or 0)
    return _within(EPOCH + timedelta(seconds=int(match[1]), milliseconds=millis), exact=True)


def _within(at: datetime, *, exact: bool) -> Stamp | None:
    """The beginning of 1970, and of our era, are what programs write for "no date"."""
    return Stamp(at, exact) if FIRST_YEAR <= at.year <= LAST_YEAR and at != EPOCH else None


def _read(text: str) -> Stamp | None:
    clock = _Clock()
    text = clock.taken_from(text)
    day, text = _day(text)
    if day is None or not clock.understood(text):
        return None
    if clock.time is None:
        return _within(day, exact=False) if clock.offset is None else None
    if clock.offset is None:
        return None
    return _within(day + clock.time - timedelta(minutes=clock.offset), exact=True)


class _Clock:
    """Time of day and zone of a stamp, as they are found."""

    def __init__(self) -> None:
        self.time: timedelta | None = None
        self.offset: int | None = None
        self._named: int | None = None
        self._vague = False

    def taken_from(self, text: str) -> str:
        """The text without what was understood of it; a date in its place stays."""
        text = text.replace("\u2212", "-")
        comment = _COMMENT.search(text)
        if comment:
            text = text[: comment.start()]
        text = _BASIC.sub(_spelt_out, text)
        match = _CLOCK.search(text)
        if match is None:
            return text
        before, after = text[: match.start()], text[match.end() :]
        half, after = _half(after)
        self.time = _time_of_day(match, half)
        before, after = self._zone(before, after)
        if self.offset is None and comment:
            self._name(comment[1].strip())
        return f"{before} {after}"

    def _zone(self, before: str, after: str) -> tuple[str, str]:
        match = _OFFSET.search(after)
        if match:
            self.offset = _minutes(match)
            after = f"{after[: match.start()]} {after[match.end() :]}"
        return before, after

    def _name(self, name: str) -> None:
        minutes = minutes_east(name)
        if minutes is None:
            self._vague = True
        elif self._named is None:
            self._named = minutes

    def understood(self, rest: str) -> bool:
        """Whether what is left of the text are weekdays, zones and small words."""
        for word in _WORD.findall(rest):
            if self.time is not None and is_zone(word) and word.isupper() | (word == "z"):
                self._name(word)
            elif not (word.casefold() in _FILLERS or is_weekday(word)):
                return False
        if self.offset is None and not self._vague:
            self.offset = self._named
        return True


def _spelt_out(match: re.Match[str]) -> str:
    year, of_year, day, hour, minute, second, fraction = match.groups(default="00")
    return f"{year}-{of_year}-{day} {hour}:{minute}:{second}.{fraction} "


def _half(after: str) -> tuple[str, str]:
    match = _HALF.match(after.lstrip())
    return (match[1].lower(), after.lstrip()[match.end() :]) if match else ("", after)


def _time_of_day(match: re.Match[str], half: str) -> timedelta:
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if half == "a" and hour > 12:
        raise ValueError("no hour before noon")
    if half:
        hour = hour if hour > 12 else hour % 12 + (12 if half == "p" else 0)
    midnight_after = hour == 24 and not minute and not second
    if minute > 59 or second > 60 or (hour > 23 and not midnight_after):
        raise ValueError("no time of day")
    fraction = int((match["fraction"] or "0")[:6].ljust(6, "0"))
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=fraction)


def _minutes(match: re.Match[str]) -> int:
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    if minutes > MAX_OFFSET or int(match[3] or 0) > 59:
        raise ValueError("no offset")
    return -minutes if match[1] == "-" else minutes


def _day(text: str) -> tuple[datetime | None, str]:
    """Midnight of the date in a text, as if in UTC, and the text without it."""
    match = _YEAR_FIRST.search(text)
    if match:
        return _date(match[1], int(match[3]), match[4]), _without(text, match)
    match = _YEAR_LAST.search(text)
    if match:
        return _day_first(match), _without(text, match)
    if _SOLID.fullmatch(text.strip()):
        solid = text.strip()
        return _date(solid[:4], int(solid[4:6]), solid[6:]), ""
    return _by_name(text)


def _date(year: str, number: int, day: str) -> datetime:
    return datetime(int(year), number, int(day), tzinfo=UTC)


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def _day_first(match: re.Match[str]) -> datetime | None:
    one, other = int(match[1]), int(match[3])
    if match[2] == "." or one > 12 or one == other:
        return _date(match[4], other, match[1])
    return _date(match[4], one, match[3]) if other > 12 else None


def _by_name(text: str) -> tuple[datetime | None, str]:
    """A date whose month is a word: day and year are the numbers, the day first where both may be it."""
    words = list(_WORD.finditer(text))
    numbers = [match for match in words if match[0].isdigit()]
    # A weekday may be called like a month ("mar"): it stands before the day.
    named = [(match, found) for match in words if not match[0].isdigit() and (found := month(match[0]))]
    if len(numbers) != 2 or not named:
        return None, text
    match, number = named[-1]
    day, year = numbers if len(numbers[0][0]) < 3 else reversed(numbers)
    left = "".join(" " if one in {match, *numbers} else f"{one[0]} " for one in words)
    return _date(_full_year(year[0]), number, day[0]), left


def _full_year(year: str) -> str:
    """RFC 2822, 4.3."""
    if len(year) == 2:
        return f"{'20' if int(year) < 50 else '19'}{year}"
    if len(year) != 4:
        raise ValueError("no year")
    return year
