"""Names of agencies and outlets in copy, each with the list it stands in and what is around it."""
# ruff: noqa: RUF001 - typographic quotes are what press copy is made of

import re
from collections.abc import Iterator
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from services.ingest.credits.presses import SHOWN_AS, SLUGS
from services.ingest.credits.wording import UNPARTED, WORDING, alternatives, words


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
MOST = 400
"""Names of a text that are looked at; of more the first and the last, half each."""

_NAMES = tuple(SHOWN_AS)
_FINDER = AhoCorasick(_NAMES, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA)
_BEGINS = re.compile(
    rf"[\s(\"'„“”»«‚›‘’/\[–—>;,:|+&©*•=)<\-（）】［【〔「《〈、，。：；／＝｜・،؛{UNPARTED}]"
)
_ENDS = re.compile(rf"(?<=[{UNPARTED}])|(?!(?![{UNPARTED}])\w|-\w|\.\w)")
_AGENCY_NAME = alternatives(SLUGS)

_JOINING = tuple(word for word in words(WORDING.conjunction) + words(WORDING.company) if word.isalpha())
_BETWEEN = "|".join(map(re.escape, _JOINING))
_FIRST = "|".join(
    re.escape(word)
    for word in (
        *map(str.capitalize, words(WORDING.byline) + words(WORDING.agency)),
        *words(WORDING.particle),
        *_JOINING,
    )
    if word.isalpha()
)
# One member of a credit list beside the agency: initials, an outlet, a writer's name.
_MEMBER = (
    rf"(?:(?!(?:{_FIRST}) )\w[\w.&!'-]{{0,22}}[\w!](?: [A-Z]\w[\w'-]{{0,15}}){{0,2}}"
    r"|[^\W\d]{1,6}|[^\W\d]{1,6}\.(?=/)|[a-zäöü]{1,4}\.(?= /|,)|(?:\w\.){2,4})"
)
_JOINT = rf"(?: ?[/;+&|=／、，・＝] ?(?:mit )?|–|,? (?:{_BETWEEN}) |[,،] )"
_JOINED = (
    *("/", "/ ", "; ", "+", "+ ", "& ", "| ", "=", ", ", "، ", "/mit ", "／", "、", "，", "・", "＝", "–"),
    *(f" {word} " for word in _JOINING),
)
_MEMBER_BEFORE = re.compile(rf"(?<!\w)(?:{_MEMBER}|{_AGENCY_NAME}){_JOINT}$")
_MEMBERS = 6
_DATELINE = 70
"""Reach of a dateline from the start, in characters."""
_LISTED_AFTER = re.compile(
    r"(?: ?/ ?\w[\w.-]{0,13}"
    rf"|(?:[,،] |[=／、，・＝–]| & | (?:{_BETWEEN}) )(?:{_AGENCY_NAME})(?!(?![{UNPARTED}])\w)){{1,6}}"
)
_AFTER_SLASH = re.compile(r"(?:^|[\s.(])/ ?(?:\w{1,5}\. )?$")
_BEFORE_SLASH = re.compile(r" ?/(?=[\s.,]|$)")

_FOLD: dict[int, int | str | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLD |= dict.fromkeys(map(ord, "\u3000\xa0\u2009\u202f"), " ")
_FOLD |= zip(map(ord, "【】〔〕〖〗"), "[][][]", strict=True)
_FOLD |= dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2069\ufeff"))
_FOLDABLE = re.compile(f"[{''.join(map(chr, _FOLD))}]")


def mentions(text: str) -> Iterator[Mention]:
    text = f"\n{text}"
    found = [
        (_NAMES[index], start, end)
        for index, start, end in _matches(text)
        if _BEGINS.match(text, start - 1) and _ENDS.match(text, end)
    ]
    kept = found if len(found) <= MOST else (*found[: MOST // 2], *found[-MOST // 2 :])
    return (_mention(name, text, *_list_around(text, start, end)) for name, start, end in kept)


def _matches(text: str) -> list[tuple[int, int, int]]:
    try:
        return _FINDER.find_matches_as_indexes(text)
    except UnicodeEncodeError:  # lone surrogates
        return _FINDER.find_matches_as_indexes(text.encode("utf-8", "replace").decode())


def _mention(name: str, text: str, start: int, end: int) -> Mention:
    before, listed, after = text[max(0, start - BEFORE) : start], text[start:end], text[end : end + AFTER]
    if _FOLDABLE.search(text, max(0, start - BEFORE), end + AFTER):
        before, listed, after = (part.translate(_FOLD) for part in (before, listed, after))
    return Mention(name, listed, before, after, start - 1, len(text) - end)


def _list_around(text: str, start: int, end: int) -> tuple[int, int]:
    if text.startswith(("/", " /"), end) and _AFTER_SLASH.search(text, max(0, start - 9), start):
        return start, end
    if start < _DATELINE and text.startswith("/", start - 1) and _BEFORE_SLASH.match(text, end):
        return start, end
    more = _LISTED_AFTER.match(text, end, end + 60)
    return _list_start(text, start), more.end() if more else end


def _list_start(text: str, start: int) -> int:
    for _ in range(_MEMBERS):
        member = text.endswith(_JOINED, 0, start) and _MEMBER_BEFORE.search(text, max(0, start - 56), start)
        if not member:
            break
        start = member.start()
    return start
