"""Names in scripts without capitals: known ones, those with a mark inside, those with a role beside."""
# ruff: noqa: RUF001 - letters of many scripts

import re
from collections.abc import Iterator
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from services.contracts.facts import NameKind
from services.enrich.facts.known import FORMS
from services.enrich.facts.landmarks import UNPARTED
from services.enrich.facts.places import places

_UNPARTED = re.compile(f"[{UNPARTED}]")
_HAN = "(?:(?![说說称稱表在对對和与與的是将將等宣访訪抵会會于於])[\u4e00-\u9fff])"
"""Characters of names, without those that most often stand behind one."""
_DOTTED = re.compile(f"{_HAN}{{1,6}}(?:[·・•‧]{_HAN}{{1,6}}){{1,3}}|[ァ-ヴー]{{2,}}(?:[・＝][ァ-ヴー]+)+")
_TITLED = re.compile(
    "([ァ-ヴー]{3,})(?:大統領|首相|外相|国務長官|長官|氏|報道官)"
    "|([가-힣]{2,5}(?: [가-힣]{2,6})?) (?:대통령|총리|장관|대변인|의원|위원장|국방위원장|외무상)"
    "|(?:الرئيس|رئيس الوزراء|وزير الخارجية|المتحدث) (?:ال[\u0621-\u064a]+ ){0,2}"
    "([\u0621-\u064a]+ [\u0621-\u064a]+)"
)


def unparted_names(body: str) -> Iterator[tuple[str, NameKind, str]]:
    automaton, forms = _automaton()
    for index, _, _ in automaton.find_matches_as_indexes(body):
        place = places().get(forms[index])
        yield (place.name or forms[index], place.kind, place.code) if place else (forms[index], "person", "")
    for match in _DOTTED.finditer(body):
        yield match[0], "person", ""
    for match in _TITLED.finditer(body):
        yield next(group for group in match.groups() if group), "person", ""


@cache
def _automaton() -> tuple[AhoCorasick, list[str]]:
    forms = sorted({form for form in (*places(), *FORMS) if _UNPARTED.search(form)})
    return AhoCorasick(forms, matchkind=MatchKind.LeftmostLongest), forms
