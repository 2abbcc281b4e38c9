"""The address an article is known by: which claims of pages and feeds are believed."""

import re
from urllib.parse import parse_qsl, urlsplit

from services.ingest.publishers import publisher
from services.ingest.urls import canonical

_FRONT = re.compile(r"/?(?:(?:index|home|default|start|startseite)(?:\.\w{2,5})?)?/?", re.IGNORECASE)
_LOCALE = re.compile(r"/[a-z]{2}(?:[-_][a-z]{2})?(?=/|$)", re.IGNORECASE)
_STATUS = re.compile(r"40[0134]|410|50[0234]")
"""What an error page says of itself in its address."""
_HYPHENS = 3
"""Hyphens from which words are a headline."""
_LONG_SEGMENT = 30
"""Characters from which a part of a path is a headline, not the name of a section."""


def is_front_page(url: str) -> bool:
    """Whether an address is that of a site's front page, in any language edition."""
    parts = urlsplit(url)
    return not (parts.query or parts.fragment) and _is_front_path(parts.path)


def _is_front_path(path: str) -> bool:
    return bool(_FRONT.fullmatch(_LOCALE.sub("", path, count=1)))


def is_index_of(url: str, article: str) -> bool:
    """Whether `url` is a front or section page above the article, going by both canonical addresses."""
    parts = urlsplit(url)
    if parts.fragment or _names_article(parts.query):
        return False
    if _is_front_path(parts.path):
        return not is_front_page(article)
    above, below = _segments(url), _segments(article)
    if not _names_sections(above) or len(above) >= len(below):
        return False
    return below[: len(above)] == above or below[-1] not in above


def _names_article(query: str) -> bool:
    """Whether a query holds the number or the headline of an article: no code of an error, no way back."""
    return any(
        (len(value) > 1 and value.isdigit() and not _STATUS.fullmatch(value))
        or (value.count("-") >= _HYPHENS and "/" not in value)
        for _, value in parse_qsl(query)
    )


def _segments(url: str) -> list[str]:
    return [part for part in urlsplit(url).path.lower().split("/") if part]


def _names_sections(segments: list[str]) -> bool:
    """Names of sections are words: no numbers, no headlines."""
    return all(
        len(part) < _LONG_SEGMENT and part.count("-") < _HYPHENS and not re.search(r"\d", part)
        for part in segments
    )


def claimed_address(own: str, claimed: str) -> str:
    """The address that a page claims by `<link rel=canonical>`, canonical; empty where its form forbids it.

    It must be of the same publisher, and neither a front page nor a section above the page: templates of
    whole sites carry such links. `own`: where it was fetched, canonical.
    """
    other = canonical(claimed) if claimed else None
    if other is None or other == own:
        return ""
    if publisher(urlsplit(other).hostname or "") != publisher(urlsplit(own).hostname or ""):
        return ""
    return "" if is_index_of(other, own) else other


def fragment_address(url: str, name: str) -> str:
    """An address for an entry that has none of its own: a place on the page it links to or comes from."""
    return f"{canonical(url) or url}#{name}"


def other_scheme(url: str) -> str:
    """The same address over the other of http and https."""
    scheme, _, rest = url.partition("://")
    return f"{'http' if scheme == 'https' else 'https'}://{rest}"
