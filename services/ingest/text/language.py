"""The language of an article: what publishers declare, checked against what the text looks like.

Declarations are often a template's default; detection is often wrong on short text. The script decides at any
length: Cyrillic is not English. Within a script a long text may overrule its declaration, a short one may
not.
"""

import re
from collections.abc import Callable

from services.ingest.text import scripts
from services.ingest.text.characters import printable

UNKNOWN = "und"
LOOKED_AT = 500
"""Characters of the text that detection sees, beside the title."""
SHORT = 120
"""Below this many characters detection is not asked to overrule anything."""
SURE, LIKELY = 0.9, 0.5
_CODE = re.compile(r"[a-z]{2}")
_WITHOUT_ISO_639_1 = {
    "deu": "de",
    "ger": "de",
    "eng": "en",
    "fra": "fr",
    "fre": "fr",
    "spa": "es",
    "ita": "it",
    "nld": "nl",
    "por": "pt",
    "rus": "ru",
    "ukr": "uk",
    "ara": "ar",
    "zho": "zh",
    "chi": "zh",
    "jpn": "ja",
    "kor": "ko",
    "ell": "el",
    "gre": "el",
    "heb": "he",
    "iw": "he",
    "pol": "pl",
    "tur": "tr",
}


def code(declared: str) -> str:
    """ISO 639-1 code of a declared language ("de-AT", "EN_us", "deu"); empty where it is none."""
    base = re.split(r"[-_;,\s]", declared.strip().lower(), maxsplit=1)[0]
    base = _WITHOUT_ISO_639_1.get(base, base)
    return base if _CODE.fullmatch(base) else ""


def settle(declared: str, title: str, text: str) -> str:
    """ISO 639-1 code, or `und`. `declared` is what feed or page say, in any form."""
    said, sample, script = _sample(declared, title, text)
    return _language(said, sample, script)


def settle_by_script(declared: str, title: str, text: str) -> str:
    """The declared language, unless the text is in letters it is not written in: then as `settle` has it."""
    said, sample, script = _sample(declared, title, text)
    fits = said not in scripts.ELSEWHERE if script in {"", "latin"} else said in scripts.languages_of(script)
    return said if said and fits and script != "cjk" else _language(said, sample, script)


def _sample(declared: str, title: str, text: str) -> tuple[str, str, str]:
    """The code that is declared, the sample that is looked at, and its script."""
    sample = printable(f"{title}\n{text[:LOOKED_AT]}")
    return code(declared), sample, scripts.script_of(sample)


def _language(said: str, sample: str, script: str) -> str:
    if script == "cjk":
        return scripts.cjk_language(sample, said)
    if script in {"", "latin"}:
        return _in_latin(sample, said)
    return _in_script(script, sample, said)


def _in_latin(sample: str, said: str) -> str:
    def written(language: str) -> bool:
        return language not in scripts.ELSEWHERE

    if len(sample) < SHORT:
        return (said if written(said) else "") or _detected(sample, SURE, written) or said or UNKNOWN
    if not written(said) or not said:
        return _detected(sample, LIKELY, written) or said or UNKNOWN
    return _detected(sample, SURE, written) or said


def _in_script(script: str, sample: str, said: str) -> str:
    languages = scripts.languages_of(script)
    if len(languages) == 1:
        return languages[0]

    def possible(language: str) -> bool:
        return language in languages and scripts.is_possible(language, sample)

    if not possible(said):
        return scripts.telling_language(script, sample) or _detected(sample, LIKELY, possible) or languages[0]
    return (_detected(sample, SURE, possible) if len(sample) >= SHORT else "") or said


def _detected(sample: str, at_least: float, possible: Callable[[str], bool]) -> str:
    """The likeliest of the languages it may be; empty where it is not likely enough."""
    from services.ingest.text.identifier import IDENTIFIER  # when it is needed: it takes its time

    found, probability = IDENTIFIER.likeliest(sample, lambda one: possible(code(one)))
    return code(found) if probability >= at_least else ""
