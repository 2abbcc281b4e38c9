"""Teaser and rights boxes: lines that advertise other articles or state rights, inside a text.

They are kept out of matching word by word. A line is a box when it begins like one and is short;
a run of short lines after a teaser heading belongs to it.
"""

import re

import numpy as np
import numpy.typing as npt

from services.dedup.text.words import spans

_HEADS = re.compile(
    r"^[\s•\-\u2013\u2014*+>|]*(?:"
    r"lesen sie (?:auch|hier|mehr|dazu)|lesen sie hierzu|mehr zum thema|mehr dazu|"
    r"auch interessant|das könnte sie auch|"
    r"weitere artikel|weitere meldungen|zum thema:|siehe auch|empfohlener redaktioneller inhalt|newsletter|"
    r"abonnieren sie|melden sie sich (?:hier )?(?:für|zum)|kommentare?\s*$|jetzt kommentieren|"
    r"read (?:more|also|next)|more (?:on this|stories|from)|related(?: articles| stories|"
    r" content)?\s*:|see also|"
    r"sign up (?:for|to)|subscribe to|follow us|recommended for you|you may also like|"
    r"lire aussi|à lire aussi|sur le même sujet|lee también|te puede interesar|leggi anche|"
    r"lees ook|læs også|läs också|"
    r"©|\(c\) |copyright|all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos"
    r")",
    re.IGNORECASE,
)
_SHORT_LINE_WORDS = 30
_FOLLOWER_WORDS = 16


def boxes(text: str) -> list[tuple[int, int]]:
    """Character spans of the boxes of a text, in order, end exclusive."""
    found: list[tuple[int, int]] = []
    start, heading = 0, False
    for line in text.split("\n"):
        if _HEADS.match(line) and len(line.split()) <= _SHORT_LINE_WORDS:
            found.append((start, start + len(line)))
            heading = len(line.split()) <= _FOLLOWER_WORDS
        elif heading and line.strip():
            heading = _is_follower(line)
            if heading:
                found.append((start, start + len(line)))
        start += len(line) + 1
    return found


def _is_follower(line: str) -> bool:
    return len(line.split()) <= _FOLLOWER_WORDS and not line.rstrip().endswith((".", "“", '"'))


def boxed_words(text: str, words: int) -> npt.NDArray[np.bool_] | None:
    """Which of a text's `words` folded words lie in boxes; None where none does."""
    found = boxes(text)
    if not found:
        return None
    starts = spans(text)[:, 0]
    inside = np.zeros(words, bool)
    for begin, end in found:
        inside[np.searchsorted(starts, begin) : np.searchsorted(starts, end)] = True
    return inside if inside.any() else None
