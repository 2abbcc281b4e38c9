"""The language of an article: what publishers declare, checked against what the text looks like.

Declarations are often a template's default; detection is often wrong on short text. So a long text may
overrule its declaration, a short one may not.
"""

import re
from functools import lru_cache
from typing import Any

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
}


def code(declared: str) -> str:
    """ISO 639-1 code of a declared language ("de-AT", "EN_us", "deu"); empty where it is none."""
    base = re.split(r"[-_;,\s]", declared.strip().lower(), maxsplit=1)[0]
    base = _WITHOUT_ISO_639_1.get(base, base)
    return base if _CODE.fullmatch(base) else ""


def settle(declared: str, title: str, text: str) -> str:
    """ISO 639-1 code, or `und`. `declared` is what feed or page say, in any form."""
    said = code(declared)
    sample = f"{title}\n{text[:LOOKED_AT]}"
    if len(sample) < SHORT:
        return said or _detected(sample, SURE) or UNKNOWN
    if not said:
        return _detected(sample, LIKELY) or UNKNOWN
    return _detected(sample, SURE) or said


def _detected(sample: str, at_least: float) -> str:
    found, probability = _identifier().classify(sample)
    return code(found) if probability >= at_least else ""


@lru_cache(maxsize=1)
def _identifier() -> Any:
    # The package's own constructor: the public `classify` has no normalised probabilities.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
