"""Who and what copy names: people, organisations, places, countries; variants within one text folded."""
# ruff: noqa: RUF001 - typographic apostrophes and letters of many scripts

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from services.contracts.facts import Name, NameKind
from services.enrich.facts.calendar import is_calendar
from services.enrich.facts.landmarks import NAMED, Landmarks, landmarks
from services.enrich.facts.places import place_of, spelt_places
from services.enrich.facts.unparted import unparted_names
from services.enrich.facts.wording import words

MOST = 24
"""Names told of one text."""
_NUMERAL = re.compile("[IVXLCDM]+")
_NOUN = re.compile(r"(?:ung|heit|keit|schaft|tion|ismus|tät|nis|tum|ment|enz|anz|erei|ungen|en)$")
_GIVEN = frozenset(files(__package__).joinpath("given.txt").read_text(encoding="utf-8").split())
_CAPITAL_NOUNS = frozenset({"de", "lb"})
"""Languages that write every noun with a capital."""
_LONGEST = 5
_ACRONYM = 6
_SHORT = 4
_INFLECTED = frozenset("ru uk be bg sr mk".split())
"""Languages in which cases change the ends of names, and that write Cyrillic."""
_REMEMBERED = 32_768
_LANGUAGES_AT_HAND = 8
_ROLE, _OPENING, _IS_GIVEN = 1, 2, 4
"""What a word may be beside a part of a name: a role; one that opens a sentence, or of the calendar; a given
name.
"""
_UNTITLED = frozenset((0, _OPENING))
_Key = tuple[str, NameKind, str]


def names(title: str, text: str, language: str) -> tuple[Name, ...]:
    """The most named first; ties in order of the alphabet."""
    marks = landmarks(title, text)
    found = _cased(marks, language)
    if marks.is_unparted:
        for key in unparted_names(f"{title}\n{text[:NAMED]}"):
            found[key] = found.get(key, 0) + 1
    return _folded(found)


def _cased(marks: Landmarks, language: str) -> dict[_Key, int]:
    alone, others = marks.words.split(), marks.others
    if language not in _CAPITAL_NOUNS:
        alone, others = alone + others.split(), ""
    found: dict[_Key, int] = {}
    families: dict[str, _Key] = {}
    loose = []
    for run, key in zip(marks.runs, map(_readings(language).__getitem__, marks.runs), strict=True):
        if key is None:
            loose.append(run)
        else:
            found[key] = found.get(key, 0) + 1
            if key[1] == "person":
                families.setdefault(key[0].rpartition(" ")[2], key)
    alone += " ".join(loose).split()
    if marks.has_apostrophes:
        alone = list(map(_bare, alone))
    spoken = Counter(alone)
    relatives = _relatives(families, spoken, others)
    told = _named_alone(spoken, language) | relatives
    for word, key in told.items():
        # Places and acronyms are never among the others.
        among = others.count(f"\n{word}\n") if word in relatives else 0
        found[key] = found.get(key, 0) + spoken[word] + among
    if language not in _CAPITAL_NOUNS:
        for word, count in spoken.items():
            if count > 1 and word not in told and (unclear := _unclear(word, language)):
                found[unclear] = found.get(unclear, 0) + count
    return found


def _named_alone(spoken: Mapping[str, int], language: str) -> dict[str, _Key]:
    """Of words that stand alone those that name something by themselves: places, acronyms."""
    places = spelt_places()
    told: dict[str, _Key] = {}
    for word in spoken.keys() & places.keys():
        place = places[word]
        if language not in _CAPITAL_NOUNS or len(word) >= _SHORT or word.isupper():
            told[word] = place.name, place.kind, place.code
    for word in filter(str.isupper, spoken):
        if word not in places and (key := _acronym(word)):
            told[word] = key
    if language in _INFLECTED:
        told |= {word: key for word in spoken if word not in told and (key := _inflected(word))}
    return told


def _relatives(families: dict[str, _Key], spoken: Mapping[str, int], others: str) -> dict[str, _Key]:
    """Of words that stand alone those that name somebody who is named in full."""
    told = {}
    for family, key in families.items():
        is_among = family in others  # soon seen, and seldom so
        for word in (family, f"{family}s"):
            if word in spoken or (is_among and f"\n{word}\n" in others):
                told[word] = key
    return told


def _folded(found: dict[_Key, int]) -> tuple[Name, ...]:
    """People under their fullest names; genitives under the name itself."""
    whole = {name for name, _, _ in found}
    people = sorted((key for key in found if key[1] == "person"), key=lambda key: (-len(key[0]), key))
    fuller: dict[str, _Key] = {}
    for key in people:
        bare = key[0].removesuffix("s")
        if bare not in whole:
            fuller.setdefault(key[0].rpartition(" ")[2], key)
    groups: dict[_Key, dict[str, int]] = {}
    for key, count in found.items():
        name = key[0]
        home = key
        if key[1] == "person":
            bare = name.removesuffix("s")
            if " " in name:
                home = (bare, "person", "") if bare in whole else key
            else:
                home = fuller.get(name) or fuller.get(bare) or key
        spellings = groups.setdefault(home, {})
        spellings[name] = spellings.get(name, 0) + count
    ordered = sorted((-sum(spellings.values()), key) for key, spellings in groups.items())[:MOST]
    return tuple(
        Name(name=key[0], kind=key[1], code=key[2], variants=_variants(key[0], groups[key]), count=-minus)
        for minus, key in ordered
    )


def _variants(name: str, spellings: Mapping[str, int]) -> tuple[str, ...]:
    if len(spellings) == 1 and name in spellings:
        return ()
    return tuple(sorted(spelling for spelling in spellings if spelling != name))


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


class _Readings(dict[str, _Key | None]):
    """What words that stand together name, in one language; None where each is to be read by itself."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._standings = _Standings(language).__getitem__
        self._older: dict[str, _Key | None] = {}
        """Of these two, the older one is dropped as the other one is full: what is met often stays."""

    def __missing__(self, written: str) -> _Key | None:
        if len(self) >= _REMEMBERED // 2:
            self._older = dict(self)
            self.clear()
        older = self._older
        self[written] = found = older[written] if written in older else self._read(written)
        return found

    def _read(self, written: str) -> _Key | None:
        parts = written.split(" ")
        if "'s" in written or "’s" in written:
            parts = written.replace("'s", "").replace("’s", "").split(" ")
        standing = list(map(self._standings, parts))
        if not _UNTITLED.issuperset(standing):
            start, end, titled = _bounds(standing)
            return _named(parts[start:end], self._language, titled=titled)
        while standing and standing[0]:
            del parts[0], standing[0]
        while standing and standing[-1]:
            del parts[-1], standing[-1]
        return _named(parts, self._language, titled=False)


_readings = lru_cache(maxsize=_LANGUAGES_AT_HAND)(_Readings)


def _bounds(standing: list[int]) -> tuple[int, int, bool]:
    """From the last role or the first given name on, else without words that only open a sentence; and
    whether it is a role or a given name, which say that it is a person.
    """
    start = end = len(standing)
    while start and not standing[start - 1] & _ROLE:
        start -= 1
    titled = 0 < start < end
    if not titled:
        start = 0
        while start < end and standing[start] & _OPENING:
            start += 1
    for place in range(start, end - 1):
        if standing[place] & _IS_GIVEN:
            start, titled = place, True
            break
    while end > start and standing[end - 1] & _OPENING:
        end -= 1
    return start, end, titled


class _Standings(dict[str, int]):
    """What a word in a capital may be beside a part of a name, in one language; so many at hand."""

    def __init__(self, language: str) -> None:
        self._roles, self._openings = words("role", language), words("opening", language)

    def __missing__(self, word: str) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
        low = word.lower().strip(".")
        role = _ROLE * (low in self._roles)
        opening = _OPENING * (low in self._openings or is_calendar(low))
        self[word] = standing = role | opening | _IS_GIVEN * (word in _GIVEN)
        return standing


def _named(parts: Sequence[str], language: str, *, titled: bool) -> _Key | None:
    """What words in a row name; None where they are to be read one by one."""
    if not parts or len(parts) > _LONGEST:
        return None
    name = " ".join(parts)
    place = place_of(name)
    if place:
        return place.name, place.kind, place.code
    if titled and (parts[0] in _GIVEN or not _NOUN.search(parts[-1])):
        return name, "person", ""
    if len(parts) == 1 or language in _CAPITAL_NOUNS:
        return None
    organisations = words("organisation", language)
    is_body = parts[0].isupper() and len(parts[0]) > 2
    is_body = is_body or any(word.lower() in organisations for word in parts)
    return name, "organisation" if is_body else "", ""
