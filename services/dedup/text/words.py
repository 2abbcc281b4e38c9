r"""Text to folded words and back to character offsets.

A word is a maximal run of `\w` characters (soft hyphens inside it are ignored), lower-cased and
NFKC-normalised: quotes, dashes, blanks and lost superscripts make no difference. Scripts written
without blanks (Chinese, Japanese, Thai ...) give one word a character. Folding a text and taking
its spans yield equally many items: word i stands at span i.
"""

import re
import unicodedata
from functools import lru_cache
from types import ModuleType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.dedup import kernels
from services.dedup.text.codes import Codes
from services.dedup.text.letters import WESTERN, plain, unify, western_bytes

SOFT_HYPHEN = "\u00ad"
Spans = npt.NDArray[np.intp]
"""Shape (words, 2): start and end of each word in characters, end exclusive."""


class Split(NamedTuple):
    """Words folded, and where each stands in the text."""

    letters: npt.NDArray[np.uint16]
    """UTF-16; a blank between two words."""
    spans: Spans


_BLANK = ord(" ")
_TEXTS_AT_HAND = 1024  # a text is folded again for each relation it is in, shortly after
_LISTS_AT_HAND = 128
_JUST_SPLIT = 256
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Kana, Han
    "\U00020000-\U0003ffff"
)
_HAS_UNSPACED = re.compile(f"[{UNSPACED}]")
_WORD = re.compile(rf"\w+(?:{SOFT_HYPHEN}\w+)*")
_MIXED = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+(?:{SOFT_HYPHEN}[^\W{UNSPACED}]+)*")
_LOOSE_HYPHEN = re.compile(rf"(?<!\w){SOFT_HYPHEN}|{SOFT_HYPHEN}(?!\w)")
_IS_WORD = np.array([chr(c).isalnum() or chr(c) in f"_{SOFT_HYPHEN}" for c in range(0x10000)])
"""What `\\w` matches, by code point of the basic plane, and the soft hyphen."""
_WESTERN = bytes(range(256)).decode(WESTERN, "replace")
_INSIDE = bytes(int(_IS_WORD[ord(c)]) for c in _WESTERN)
_PARTED = bytes(c.lower().encode(WESTERN)[0] if _IS_WORD[ord(c)] else _BLANK for c in _WESTERN)
"""By byte of a Western text: whether it is of a word; its lower case there, and a blank elsewhere."""


def fold(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return list(_listed(text))


@lru_cache(maxsize=_LISTS_AT_HAND)
def _listed(text: str) -> tuple[str, ...]:
    joined = folded(text)
    return tuple(joined.split(" ")) if joined else ()


@lru_cache(maxsize=_TEXTS_AT_HAND)
def folded(text: str) -> str:
    """The folded words of a text, joined by single blanks."""
    known = split(text)
    return unify(_parted(text)) if known is None else known.letters.tobytes().decode("utf-16-le")


def split(text: str) -> Split | None:
    """What `folded` and `spans` give, at once; None where no kernel is loaded, or none has a rule for it."""
    compiled = kernels.module("words")
    return None if compiled is None else _split_by(compiled, text)


@lru_cache(maxsize=_JUST_SPLIT)
def _split_by(compiled: ModuleType, text: str) -> Split | None:
    known: Split | None = compiled.split(text)
    return known


@lru_cache(maxsize=_TEXTS_AT_HAND)
def _parted(text: str) -> str:
    return _split(plain(text).text)


@lru_cache(maxsize=_LISTS_AT_HAND)
def spelt(text: str) -> str:
    """The same words as they are spelt: lower case, but with accents, and what stands between letters."""
    joined = _parted(text)
    if plain(text).starts is None or not joined:
        return joined
    return " ".join(
        word if end - start == len(word) else text[start:end]
        for word, (start, end) in zip(joined.split(" "), spans(text).tolist(), strict=True)
    )


def stretch(joined: str, begin: int, end: int) -> str:
    """From word to word, end exclusive, of words joined by single blanks."""
    starts = _starts(joined)
    return joined[starts[begin] : starts[end] - 1] if begin < end else ""


@lru_cache(maxsize=_LISTS_AT_HAND)
def _starts(joined: str) -> npt.NDArray[np.intp]:
    """Where each word begins, and where one behind the last would."""
    apart = f" {joined} "
    if apart.isascii():
        return np.flatnonzero(np.frombuffer(apart.encode(), np.uint8) == _BLANK)
    return np.flatnonzero(np.frombuffer(apart.encode("utf-32-le", "surrogatepass"), np.uint32) == _BLANK)


def _split(text: str) -> str:
    joined = _western_words(text)
    if joined is None:
        joined = _other_words(lower(text))
    if unicodedata.is_normalized("NFKC", joined):
        return joined
    # NFKC may give blanks (an Arabic phrase in one character) and capitals (bold letters).
    whole = unicodedata.normalize("NFKC", joined.replace(" ", "\0")).replace(" ", "")
    return lower(whole).replace("\0", " ")


def _western_words(text: str) -> str | None:
    """Lower-case words, joined by blanks; None where the text is no plain Western one."""
    coded = _western(text)
    if coded is None:
        return None
    parted = np.frombuffer(coded.translate(_PARTED, SOFT_HYPHEN.encode(WESTERN)), np.uint8)
    kept = parted != _BLANK
    kept[1:] |= kept[:-1]  # the blank behind a word, and no other
    raw: bytes = parted[kept].tobytes()
    return raw.decode(WESTERN).strip(" ")


def _western(text: str) -> bytes | None:
    """A byte a character, where a table can tell its words: no loose hyphen is in it."""
    return None if _has_loose_hyphen(text) else western_bytes(text)


def _other_words(lowered: str) -> str:
    codes = _codes(lowered)
    if codes is not None:
        return _joined(codes)
    return " ".join(_pattern(lowered).findall(lowered)).replace(SOFT_HYPHEN, "")


@lru_cache(maxsize=_TEXTS_AT_HAND)
def spans(text: str) -> Spans:
    """Where each folded word stands in the unfolded text."""
    known = split(text)
    if known is not None:
        return known.spans
    made = plain(text)
    places = _spans(made.text)
    if made.starts is None or made.ends is None or not len(places):
        return places
    return np.column_stack((made.starts[places[:, 0]], made.ends[places[:, 1] - 1]))


def is_sign(word: str) -> bool:
    """A folded word that is a single character of a script without blanks."""
    return len(word) == 1 and _HAS_UNSPACED.match(word) is not None


def lower(text: str) -> str:
    """Lower case of equal length, so that offsets hold (`İ` lowers to two characters)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _spans(text: str) -> Spans:
    coded = _western(text)
    if coded is not None:
        inside = np.frombuffer(b"\0%b\0" % coded.translate(_INSIDE), np.int8)
    else:
        lowered = lower(text)
        codes = _codes(lowered)
        if codes is None:
            return _matched(lowered)
        inside = _inside(codes)
    return np.flatnonzero(np.diff(inside)).reshape(-1, 2)


def _codes(lowered: str) -> Codes | None:
    """Code points, where a table can tell words: no unspaced script, loose hyphen or higher plane."""
    if _has_loose_hyphen(lowered) or has_unspaced(lowered):
        return None
    codes: Codes = np.frombuffer(lowered.encode("utf-32-le", "surrogatepass"), np.uint32)
    return None if len(codes) and codes.max() >= len(_IS_WORD) else codes


def _inside(codes: Codes) -> npt.NDArray[np.int8]:
    """1 inside words, 0 outside and at either end; position i is before character i."""
    inside = np.zeros(len(codes) + 2, np.int8)
    inside[1:-1] = _IS_WORD[codes]
    return inside


def _joined(codes: Codes) -> str:
    """Words with the first character behind each turned into the blank that parts it from the next."""
    inside = _inside(codes)[1:].view(bool)
    behind = inside[:-1] & ~inside[1:]
    kept = inside.copy()
    kept[1:] |= behind
    blanked = np.append(codes, np.uint32(0))
    blanked[1:][behind] = _BLANK
    raw: bytes = blanked[kept].tobytes()
    return raw.decode("utf-32-le", "surrogatepass").rstrip(" ").replace(SOFT_HYPHEN, "")


def _matched(lowered: str) -> Spans:
    """The same by regular expression: unspaced scripts, soft hyphens, the higher planes."""
    found = [match.span() for match in _pattern(lowered).finditer(lowered)]
    return np.array(found, np.intp).reshape(-1, 2)


def _pattern(lowered: str) -> re.Pattern[str]:
    return _MIXED if has_unspaced(lowered) else _WORD


def _has_loose_hyphen(text: str) -> bool:
    return SOFT_HYPHEN in text and _LOOSE_HYPHEN.search(text) is not None


def has_unspaced(text: str) -> bool:
    return not text.isascii() and western_bytes(text) is None and _HAS_UNSPACED.search(text) is not None
