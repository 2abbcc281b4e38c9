"""Who and what copy names: people, organisations, places, countries; variants within one text folded."""
# ruff: noqa: RUF001 - typographic apostrophes and letters of many scripts

import re
from collections import Counter
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from services.contracts.facts import Name, NameKind
from services.enrich.facts.calendar import is_calendar
from services.enrich.facts.places import place_of, spelt_places
from services.enrich.facts.unparted import is_unparted, unparted_names
from services.enrich.facts.wording import words

MOST = 24
"""Names told of one text."""
SCANNED = 6_000
"""Characters of a text that are looked at."""
UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪİĶŁĻŃŅŇŌŐŘŚŞŠŢŤŪŮŰŹŻŽȘȚА-ЯЁЄІЇҐЎЂЋЏЉЊΑ-ΩΆΈΉΊΌΎΏ"
_WORD = rf"[{UPPER}][\w'’-]*"
_PARTICLE = "(?:von der|von|van der|van|de la|de|da|di|del|dos|du|al|el|bin|ben|ibn|zu)"
_RUN = re.compile(rf"{_WORD}(?: (?:(?:{_PARTICLE}|[{UPPER}]\.) )?{_WORD})*")
_NUMERAL = re.compile("[IVXLCDM]+")
_NOUN = re.compile(r"(?:ung|heit|keit|schaft|tion|ismus|tät|nis|tum|ment|enz|anz|erei|ungen|en)$")
_GIVEN = frozenset(files(__package__).joinpath("given.txt").read_text(encoding="utf-8").split())
_CAPITAL_NOUNS = frozenset({"de", "lb"})
"""Languages that write every noun with a capital."""
_LONGEST = 5
_ACRONYM = 6
_SHORT = 4
_POSSESSIVE = frozenset(("'s", "’s"))
_CYRILLIC = "\u0400"
"""Words from here on have cases that change their ends."""
_REMEMBERED = 32_768
_Key = tuple[str, NameKind, str]


class Run(NamedTuple):
    """Words in capitals that stand together, from where the name begins."""

    words: tuple[str, ...]
    named: bool
    """A role or a given name says that it is a person."""


def names(title: str, text: str, language: str) -> tuple[Name, ...]:
    """The most named first; ties in order of the alphabet."""
    body = f"{title}\n{text[:SCANNED]}"
    found = _cased(body, language)
    if is_unparted(body):
        found.update(unparted_names(body))
    return _folded(found)[:MOST]


def _cased(body: str, language: str) -> Counter[_Key]:
    found: Counter[_Key] = Counter()
    single: Counter[str] = Counter()
    families: dict[str, _Key] = {}
    for written, count in Counter(_RUN.findall(body)).items():
        key = _key(written, language) if " " in written else None
        if key is None:
            for word in written.split(" "):
                single[_bare(word) if word[-2:] in _POSSESSIVE else word] += count
            continue
        found[key] += count
        if key[1] == "person":
            families.setdefault(key[0].rpartition(" ")[2], key)
    return _with_single(found, single, families, language)


def _with_single(
    found: Counter[_Key], single: Counter[str], families: dict[str, _Key], language: str
) -> Counter[_Key]:
    """Words that stand alone: family names, places, acronyms; others where a capital says so."""
    known = spelt_places()
    clear = language not in _CAPITAL_NOUNS
    for word, count in single.items():
        key = families.get(word)
        if key is None and (place := known.get(word)):
            is_sure = clear or len(word) >= _SHORT or word.isupper()
            key = (place.name, place.kind, place.code) if is_sure else None
        elif key is None and word.isupper():
            key = _acronym(word)
        elif key is None and word > _CYRILLIC:
            key = _inflected(word)
        elif key is None and families and word.endswith("s"):
            key = families.get(word[:-1])
        if key is None and clear and count > 1:
            key = _unclear(word, language)
        if key is not None:
            found[key] += count
    return found


def _folded(found: Counter[_Key]) -> tuple[Name, ...]:
    """People under their fullest names; genitives under the name itself."""
    whole = {name for name, _, _ in found}
    people = sorted((key for key in found if key[1] == "person"), key=lambda key: (-len(key[0]), key))
    fuller: dict[str, _Key] = {}
    for key in people:
        bare = key[0].removesuffix("s")
        if bare not in whole:
            fuller.setdefault(key[0].rpartition(" ")[2], key)
    groups: dict[_Key, Counter[str]] = {}
    for key, count in found.items():
        name = key[0]
        home = key
        if key[1] == "person":
            bare = name.removesuffix("s")
            if " " in name:
                home = (bare, "person", "") if bare in whole else key
            else:
                home = fuller.get(name) or fuller.get(bare) or key
        groups.setdefault(home, Counter())[name] += count
    ordered = sorted(groups.items(), key=lambda group: (-group[1].total(), group[0]))
    return tuple(
        Name(
            name=name,
            kind=kind,
            code=code,
            variants=tuple(sorted(spelling for spelling in spellings if spelling != name)),
            count=spellings.total(),
        )
        for (name, kind, code), spellings in ordered
    )


@lru_cache(maxsize=_REMEMBERED)
def _inflected(word: str) -> _Key | None:
    """A place in another case than the first."""
    place = place_of(word)
    return (place.name, place.kind, place.code) if place else None


def _acronym(word: str) -> _Key | None:
    if 1 < len(word) <= _ACRONYM and word.isalpha() and not _NUMERAL.fullmatch(word):
        return word, "organisation", ""
    return None


@lru_cache(maxsize=_REMEMBERED)
def _unclear(word: str, language: str) -> _Key | None:
    """A word in a capital, in a language where that says that it is a name, but not of what."""
    low = word.lower()
    common = low in words("opening", language) or low in words("role", language) or is_calendar(low)
    return None if common or len(word) < _SHORT - 1 else (_bare(word), "", "")


def _bare(word: str) -> str:
    return word.removesuffix("'s").removesuffix("’s")


@lru_cache(maxsize=_REMEMBERED)
def _key(written: str, language: str) -> _Key | None:
    return _named(_run(written, language), language)


def _run(written: str, language: str) -> Run:
    """From the last role or the first given name on, else without words that only open a sentence."""
    parts = written.replace("'s", "").replace("’s", "").split(" ")
    openings, roles = words("opening", language), words("role", language)
    lower = [part.lower().strip(".") for part in parts]
    start = max((place + 1 for place, word in enumerate(lower) if word in roles), default=0)
    titled = 0 < start < len(parts)
    if not titled:
        start = 0
        while start < len(parts) and (lower[start] in openings or is_calendar(lower[start])):
            start += 1
    given = next((place for place in range(start, len(parts)) if parts[place] in _GIVEN), None)
    if given is not None and given < len(parts) - 1:
        start, titled = given, True
    end = len(parts)
    while end > start and (lower[end - 1] in openings or is_calendar(lower[end - 1])):
        end -= 1
    return Run(tuple(parts[start:end]), titled)


def _named(run: Run, language: str) -> _Key | None:
    """What a run names; None where its words are to be read one by one."""
    if not run.words or len(run.words) > _LONGEST:
        return None
    name = " ".join(run.words)
    place = place_of(name)
    if place:
        return place.name, place.kind, place.code
    if run.named and (run.words[0] in _GIVEN or not _NOUN.search(run.words[-1])):
        return name, "person", ""
    if len(run.words) == 1 or language in _CAPITAL_NOUNS:
        return None
    organisations = words("organisation", language)
    is_body = run.words[0].isupper() and len(run.words[0]) > 2
    is_body = is_body or any(word.lower() in organisations for word in run.words)
    return name, "organisation" if is_body else "", ""
