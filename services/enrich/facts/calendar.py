"""Names of months and weekdays: no names of anybody, in no language."""

from functools import cache

from services.enrich.facts.cldr import names


def is_calendar(word: str) -> bool:
    """`word`: in lower case."""
    return word in _calendar()


@cache
def _calendar() -> frozenset[str]:
    return frozenset(names().calendar)
