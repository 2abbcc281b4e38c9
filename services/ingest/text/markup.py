"""The pieces of a document in angle brackets, and what kind of document it is."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_ROOT = re.compile(r"<(?!\?|!--)(?:!DOCTYPE\s+(?P<doctype>\w+)|(?:\w+:)?(?P<tag>\w+))", re.IGNORECASE)
_TAG = re.compile(
    r"<(?P<end>/?)\s*(?P<name>[^\W\d][\w.:-]{0,200})"
    r"(?P<rest>(?:[^\"'<>]|\"[^\"]*\"|'[^']*')*+|[^<>]*+)>"
)
_UNREAD = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">"))
_ANOTHER_ITEM = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)


class Piece(NamedTuple):
    """`kind`: `text`, `start`, `end`, `empty` (a start that is an end), `cdata`, or `other`."""

    kind: str
    text: str
    """As it stands there; of CDATA what is inside."""
    name: str = ""
    """Of a tag, as it stands there."""
    rest: str = ""
    """Of a start tag: its attributes."""
    start: int = 0


def root_of(text: str) -> str:
    """Lower-case name of the document's root element or doctype; empty where there is none."""
    match = _ROOT.search(text[:4_096])
    return (match["doctype"] or match["tag"]).lower() if match else ""


def local(name: str) -> str:
    """A qualified name without its prefix, in lower case."""
    return name.rpartition(":")[2].lower()


def pieces(text: str, start: int = 0) -> Iterator[Piece]:
    """Everything from `start` on, whether it is well-formed or not; no character is lost.

    Linear in the text: what is opened and never closed is looked for once.
    """
    unclosed: set[str] = set()
    position = start
    while position < len(text):
        opening = text.find("<", position)
        if opening < 0:
            yield Piece("text", text[position:], start=position)
            return
        if opening > position:
            yield Piece("text", text[position:opening], start=position)
        piece, position = _at(text, opening, unclosed)
        yield piece


def _at(text: str, opening: int, unclosed: set[str]) -> tuple[Piece, int]:
    """The piece that begins at a "<", and where it ends."""
    match = _TAG.match(text, opening)
    if match:
        return _tag(match), match.end()
    for begin, end in _UNREAD:
        if not text.startswith(begin, opening):
            continue
        inside = opening + len(begin)
        closing = text.find(end, inside) if begin not in unclosed else -1
        if closing < 0:
            unclosed.add(begin)
        elif begin != "<![CDATA[":
            return Piece("other", text[opening : closing + len(end)], start=opening), closing + len(end)
        elif not _swallows(text, inside, closing):
            return Piece("cdata", text[inside:closing], start=opening), closing + len(end)
        # What has no end of its own ends where it begins: the tags behind it count.
        return Piece("other", "", start=opening), inside
    return Piece("text", "<", start=opening), opening + 1


def _tag(match: re.Match[str]) -> Piece:
    rest = match["rest"]
    kind = "end" if match["end"] else "empty" if rest.endswith("/") else "start"
    return Piece(kind, match[0], match["name"], rest.removesuffix("/"), match.start())


def _swallows(text: str, inside: int, closing: int) -> bool:
    """Whether a CDATA section lost its own end and runs into the next item's."""
    nested = text.find("<![CDATA[", inside, closing)
    return nested >= 0 and _ANOTHER_ITEM.search(text, inside, nested) is not None
