"""HTML fragments as feeds carry them, to plain text with one paragraph a line."""

import re

from lxml import etree, html  # type: ignore[import-untyped]

MAX_CHARS = 1_000_000
_BLOCKS = frozenset(
    "address article aside blockquote br dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6"
    " header hr li main nav ol p pre section table td th tr ul".split()
)
_UNREAD = frozenset("script style noscript template iframe object svg math head form button".split())
_MARKUP = re.compile(r"<[a-zA-Z/!]|&[#a-zA-Z]")
_SPACE = re.compile(r"[^\S\n]+")


def plain(text: str) -> str:
    """Text of an HTML fragment (or of what is no HTML at all), at most a million characters."""
    text = text[:MAX_CHARS]
    if not _MARKUP.search(text):
        return tidy(text)
    try:
        root = html.fromstring(
            f"<div>{text}</div>", parser=html.HTMLParser(remove_comments=True, remove_pis=True)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return tidy(re.sub(r"<[^>]*>", " ", text))
    return tidy("".join(_pieces(root)))


def tidy(text: str) -> str:
    """One space between words, one line break between paragraphs, nothing around."""
    lines = (
        _SPACE.sub(" ", line).strip() for line in text.replace("\r", "\n").replace("\xad", "").split("\n")
    )
    return "\n".join(line for line in lines if line)


def title(text: str) -> str:
    """Plain text on one line."""
    return " ".join(plain(text).split())


def _pieces(root: html.HtmlElement) -> list[str]:
    pieces: list[str] = []
    unread = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        if element.tag in _BLOCKS and not unread:
            pieces.append("\n")
        if element.tag in _UNREAD:
            unread += 1 if event == "start" else -1
        words = element.text if event == "start" else element.tail
        if words and not unread:
            pieces.append(words if event == "start" or element is not root else "")
    # Line breaks of the source are no paragraphs: only blocks are.
    return ["\n" if piece == "\n" else piece.replace("\n", " ") for piece in pieces]
