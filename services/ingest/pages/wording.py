"""Texts compared by their words alone: what differs in case, punctuation or white space is the same."""

import re

_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """The words in lower case; the point that lowering leaves on a Turkish İ parts no word."""
    return _WORD.findall(text.lower().replace("i\u0307", "i"))


def keyed(text: str) -> str:
    """The words, one space between them."""
    return " ".join(words_of(text))
