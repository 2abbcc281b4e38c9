"""Names that CLDR has in every language handled: months and weekdays, countries, cities of time zones.

They are kept in a file, which is read at once; babel takes a fifth of a second to come to them. To write it
anew: `python -m services.enrich.facts.cldr > services/enrich/facts/cldr.json`.
"""

import sys
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from babel import Locale

_LANGUAGES = (
    "de en fr es it pt nl da sv nb fi pl cs sk hu ro bg el ru uk sr hr tr ar fa he hi bn th vi id zh zh_Hant "
    "ja ko"
).split()  # fmt: skip
_NO_COUNTRIES = frozenset(
    {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO", "AC", "TA", "DG", "EA", "IC", "CP", "CQ"}
)
_AREAS = ("Africa/", "America/", "Asia/", "Australia/", "Europe/", "Pacific/Auckland", "Pacific/Honolulu")
_NOT_CITIES = frozenset(
    {"Center", "Vatican", "Troll", "Monaco", "Man", "Mali", "Easter", "Nome", "Reunion", "Jersey"}
)


class CldrNames(msgspec.Struct, frozen=True):
    calendar: tuple[str, ...]
    """In lower case."""
    weekdays: dict[str, int]
    """Case folded, from Monday as 0. Of a word with two meanings the first, by language."""
    months: dict[str, int]
    """The same, from 1."""
    countries: dict[str, str]
    """Name as written to ISO 3166-1 alpha-2. Of two codes with one name the first in the alphabet."""
    cities: dict[str, str]
    """Name as written to the one that its time zone has in tz."""


@cache
def names() -> CldrNames:
    return msgspec.json.decode(files(__package__).joinpath("cldr.json").read_bytes(), type=CldrNames)


def names_in_babel() -> CldrNames:
    from babel import Locale

    locales = [Locale.parse(language) for language in _LANGUAGES]
    countries: dict[str, str] = {}
    cities: dict[str, str] = {}
    for locale in locales:
        for name, code in _countries(locale):
            countries.setdefault(name, code)
        for name, key in _cities(locale):
            cities.setdefault(name, key)
    tables = [table for locale in locales for table in (locale.months, locale.days)]
    calendar = {name.lower() for table in tables for name in table["format"]["wide"].values()}
    weekdays, months = _days(locales)
    return CldrNames(tuple(sorted(calendar)), weekdays, months, countries, cities)


def _days(locales: "list[Locale]") -> tuple[dict[str, int], dict[str, int]]:
    weekdays: dict[str, int] = {}
    months: dict[str, int] = {}
    for locale in locales:
        for form in ("format", "stand-alone"):
            for found, others, table in ((weekdays, months, locale.days), (months, weekdays, locale.months)):
                for number, name in table[form]["wide"].items():
                    word = name.casefold()
                    if word not in others and not word.isdigit():
                        found.setdefault(word, number)
    return weekdays, months


def _countries(locale: "Locale") -> Iterator[tuple[str, str]]:
    for code, name in sorted(locale.territories.items()):
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES and len(name) > 1:
            yield name, code


def _cities(locale: "Locale") -> Iterator[tuple[str, str]]:
    for zone, named in locale.time_zones.items():
        key = zone.rpartition("/")[2].replace("_", " ")
        if zone.startswith(_AREAS) and key not in _NOT_CITIES:
            yield from ((name, key) for name in (named.get("city"), key) if name)


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(names_in_babel()), indent=1) + b"\n")
