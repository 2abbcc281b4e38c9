"""What is left of a name in any script: the order of its consonants, in classes that transliterations keep.

Selenskyj, Zelensky, Зеленський, 泽连斯基 and ゼレンスキー all write one sound; vowels and voicing are what
every newspaper writes in its own way. Characters become Latin by anyascii; Han is read as pinyin, whose
palatals stand for sounds it does not have.
"""
# ruff: noqa: RUF001 - letters of many scripts

import re
from functools import lru_cache
from typing import NamedTuple

from anyascii import anyascii

_REMEMBERED = 8_192
_HAN = re.compile("[\u3400-\u9fff]")
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_ARABIC = re.compile("[\u0600-\u06ff]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_TWICE = re.compile(r"(.)\1+")
Script = str
_SCRIPTS = (("kana", _KANA), ("han", _HAN), ("hangul", _HANGUL), ("arabic", _ARABIC), ("cyrillic", _CYRILLIC))

_SPELLINGS = {
    "latin": (
        "tsch J, sch S, tch J, tz S, cz S, ch J, sh S, zh S, ts S, dz S, dj I, ph F, th T, gh G, kh X, ck K, "
        "qu K, qi J, gn N, ng N, ce Se, ci Si, cy Sy, c K, x KS"
    ),
    "cyrillic": "shch S, chzh J, dzh I, dz S, zh S, sh S, ch J, kh X, ng N",
    "han": "zh S, sh S, ch S, er R, ng N, x J, j J, q J",
    "kana": "sh S, ch J, ts S, j J, fu F, v P",
    "hangul": "ng N, ch J, sy S, j J, eu -",
    "arabic": "tsh J, sh S, ch S, ts S, th T, dh T, kh X, ngh N, gh G, ng N, j J",
}
_DIGRAPHS = {
    script: tuple((one.split()[0], one.split()[1].strip("-")) for one in rules.split(", "))
    for script, rules in _SPELLINGS.items()
}
"""Letters that write one sound together, before letters are read one by one."""
_CLASSES = dict(zip("bpfvdtkqszcglrmnhjw", "PPFFTTKKSSSGLRMNHIW", strict=True))
_NEAR = {
    frozenset(pair): cost
    for pairs, cost in (
        ("LR AH", 0.1),
        ("KG XK XG XH GH JS IJ FW", 0.15),
        ("PF IS IX IH JX AW AI", 0.2),
        ("JK JG IG JH JT XS MN FH WP", 0.35),
        ("ST SK LN GN TL", 0.8),
    )
    for pair in pairs.split()
}
"""Sounds that one script writes for another."""
_DROP = {
    "H": 0.15,
    "W": 0.2,
    "I": 0.25,
    "A": 0.3,
    "R": 0.3,
    "L": 0.6,
    "G": 0.45,
    "X": 0.6,
    "J": 0.7,
    "N": 0.8,
}
"""What it costs that a sound is in one alone: some come and go between scripts."""
_VOWELS = frozenset("aeiou'")
_OPENINGS = (("kana", "ura", "fura"), ("latin", "x", "s"))
"""Beginnings of a name that are written in another way than the same letters inside it."""


class Skeleton(NamedTuple):
    latin: str
    """Lower-case letters, in one piece."""
    classes: str
    script: Script


def script_of(name: str) -> Script:
    return next((script for script, chars in _SCRIPTS if chars.search(name)), "latin")


@lru_cache(maxsize=_REMEMBERED)
def skeleton(token: str) -> Skeleton:
    script = script_of(token)
    written = _romanized(token, script).lower()
    latin = re.sub("[^a-z]", "", written)
    opening = "A" if written[:1] in _VOWELS else ""
    return Skeleton(latin, opening + _classes(latin, script), script)


def _romanized(token: str, script: Script) -> str:
    if script == "cyrillic":
        token = token.translate(_SOFT)
    return anyascii(token.replace("ッ", ""))


_SOFT = str.maketrans(
    {"ь": "", "ъ": "", "Ь": "", "ц": "s", "Ц": "S", "щ": "shch", "Щ": "Shch", "х": "kh", "Х": "Kh"}
)


def _classes(latin: str, script: Script) -> str:
    for known, beginning, instead in _OPENINGS:
        if script == known and latin.startswith(beginning):
            latin = instead + latin[len(beginning) :]
    for letters, class_ in _DIGRAPHS[script]:
        latin = latin.replace(letters, class_)
    return once("".join(letter if letter.isupper() else _CLASSES.get(letter, "") for letter in latin))


def once(classes: str) -> str:
    """Without the second of two equal sounds in a row."""
    return _TWICE.sub(r"\1", classes)


@lru_cache(maxsize=_REMEMBERED)
def distance(one: str, other: str) -> float:
    """How far two rows of classes are apart, where 1 is a sound that is in one alone."""
    row = [0.0]
    for sound in other:
        row.append(row[-1] + _DROP.get(sound, 1.0))
    for mine in one:
        before, row = row, [row[0] + _DROP.get(mine, 1.0)]
        for place, theirs in enumerate(other):
            row.append(
                min(
                    before[place] + _swap(mine, theirs),
                    before[place + 1] + _DROP.get(mine, 1.0),
                    row[place] + _DROP.get(theirs, 1.0),
                )
            )
    return row[-1]


def _swap(mine: str, theirs: str) -> float:
    return 0.0 if mine == theirs else _NEAR.get(frozenset((mine, theirs)), 1.2)
