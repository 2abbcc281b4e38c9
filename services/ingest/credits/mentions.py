"""Names of agencies and outlets in copy, each with the list it stands in and what is around it."""
# ruff: noqa: RUF001 - typographic quotes are what press copy is made of

import re
from collections.abc import Iterator
from typing import NamedTuple

from services.ingest.credits.presses import SHOWN_AS, SLUGS
from services.ingest.credits.wording import UNPARTED, WORDING, alternatives, beginnings, words


class Mention(NamedTuple):
    """A name in its surroundings: the list it stands in ("RND/seb/dpa"), and what frames that list."""

    name: str
    list: str
    before: str
    after: str
    from_start: int
    to_end: int

    @property
    def lead(self) -> str:
        """The last of `before`, in lower case."""
        return self.before[-LEAD:].lower()


BEFORE, AFTER, LEAD = 90, 60, 56
"""Characters of a text that frame a list, and those in which words announce it."""

# What may stand before a name is spelled out: a set of first characters makes the scan a third shorter.
_LEAD = rf"[\s(\"'„“”»«‚›‘’/\[–—>;,:|+&©*•=)<\-（）】［【〔「《〈、，。：；／＝｜・،؛{UNPARTED}]"
_NAME = re.compile(
    rf"{_LEAD}(?={beginnings(SHOWN_AS)})({alternatives(SHOWN_AS)})(?:(?<=[{UNPARTED}])|(?!(?![{UNPARTED}])\w|-\w|\.\w))"
)
_AGENCY_NAME = alternatives(SLUGS)

_JOINING = tuple(word for word in words(WORDING.conjunction) + words(WORDING.company) if word.isalpha())
_BETWEEN = "|".join(map(re.escape, _JOINING))
_FIRST = "|".join(
    re.escape(word)
    for word in (*map(str.capitalize, words(WORDING.byline)), *words(WORDING.particle))
    if word.isalpha()
)
# One member of a credit list beside the agency: initials, an outlet, a writer's name.
_MEMBER = (
    rf"(?:(?!(?:{_FIRST}) )\w[\w.&!'-]{{0,22}}[\w!](?: [A-Z]\w[\w'-]{{0,15}}){{0,2}}"
    r"|[^\W\d]{1,6}|[^\W\d]{1,6}\.(?=/)|[a-zäöü]{1,4}\.(?= /)|(?:\w\.){2,4})"
)
_JOINT = rf"(?: ?[/;+&|=／、，・＝] ?(?:mit )?|–|,? (?:{_BETWEEN}) |, )"
_JOINED = (
    *("/", "/ ", "; ", "+", "+ ", "& ", "| ", "=", ", ", "/mit ", "／", "、", "，", "・", "＝", "–"),
    *(f" {word} " for word in _JOINING),
)
_LISTED_BEFORE = re.compile(rf"(?<!\w)(?:(?:{_MEMBER}|{_AGENCY_NAME}){_JOINT}){{1,6}}$")
_LISTED_AFTER = re.compile(
    rf"(?: ?/ ?\w[\w.-]{{0,13}}|(?:, |[=／、，・＝–]| & | (?:{_BETWEEN}) )(?:{_AGENCY_NAME})(?!(?![{UNPARTED}])\w)){{1,6}}"
)
_IN_SLASHES = re.compile(r"(?:^|[\s.(])/ ?(?:\w{1,5}\. )?$")

_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLD |= dict.fromkeys(map(ord, "\u3000\xa0\u2009\u202f"), " ")
_FOLD |= dict(zip(map(ord, "【】〔〕〖〗"), "[][][]", strict=True))
_FOLD |= dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2069\ufeff"))
_FOLDABLE = re.compile(f"[{''.join(map(chr, _FOLD))}]")


def mentions(text: str) -> Iterator[Mention]:
    text = f"\n{text}"
    for match in _NAME.finditer(text):
        start, end = _list_around(text, *match.span(1))
        before, listed, after = text[max(0, start - BEFORE) : start], text[start:end], text[end : end + AFTER]
        if _FOLDABLE.search(text, max(0, start - BEFORE), end + AFTER):
            before, listed, after = (part.translate(_FOLD) for part in (before, listed, after))
        yield Mention(match[1], listed, before, after, start - 1, len(text) - end)


def _list_around(text: str, start: int, end: int) -> tuple[int, int]:
    if text.startswith(("/", " /"), end) and _IN_SLASHES.search(text, max(0, start - 9), start):
        return start, end
    listed = text.endswith(_JOINED, 0, start) and _LISTED_BEFORE.search(text, max(0, start - 80), start)
    more = _LISTED_AFTER.match(text, end, end + 60)
    return listed.start() if listed else start, more.end() if more else end
