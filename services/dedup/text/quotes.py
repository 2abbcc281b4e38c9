# ruff: noqa: RUF001 - marks of many scripts
"""Which words of a text somebody is quoted with."""

import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from services.dedup import kernels
from services.dedup.text.codes import codes
from services.dedup.text.words import spans

_TEXTS_AT_HAND = 256
LONGEST = 2_000
_PAIRS = '“”|„“|„”|»«|«»|‹›|「」|『』|《》|""|‘’|‚‘'
_QUOTED = re.compile(
    "|".join(
        f"{re.escape(pair[0])}[^{re.escape(pair[1])}\\n]{{1,{LONGEST}}}{re.escape(pair[1])}"
        for pair in _PAIRS.split("|")
    )
)


_OPENING, _CLOSING = np.array(
    [[ord(mark) for mark in pair] for pair in _PAIRS.split("|")], np.uint32
).T.copy()
Places = npt.NDArray[np.bool_]
"""One flag a word."""


@lru_cache(maxsize=_TEXTS_AT_HAND)
def quoted_words(text: str) -> Places:
    """For each folded word, whether it stands between quotation marks of one paragraph."""
    starts = np.ascontiguousarray(spans(text)[:, 0], np.int64)
    compiled = kernels.module("quotes")
    if compiled is not None:
        quoted: Places = compiled.quoted(codes(text), starts, _OPENING, _CLOSING)
        return quoted
    inside = np.zeros(len(starts), bool)
    for match in _QUOTED.finditer(text):
        begin, end = np.searchsorted(starts, match.span())
        inside[begin:end] = True
    return inside
