"""What copy quotes, and who said it."""
# ruff: noqa: RUF001 - typographic quotes are what press copy is made of

import re
from collections.abc import Mapping

from services.contracts.facts import Name, Quote
from services.enrich.facts.wording import words

MOST = 12
"""Quotations told of one text."""
SCANNED = 5_000
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
_ENDS = re.compile(r"[.!?。\n]")


def quotes(text: str, language: str, named: tuple[Name, ...]) -> tuple[Quote, ...]:
    """In order of appearance; the first `MOST`."""
    body = text[:SCANNED]
    people = {
        spelling: name.name
        for name in reversed(named)
        if name.kind in ("person", "")
        for spelling in (*name.variants, name.name.rpartition(" ")[2], name.name)
        if len(spelling) > 1
    }
    found = []
    for match in _QUOTED.finditer(body):
        said = next(group for group in match.groups() if group)
        found.append(Quote(text=_cut(said), speaker=_speaker(body, match, language, people)))
        if len(found) == MOST:
            break
    return tuple(found)


def _speaker(body: str, match: re.Match[str], language: str, people: Mapping[str, str]) -> str:
    """The person beside a verb of saying: behind the quotation first, then in front of it."""
    if not people:
        return ""
    after = _ENDS.split(body[match.end() : match.end() + _NEAR].lstrip(" ,.–—"), maxsplit=1)[0]
    before = _ENDS.split(body[max(0, match.start() - _NEAR) : match.start()])[-1]
    said = _is_saying(after, language)
    if said and (there := [(after.find(name), -len(name), name) for name in people if name in after]):
        return people[min(there)[2]]
    announced = before.rstrip().endswith((":", "：")) or _is_saying(before, language)
    if announced or (said and language in _UNPARTED):
        there = [(before.rfind(name), len(name), name) for name in people if name in before]
        return people[max(there)[2]] if there else ""
    return ""


def _is_saying(part: str, language: str) -> bool:
    saying = words("saying", language).whole
    if language in _UNPARTED:
        return any(verb in part for verb in saying)
    return not saying.isdisjoint(_WORD.findall(part.lower()))


def _cut(said: str) -> str:
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST].rsplit(' ', 1)[0]} …"
