"""Names of months and weekdays: no names of anybody, in no language."""

from functools import cache

from babel import Locale

from services.enrich.facts.countries import LANGUAGES


def is_calendar(word: str) -> bool:
    """`word`: in lower case."""
    return word in _names()


@cache
def _names() -> frozenset[str]:
    locales = [Locale.parse(language) for language in LANGUAGES]
    tables = [table for locale in locales for table in (locale.months, locale.days)]
    return frozenset(name.lower() for table in tables for name in table["format"]["wide"].values())
