"""Writing systems: which one a text is in, and which languages are written in it."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple


class Script(NamedTuple):
    letters: re.Pattern[str]
    languages: tuple[str, ...]
    """ISO 639-1, the most spoken first."""
    weight: int = 1
    """Letters of an alphabet that one character stands for."""


def _script(letters: str, languages: str, weight: int = 1) -> Script:
    return Script(re.compile(f"[{letters}]"), tuple(languages.split()), weight)


SCRIPTS: Mapping[str, Script] = {
    "latin": _script(
        "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a", ""
    ),
    "han": _script("\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f", "zh ja ko", 3),
    "kana": _script(
        "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d", "ja", 3
    ),
    "hangul": _script("\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3", "ko", 3),
    "cyrillic": _script(
        "\u0400-\u052f\u1c80-\u1c8f", "ru uk bg sr be mk kk ky tg mn tt ba cv os ab ce av kv sh bs"
    ),
    "arabic": _script(
        "\u0620-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc",
        "ar fa ur ps ku ug sd ckb ms az ks",
    ),
    "hebrew": _script("\u05d0-\u05ea\u05ef-\u05f2", "he yi"),
    "greek": _script("\u0370-\u03ff\u1f00-\u1fff", "el"),
    "armenian": _script("\u0531-\u0587", "hy"),
    "georgian": _script("\u10a0-\u10ff\u1c90-\u1cbf", "ka"),
    "devanagari": _script("\u0904-\u0939\u0958-\u0961\u0972-\u097f", "hi mr ne sa ks sd"),
    "bengali": _script("\u0985-\u09b9\u09dc-\u09e1\u09f0\u09f1", "bn as"),
    "gurmukhi": _script("\u0a05-\u0a39\u0a59-\u0a5e", "pa"),
    "gujarati": _script("\u0a85-\u0ab9", "gu"),
    "oriya": _script("\u0b05-\u0b39", "or"),
    "tamil": _script("\u0b85-\u0bb9", "ta"),
    "telugu": _script("\u0c05-\u0c39", "te"),
    "kannada": _script("\u0c85-\u0cb9", "kn"),
    "malayalam": _script("\u0d05-\u0d3a", "ml"),
    "sinhala": _script("\u0d85-\u0dc6", "si"),
    "thai": _script("\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46", "th"),
    "lao": _script("\u0e81-\u0eb0\u0eb2\u0eb3\u0ec0-\u0edf", "lo"),
    "tibetan": _script("\u0f40-\u0f6c", "bo dz"),
    "burmese": _script("\u1000-\u102a", "my"),
    "khmer": _script("\u1780-\u17b3", "km"),
    "ethiopic": _script("\u1200-\u137f", "am ti"),
}  # fmt: skip
_LATIN_RUN = re.compile(f"{SCRIPTS['latin'].letters.pattern}+")
_HEAVIEST = max(script.weight for script in SCRIPTS.values())
CJK = ("han", "kana", "hangul")
FEW = 0.04
"""Share of kana below which a text in Han is not Japanese: a loan, a name, a brand."""

HEADLINE = 30
"""Characters of Han alone up to which a text may be a headline in Japanese or Korean."""

TELLING: Mapping[str, Mapping[str, str]] = {
    "cyrillic": {
        "uk": "їєґ", "be": "ў", "mk": "ѓќѕ", "sr": "ђћјљњџ", "kk": "әғқңұһ", "ky": "ңүө", "mn": "өү",
        "tg": "ӣӯҳҷ", "tt": "әҗңһ", "bg": "ъ", "ru": "ыэё",
    },
    "arabic": {"ur": "ٹڈڑںےھ", "ps": "ټډړښځڅېۍ", "fa": "پچژگیک", "ug": "ۇۈېە", "ckb": "ڕڵێۆە"},
}  # fmt: skip
"""Letters by which languages of one script are told apart, the surest language first in doubt."""
WITHOUT: Mapping[str, str] = {
    "uk": "ыэъё", "bg": "ыэё", "sr": "ыэъщйяюё", "mk": "ыэъщйяюё", "ru": "іїєґўђћѓќѕј", "be": "ищъ",
    "ar": "پچژگٹڈڑںی", "fa": "ٹڈڑںے",
}  # fmt: skip
"""Letters a language does not have."""


def script_of(text: str) -> str:
    """The script most letters are in; empty where there are no letters. Han, kana and hangul are `cjk`."""
    latin = sum(map(len, _LATIN_RUN.findall(text)))
    if latin > _HEAVIEST * (len(text) - latin):
        return "latin"  # whatever the rest is
    weights = dict.fromkeys([*(name for name in SCRIPTS if name not in CJK), "cjk"], 0)
    for character, times in Counter(text).items():
        name = _script_with(character)
        if name:
            weights["cjk" if name in CJK else name] += times * SCRIPTS[name].weight
    best = max(weights, key=lambda name: weights[name])
    return best if weights[best] else ""


@lru_cache(maxsize=4_096)
def _script_with(character: str) -> str:
    """The script that has a letter; empty for what is in none."""
    return next((name for name, script in SCRIPTS.items() if script.letters.match(character)), "")


def languages_of(script: str) -> tuple[str, ...]:
    """Those written in a script; empty for Latin, which most are."""
    return ("zh", "ja", "ko") if script == "cjk" else SCRIPTS[script].languages


_IN_LATIN_TOO = frozenset("sr bs sh az ms ku tt mn".split())
ELSEWHERE = frozenset(one for script in SCRIPTS.values() for one in script.languages) - _IN_LATIN_TOO
"""Languages that the press does not write in Latin letters."""


def cjk_language(text: str, declared: str) -> str:
    """By kana and hangul; a little Han alone is what is declared, else Chinese."""
    han, kana, hangul = (len(SCRIPTS[name].letters.findall(text)) for name in CJK)
    if hangul > han + kana:
        return "ko"
    if kana and (declared == "ja" or kana > FEW * (han + kana)):
        return "ja"
    if hangul and declared == "ko":
        return "ko"
    if han > HEADLINE and not (kana or hangul):
        return "zh"
    return declared if declared in {"zh", "ja"} or (declared == "ko" and han) else "zh"


def is_possible(language: str, text: str) -> bool:
    """Whether a text has no more than a name or two in letters its language does not have."""
    return _count(WITHOUT.get(language, ""), text) < _enough(text)


def telling_language(script: str, text: str) -> str:
    """The language of a script whose own letters a text has; empty where none are."""
    for language, letters in TELLING.get(script, {}).items():
        if _count(letters, text) >= _enough(text) and is_possible(language, text):
            return language
    return ""


def _enough(text: str) -> int:
    return max(1, len(text) // 100)


def _count(letters: str, text: str) -> int:
    folded = text.lower()
    return sum(folded.count(letter) for letter in letters)
