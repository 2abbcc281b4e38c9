"""Words and numbers as templates write them. Pure; times are UTC throughout."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from services.desk.addresses import exact
from services.desk.pages.agencies import agency, because, reason
from services.desk.pages.languages import language_name
from services.desk.text.signs import legible, runs

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_UNITS = {"d": _DAY, "h": _HOUR, "min": _MINUTE}
_DATE = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
_STATUS = re.compile(r"http_(\d{3})")
_THIN = "\u202f"
_NOBREAK = "\u00a0"


def day(at: datetime) -> str:
    return f"{at:%A}, {at.day} {at:%B} {at.year}"


def moment(at: datetime, near: datetime | None = None) -> str:
    """As short as can be told from `near`: the time alone on the same day, no year within it."""
    clock = f"{at:%H:%M}"
    if near is not None and at.date() == near.date():
        return clock
    return f"{_date(at, near)}, {clock}"


def _date(at: datetime, near: datetime | None) -> str:
    year = "" if near is not None and at.year == near.year else f" {at.year}"
    return f"{at.day}{_NOBREAK}{at:%b}{year}"


def dated(at: datetime, near: datetime | None = None) -> str:
    """As its publisher dates it: midnight is a day of which no time is told."""
    return moment(at, near) if at.time() != time() else _date(at, near)


def tick(at: datetime, whole_day: bool) -> str:
    return f"{at.day} {at:%b}" if whole_day else f"{at:%H:%M}"


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def minute(at: datetime) -> str:
    """As `at=` and a field for date and time take it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M}"


def lapse(seconds: float) -> str:
    whole = int(abs(seconds))
    if whole < _MINUTE:
        return f"{whole}{_NOBREAK}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}{_NOBREAK}min"
    if whole < _DAY:
        minutes = whole % _HOUR // _MINUTE
        return f"{whole // _HOUR}{_NOBREAK}h" + (f"{_NOBREAK}{minutes:02d}" if minutes else "")
    hours = whole % _DAY // _HOUR
    return f"{whole // _DAY}{_NOBREAK}d" + (f"{_NOBREAK}{hours}{_NOBREAK}h" if hours else "")


def roughly(seconds: float) -> str:
    """Of what is known to a tenth: its largest unit alone."""
    for unit, much in (("d", 2 * _DAY), ("h", 2 * _HOUR), ("min", _MINUTE)):
        if abs(seconds) >= much:
            return f"{round(abs(seconds) / _UNITS[unit])}{_NOBREAK}{unit}"
    return lapse(seconds)


def number(value: float) -> str:
    """Thousands set apart by a thin space; no more places than it has."""
    digits = f"{value:,.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
    return digits.replace(",", _THIN)


def count(value: int, one: str, many: str = "") -> str:
    return f"{number(value)}{_NOBREAK}{one if value == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """0 to 1. Neither nothing nor all is said of what is nearly so."""
    whole = round(100 * share)
    if 0 < share < 1:
        whole = min(99, max(1, whole))
    return f"{whole}{_NOBREAK}%"


def size(octets: int) -> str:
    for unit, much in (("MB", 1_000_000), ("kB", 1_000)):
        if octets >= much:
            return f"{octets / much:.1f}{_NOBREAK}{unit}"
    return f"{octets}{_NOBREAK}B"


def beside(line: str, title: str) -> str:
    """What a line of when, where and what says beside the title, with its date as pages write dates."""
    rest = (line.replace(title, "") if title else line).strip(" ·:,")
    return _DATE.sub(_dated, rest)


def _dated(match: re.Match[str]) -> str:
    try:
        at = date.fromisoformat(match.group())
    except ValueError:
        return match.group()
    return f"{at.day}{_NOBREAK}{at:%B}{_NOBREAK}{at.year}"


def plain(slug: str) -> str:
    """A reason as records write it, for people."""
    found = _STATUS.fullmatch(slug)
    return f"the server answers {found.group(1)}" if found else slug.replace("_", " ").replace("-", " ")


def outward(url: str) -> str:
    """The address if it may be a link: http or https, to a host, without user or password. Else empty."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    plain = parts.scheme in {"http", "https"} and parts.netloc and "@" not in parts.netloc
    return url.encode(errors="replace").decode() if plain and legible(url) == url else ""


def language(code: str) -> str:
    """For a `lang` attribute; empty, which means unknown, for what is none."""
    return code if code != "und" and _LANGUAGE.fullmatch(code) else ""


def put(path: str, name: str, value: str) -> str:
    """The same page with one parameter of its query set, from its first page on."""
    place, _, query = path.partition("?")
    kept = [(n, v) for n, v in parse_qsl(query, keep_blank_values=True) if n not in {name, "page"}]
    return f"{place}?{urlencode([*kept, (name, value)])}"


def without(path: str, name: str) -> str:
    """The same page without one parameter of its query."""
    place, _, query = path.partition("?")
    kept = [(n, v) for n, v in parse_qsl(query, keep_blank_values=True) if n != name]
    return f"{place}?{urlencode(kept)}" if kept else place


def segment(text: str) -> str:
    """As one part of a path."""
    return quote(text, safe="", errors="replace")


FILTERS: dict[str, Callable[..., Any]] = {
    one.__name__: one
    for one in (
        agency, because, reason,
        day, moment, dated, tick, iso, exact, minute, lapse, roughly, number, count, percent, size,
        beside, plain, outward, language, language_name, put, without, segment, legible, runs,
    )
}  # fmt: skip
