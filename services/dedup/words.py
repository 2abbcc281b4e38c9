"""Text to folded words and back to character offsets.

A word is a maximal run of `\\w` characters (soft hyphens inside it are ignored), lower-cased and
NFKC-normalised: quotes, dashes, blanks and lost superscripts make no difference. Scripts written
without blanks (Chinese, Japanese, Thai ...) give one word a character. Folding a text and taking
its spans yield equally many items: word i stands at span i.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_TEXTS_AT_HAND = 64  # an article is folded again for each relation it is in, shortly after
SOFT_HYPHEN = "\u00ad"
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Kana, Han
    "\U00020000-\U0003ffff"
)
_HAS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_WORD = re.compile(rf"\w+(?:{SOFT_HYPHEN}\w+)*")
_MIXED = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+(?:{SOFT_HYPHEN}[^\W{_UNSPACED}]+)*")


def _lower(text: str) -> str:
    """Lower case of equal length, so that offsets hold (`İ` lowers to two characters)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _has_unspaced(text: str) -> bool:
    for western in ("latin-1", "cp1252"):
        try:
            text.encode(western)
        except UnicodeEncodeError:
            continue
        return False
    return _HAS_UNSPACED.search(text) is not None


def _pattern(text: str) -> re.Pattern[str]:
    return _MIXED if _has_unspaced(text) else _WORD


@lru_cache(maxsize=_TEXTS_AT_HAND)
def fold(text: str) -> tuple[str, ...]:
    """The folded words of a text, in order."""
    joined = "\0".join(_pattern(text).findall(_lower(text)))
    if not joined:
        return ()
    if SOFT_HYPHEN in joined:
        joined = joined.replace(SOFT_HYPHEN, "")
    if not unicodedata.is_normalized("NFKC", joined):
        joined = unicodedata.normalize("NFKC", joined)
    return tuple(joined.split("\0"))


@lru_cache(maxsize=_TEXTS_AT_HAND)
def spans(text: str) -> tuple[tuple[int, int], ...]:
    """Character offsets of each folded word in the unfolded text, end exclusive."""
    return tuple([match.span() for match in _pattern(text).finditer(_lower(text))])


def is_unspaced(words: Sequence[str]) -> bool:
    """More than half of the words are single characters of a script without blanks."""
    if not _has_unspaced(" ".join(words)):
        return False
    return sum(len(word) == 1 and _HAS_UNSPACED.match(word) is not None for word in words) * 2 > len(words)
