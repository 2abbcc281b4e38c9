# ruff: noqa: RUF001 - marks of many scripts
"""Which words of a text somebody is quoted with."""

import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from services.dedup.text.words import spans

_TEXTS_AT_HAND = 256
_LONGEST = 2_000
_PAIRS = '“”|„“|„”|»«|«»|‹›|「」|『』|《》|""|‘’|‚‘'
_QUOTED = re.compile(
    "|".join(
        f"{re.escape(pair[0])}[^{re.escape(pair[1])}\\n]{{1,{_LONGEST}}}{re.escape(pair[1])}"
        for pair in _PAIRS.split("|")
    )
)


@lru_cache(maxsize=_TEXTS_AT_HAND)
def quoted_words(text: str) -> npt.NDArray[np.bool_]:
    """For each folded word, whether it stands between quotation marks of one paragraph."""
    places = spans(text)
    inside = np.zeros(len(places), bool)
    for match in _QUOTED.finditer(text):
        begin, end = np.searchsorted(places[:, 0], match.span())
        inside[begin:end] = True
    return inside
