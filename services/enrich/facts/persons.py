"""Whether two spellings name one person: by data where rules cannot reach, else by their skeletons."""
# ruff: noqa: RUF001 - letters of many scripts

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from services.enrich.facts.known import latin
from services.enrich.facts.skeleton import distance, once, script_of, skeleton

_REMEMBERED = 16_384
_LIKE = str.maketrans("FLKGX", "PRHHH")
"""Sounds that a name may begin with in another script."""
_PARTS = re.compile(r"[\s·・･=＝‧•—–-]+")
_PARTICLES = frozenset(
    "al el as es ar an bin ben ibn da de di do dos von van der den du la le "
    "аль эль ас ас аш бин бін фон дер ван да де بن فون دير دا ال ビン フォン デア ダ 빈 본 本".split()
)
_KOREAN = frozenset("김이박최정강조윤장임한신서권황송류홍전문양손배백허남노")
_CHINESE = frozenset(
    "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫朱胡郭何林高郑鄭梁谢謝宋许許邓鄧冯馮韩韓曹曾彭蔡潘董袁蒋蔣沈姜崔谭譚"
    "赖頼賴金尹习習温蓝朴文岸石安"
)
"""Family names: a name that begins with one and has no mark in it is whole, no family name alone."""
_WHOLE = 0.18
"""Distance a sound up to which two whole names are one …"""
_PARTED = 0.06
"""… the same where both are parted, and not into the same number of parts."""
_PART = 0.5
"""… each of whose parts may be farther."""
_FAMILY = 0.2
"""The same of a family name by itself."""
_SHORT = 3
"""Sounds below which a family name by itself tells nobody."""


class Person(NamedTuple):
    """A spelling, taken apart."""

    parts: tuple[str, ...]
    """Classes of each part, in the order written, without particles."""
    latin: str
    script: str
    whole: bool
    """It cannot be a family name by itself."""
    in_a: bool
    """Its given name ends in a."""
    starts: frozenset[str]
    """First sounds of its parts: names without one in common are not compared."""

    @property
    def sounds(self) -> int:
        return sum(map(len, self.parts))


@lru_cache(maxsize=_REMEMBERED)
def person(name: str) -> Person:
    folded = unicodedata.normalize("NFKC", name).strip()
    tokens = [part for part in _PARTS.split(folded) if part]
    script = script_of(folded)
    if len(tokens) == 1 and script == "hangul" and len(folded) == 3 and folded[0] in _KOREAN:
        tokens = list(folded)
    named = [part for place, part in enumerate(tokens) if not place or part.casefold() not in _PARTICLES]
    skeletons = [skeleton(part.removeprefix("ال")) for part in named]
    parts = tuple([one.classes for one in skeletons])
    return Person(
        parts,
        "".join(one.latin for one in skeletons),
        script,
        len(tokens) == 1 and folded[0] in _CHINESE,
        tokens[0].endswith(("a", "á")) if tokens else False,
        frozenset([part[:1].translate(_LIKE) for part in parts]),
    )


@lru_cache(maxsize=_REMEMBERED)
def is_one(name: str, other: str) -> bool:
    """Whether two full names, or a full and a family name, are spellings of one person's."""
    mine, theirs = sorted(
        (person(latin(name)), person(latin(other))), key=lambda one: (len(one.parts), one.latin)
    )
    if mine.latin == theirs.latin:
        return True
    if mine.script == theirs.script and (mine.script == "han" or _are_two(mine, theirs)):
        return False
    if len(mine.parts) == len(theirs.parts):
        return any(_agree(mine.parts, parts) for parts in _orders(theirs.parts))
    if len(mine.parts) == 1 and not mine.whole and _is_family(mine.parts[0], theirs.parts[-1]):
        return True
    own, share = once("".join(mine.parts)), _WHOLE if len(mine.parts) == 1 else _PARTED
    return any(
        min(len(own), len(piece)) >= _SHORT and _is_near(own, piece, share)
        for parts in _pieces(theirs.parts)
        if (piece := once("".join(parts)))
    )


def _are_two(mine: Person, theirs: Person) -> bool:
    """Petra is no spelling of Peter: vowels change between scripts, and an ending in a seldom within one."""
    return len(mine.parts) == len(theirs.parts) > 1 and mine.script == "latin" and mine.in_a != theirs.in_a


def _orders(parts: tuple[str, ...]) -> set[tuple[str, ...]]:
    """As written, and with the family name at the other end."""
    return {parts, (parts[-1], *parts[:-1]), (*parts[1:], parts[0])}


def _pieces(parts: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {parts, parts[::-1]} if len(parts) == 2 else {parts}


def _is_family(mine: str, theirs: str) -> bool:
    return min(len(mine), len(theirs)) >= _SHORT and _is_near(mine, theirs, _FAMILY)


def _agree(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Each part is near its like, and all together are nearer still."""
    if min(sum(map(len, mine)), sum(map(len, theirs))) < _SHORT:
        return False
    if not all(_is_near(one, other, _PART) for one, other in zip(mine, theirs, strict=True)):
        return False
    return _is_near("".join(mine), "".join(theirs), _WHOLE)


def _is_near(one: str, other: str, share: float) -> bool:
    return distance(one, other) <= share * max(len(one) - 1, len(other) - 1, 1)
