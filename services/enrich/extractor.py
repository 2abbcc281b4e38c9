"""Who reads what a text says: the rules, or a function of the user's in their place.

What such a function gives is data from outside: it is checked and held to the bounds of the rules. Where
it raises, or gives no facts, the rules read the text, and the failure is counted.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from services.contracts.facts import Facts, Name
from services.enrich.facts import figures, keywords, names, quotes, sources
from services.enrich.facts.extract import Copy, facts, facts_of
from services.enrich.failures import Failures

Extract = Callable[[str, str, str], Facts]
"""Title, text and language of a version to what it says."""
LONGEST = 400
"""Characters of a string, as of a lead."""
_MOST = {
    "names": names.MOST,
    "variants": names.MOST,
    "figures": figures.MOST,
    "quotes": quotes.MOST,
    "keywords": keywords.MOST,
    "sources": sources.MOST,
}
_EXACT = 2**53
"""Whole numbers up to here are exact wherever they are read, and sums of them can be written."""
_CODE = re.compile("[A-Z]{2}")


class NamedExtract(NamedTuple):
    """A function in the place of the rules. Tasks in several threads call it."""

    name: str
    """As `enrich.extractor` says it."""
    extract: Extract


class Reading(NamedTuple):
    """What a text says, and who says so."""

    facts: Facts
    extractor: str = ""
    """Empty: the rules."""


class Extractor:
    """Of one task."""

    def __init__(self, named: NamedExtract | None = None) -> None:
        self._named = named
        name = named.name if named else ""
        self.failures = Failures("enrich.extractor", name, "the rules read the text")

    def read_all(self, texts: Sequence[Copy]) -> list[Reading]:
        if self._named is None:
            return list(map(Reading, facts_of(texts)))
        return [self.read(*one) for one in texts]

    def read(self, title: str, text: str, language: str) -> Reading:
        if self._named is not None:
            try:
                said = checked_facts(self._named.extract(title, text, language))
            except Exception as error:  # noqa: BLE001 - whatever it raises, the story is told
                self.failures.note(error)
            else:
                return Reading(said, self._named.name)
        return Reading(facts(title, text, language))


def checked_facts(given: object) -> Facts:
    """With the bounds of the rules. Raises `ValueError` and others for what is none."""
    # Through JSON and back, as it will be kept: what cannot be written and read is found here.
    said = msgspec.convert(_cut(msgspec.json.decode(msgspec.json.encode(given))), Facts)
    named = tuple(_with_code(name) for name in said.names if name.name.strip())
    return msgspec.structs.replace(said, names=named)


def _with_code(name: Name) -> Name:
    return name if _CODE.fullmatch(name.code) else msgspec.structs.replace(name, code="")


def _cut(value: Any, most: int | None = None) -> Any:
    match value:
        case str():
            return value[:LONGEST]
        case list():
            return [_cut(one) for one in value[:most]]
        case dict():
            return {key: _cut(one, _MOST.get(key)) for key, one in value.items()}
        case int():
            return max(-_EXACT, min(value, _EXACT))
    return value
