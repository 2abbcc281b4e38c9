"""The address an article is known by: which claims of pages and feeds are believed."""

import re
from urllib.parse import urlsplit

from services.ingest.publishers import publisher
from services.ingest.urls import canonical

_FRONT = re.compile(r"/?(?:(?:index|home|default|start|startseite)(?:\.\w{2,5})?)?/?", re.IGNORECASE)
_LOCALE = re.compile(r"/[a-z]{2}(?:[-_][a-z]{2})?(?=/|$)", re.IGNORECASE)
_LONG_SEGMENT = 30
"""Characters from which a part of a path is a headline, not the name of a section."""


def is_front_page(url: str) -> bool:
    """Whether an address is that of a site's front page, in any language edition."""
    parts = urlsplit(url)
    return not parts.query and bool(_FRONT.fullmatch(_LOCALE.sub("", parts.path, count=1)))


def is_index_of(url: str, article: str) -> bool:
    """Whether `url` is a front or section page above the article, going by both canonical addresses."""
    if is_front_page(url):
        return not is_front_page(article)
    above, below = _segments(url), _segments(article)
    if urlsplit(url).query or not _names_sections(above) or len(above) >= len(below):
        return False
    return below[: len(above)] == above or below[-1] not in above


def _segments(url: str) -> list[str]:
    return [part for part in urlsplit(url).path.lower().split("/") if part]


def _names_sections(segments: list[str]) -> bool:
    """Names of sections are words: no numbers, no headlines."""
    return all(
        len(part) < _LONG_SEGMENT and part.count("-") < 3 and not re.search(r"\d", part) for part in segments
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
