"""What copy quotes, and who said it."""
# ruff: noqa: RUF001 - typographic quotes are what press copy is made of

import re
from collections.abc import Mapping, Sequence
from itertools import islice

from services.contracts.facts import Name, Quote
from services.enrich.facts.landmarks import QUOTED, landmarks, matches
from services.enrich.facts.wording import words

MOST = 12
"""Quotations told of one text."""
_LEAST, _LONGEST = 20, 400
_NEAR = 110
"""Characters beside a quotation in which its speaker is looked for."""
_QUOTED = re.compile(
    r"„([^„“”\n]{20,600})[“”]|“([^“”\n]{20,600})”|»([^»«\n]{20,600})«|«\s?([^»«\n]{20,600}?)\s?»"
    r"|\"(?<!\w\")([^\"\n]{20,600})\"(?!\w)|「([^「」\n]{8,300})」|『([^『』\n]{8,300})』"
)
_UNPARTED = frozenset("zh ja ko th ar fa".split())
"""Languages whose verbs of saying are looked for anywhere: words are not parted, or letters stick to them."""
_WORD = re.compile(r"[^\W\d_]+")
_STOPS = ".!?。\n"
_STOP = re.compile(f"[{_STOPS}]")


def quotes(title: str, text: str, language: str, named: Sequence[Name]) -> tuple[Quote, ...]:
    """Of the text, in order of appearance; the first `MOST`."""
    opening = landmarks(title, text).opening
    if not opening:
        return ()
    body = text[:QUOTED]
    people = _people(named)
    return tuple(
        Quote(text=_cut(match[match.lastindex or 0]), speaker=_speaker(body, match, language, people))
        for match in islice(matches(_QUOTED, body, opening), MOST)
    )


def _people(named: Sequence[Name]) -> dict[str, str]:
    """Names by their spellings."""
    return {
        spelling: name.name
        for name in reversed(named)
        if name.kind in ("person", "")
        for spelling in (*name.variants, name.name.rpartition(" ")[2], name.name)
        if len(spelling) > 1
    }


def _speaker(body: str, match: re.Match[str], language: str, people: Mapping[str, str]) -> str:
    """The person beside a verb of saying: behind the quotation first, then in front of it."""
    if not people:
        return ""
    behind = body[match.end() : match.end() + _NEAR].lstrip(" ,.–—")
    after = behind[: end.start()] if (end := _STOP.search(behind)) else behind
    there = [name for name in people if name in after]
    if there and _is_saying(after, language):
        return people[min(there, key=lambda name: (after.find(name), -len(name), name))]
    front = body[max(0, match.start() - _NEAR) : match.start()]
    before = front[max(map(front.rfind, _STOPS)) + 1 :]
    if before.isspace():
        return ""
    there = [name for name in people if name in before]
    if there and _is_announced(before, after, language):
        return people[max(there, key=lambda name: (before.rfind(name), len(name), name))]
    return ""


def _is_announced(before: str, after: str, language: str) -> bool:
    if before.rstrip().endswith((":", "：")) or _is_saying(before, language):
        return True
    return language in _UNPARTED and _is_saying(after, language)


def _is_saying(part: str, language: str) -> bool:
    saying = words("saying", language).whole
    if language in _UNPARTED:
        return any(verb in part for verb in saying)
    return not saying.isdisjoint(_WORD.findall(part.lower()))


def _cut(said: str) -> str:
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST].rsplit(' ', 1)[0]} …"
