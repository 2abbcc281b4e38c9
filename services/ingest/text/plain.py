"""HTML fragments as feeds carry them, to plain text with one paragraph a line."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from lxml import etree, html  # type: ignore[import-untyped]

from services.ingest.text.characters import REFERENCE, printable, referenced, without_odd_references
from services.ingest.text.document import Element

MAX_CHARS = 1_000_000
TITLE_WORDS = 12
TITLE_WIDTH = 100
"""Columns of a title made from the text; a wide character takes two."""
_BLOCKS = frozenset(
    "address article aside blockquote br dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6"
    " header hr li main nav ol p pre section table td th tr ul".split()
)
_UNREAD = frozenset("script style noscript template iframe object svg math head form button".split())
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&[#a-zA-Z]")
_TITLE_TAG = re.compile(
    r"</?(a|abbr|acronym|b|bdi|bdo|big|blockquote|br|center|cite|code|del|dfn|div|em|font|h[1-6]|hr|i|img|ins|kbd|mark|nobr"
    r"|p|q|s|samp|small|span|strike|strong|sub|sup|time|tt|u|var|wbr)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_VOID = frozenset({"br", "hr", "img", "wbr"})
_BARE = {"remove_comments": True, "remove_pis": True}
_LOOSE_END = ".,;:\u2013\u2014-\u2026"


class Run(NamedTuple):
    """A piece of a fragment's text; `href` of the link it stands in. A line break is a run of its own."""

    text: str
    href: str = ""


BREAK = Run("\n")


def plain(text: str) -> str:
    """Text of an HTML fragment (or of what is no HTML at all), at most a million characters."""
    return joined(runs(text))


def runs(text: str) -> list[Run]:
    """The fragment in the order it is read."""
    text = without_odd_references(text[:MAX_CHARS])
    if not _MARKUP.search(text):
        return [run for line in text.split("\n") for run in (Run(line), BREAK)]
    try:
        root = _root_of(f"<div>{text}</div>")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return [Run(re.sub(r"<[^>]*>", " ", text))]
    return _runs_of(root)


def joined(pieces: Iterable[Run]) -> str:
    return tidy("".join(run.text for run in pieces))


def tidy(text: str) -> str:
    """One space between words, one line break between paragraphs, nothing around; printable, NFC."""
    lines = (" ".join(line.split()) for line in printable(text).replace("\xad", "").split("\n"))
    return "\n".join(line for line in lines if line)


def title(text: str) -> str:
    """Plain text on one line, of markup."""
    return " ".join(plain(text).split())


def loose_title(text: str) -> str:
    """A title that may be text or HTML, as in RSS: tags go where they are whole, all else are characters.

    "Children < 12" and "The <b> element" stay what they are; "<b>Flood</b>" and "R&amp;D" were markup.
    """
    closed = {match[1].lower() for match in _TITLE_TAG.finditer(text) if match[0].startswith("</")}
    kept = _TITLE_TAG.sub(lambda match: _unless_markup(match, closed), text)
    return exact_title(REFERENCE.sub(referenced, kept))


def exact_title(text: str) -> str:
    """A title in which every character is meant."""
    return " ".join(tidy(text).split())


def title_of(text: str) -> str:
    """The first words of a text that has no title: of its first line, cut at a word."""
    line = tidy(text).partition("\n")[0]
    words = line.split(" ")
    kept = _cut(" ".join(words[:TITLE_WORDS]), TITLE_WIDTH)
    return kept if kept == line else f"{kept.rstrip(_LOOSE_END)}…"


def _cut(text: str, width: int) -> str:
    columns = 0
    for position, character in enumerate(text):
        columns += 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
        if columns > width:
            head = text[:position]
            return head.rpartition(" ")[0] or head
    return text


def _unless_markup(match: re.Match[str], closed: set[str]) -> str:
    name = match[1].lower()
    if name not in _VOID and name not in closed:
        return match[0]
    return " " if name in _BLOCKS else ""


def _root_of(fragment: str) -> Element:
    """As `lxml.html` reads a fragment, which looks up a class for each element: only where it has to tidy."""
    document = etree.fromstring(fragment, etree.HTMLParser(**_BARE))
    body = document[0] if document is not None and len(document) == 1 else None
    if body is not None and body.tag == "body" and len(body) == 1 and _is_blank(body.text, body[0].tail):
        return body[0]
    return html.fromstring(fragment, parser=html.HTMLParser(**_BARE))


def _is_blank(*texts: str | None) -> bool:
    return not any(text and text.strip() for text in texts)


def _runs_of(root: Element) -> list[Run]:
    found: list[Run] = []
    hrefs = [""]
    unread = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        starts = event == "start"
        if element.tag in _BLOCKS and not unread:
            found.append(BREAK)
        if element.tag in _UNREAD:
            unread += 1 if starts else -1
        if element.tag == "a":
            hrefs = [*hrefs, element.get("href") or ""] if starts else hrefs[:-1]
        words = element.text if starts else element.tail
        if words and not unread and (starts or element is not root):
            # Line breaks of the source are no paragraphs: only blocks are.
            found.append(Run(words.replace("\n", " "), hrefs[-1]))
    return found
