"""Names of agencies and outlets in copy, each with the list it stands in and what is around it."""
# ruff: noqa: RUF001 - typographic quotes are what press copy is made of

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.ingest.credits.presses import AGENCIES, OUTLETS


class Mention(NamedTuple):
    """A name in its surroundings: the list it stands in ("RND/seb/dpa"), and what frames that list."""

    name: str
    list: str
    before: str
    after: str
    from_start: int
    to_end: int


def _tree(names: Iterable[str]) -> str:
    """A regular expression for one of `names`, the longest first, shared beginnings only once."""
    rests: dict[str, list[str]] = {}
    for name in names:
        rests.setdefault(name[:1], []).append(name[1:])
    ends_here = rests.pop("", None) is not None
    branches = [re.escape(head) + _tree(rest) for head, rest in sorted(rests.items())]
    if not branches:
        return ""
    return f"(?:{'|'.join(branches)}){'?' if ends_here else ''}"


AGENCY_OF = {name: slug for slug, names in AGENCIES.items() for name in names}
SHOWN_AS = {name: names[0] for names in AGENCIES.values() for name in names}
SHOWN_AS |= {form: name for name, forms in OUTLETS.items() for form in forms}
# What may stand before a name is spelled out: a set of first characters makes the scan a third shorter.
_NAME = re.compile(rf"[\s(\"'„“”»«‚›‘’/\[–—>;,:|+&©*•-]({_tree(SHOWN_AS)})(?!\w|-\w|\.\w)")
_AGENCY_NAME = _tree(AGENCY_OF)

# One member of a credit list beside the agency: initials, an outlet, a writer's name.
_MEMBER = (
    r"(?:(?!By |Von )\w[\w.&!'-]{0,22}[\w!](?: [A-Z]\w[\w'-]{0,15}){0,2}"
    r"|[^\W\d]{1,6}|[^\W\d]{1,6}\.(?= ?/)|(?:\w\.){2,4})"
)
_JOINT = r"(?: ?[/;+&|] ?(?:mit )?|,? (?:und|and|mit|with) |, )"
_JOINED = ("/", "/ ", "; ", "+", "+ ", "& ", "| ", ", ", " und ", " and ", " mit ", " with ", "/mit ")
_LISTED_BEFORE = re.compile(rf"(?<!\w)(?:{_MEMBER}{_JOINT}){{1,6}}$")
_LISTED_AFTER = re.compile(rf"(?: ?/ ?\w[\w.-]{{0,13}}|(?:, | und | and | & )(?:{_AGENCY_NAME})\b){{1,6}}")


def mentions(text: str) -> Iterator[Mention]:
    text = f"\n{text}"
    for match in _NAME.finditer(text):
        start, end = match.span(1)
        listed = text.endswith(_JOINED, 0, start) and _LISTED_BEFORE.search(text, max(0, start - 80), start)
        start = listed.start() if listed else start
        more = _LISTED_AFTER.match(text, end, end + 60)
        end = more.end() if more else end
        yield Mention(
            match[1],
            text[start:end],
            text[max(0, start - 90) : start],
            text[end : end + 60],
            start - 1,
            len(text) - end,
        )
