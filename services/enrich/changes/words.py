"""Two texts laid beside each other: which passages and words came, went, or took each other's place."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from services.contracts.stories import Edit

SCANNED = 20_000
"""Characters of a text that are looked at."""
_SENTENCE = re.compile(r"(?<=[.!?…][\s\"”“»])\s*|(?<=[。！？])|\n+")  # noqa: RUF001
_MOST = 400
"""Sentences of a text that are laid beside others."""
_WORDS = 160
"""Words of a stretch up to which words are compared one by one."""
_PASSAGE = 7
"""From so many words on, what came or went is a passage."""


def edits(before: str, after: str) -> Iterator[Edit]:
    """In order of the texts. One side empty: dropped, or added."""
    old, new = _sentences(before), _sentences(after)
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        gone, come = " ".join(old[a:b]).split(), " ".join(new[c:d]).split()
        if gone and come and max(len(gone), len(come)) <= _WORDS:
            yield from _by_word(gone, come)
        else:
            yield Edit(before=" ".join(gone), after=" ".join(come))


def is_passage(words: str) -> bool:
    return len(words.split()) >= _PASSAGE or (len(words) >= 4 * _PASSAGE and " " not in words)


def _sentences(text: str) -> list[str]:
    parts = (" ".join(part.split()) for part in _SENTENCE.split(text[:SCANNED]) if part)
    return [part for part in parts if part][:_MOST]


def _by_word(gone: Sequence[str], come: Sequence[str]) -> Iterator[Edit]:
    for kind, a, b, c, d in SequenceMatcher(None, gone, come, autojunk=False).get_opcodes():
        if kind != "equal":
            yield Edit(before=" ".join(gone[a:b]), after=" ".join(come[c:d]))
