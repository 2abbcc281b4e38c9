"""The article on an HTML page: title, text, canonical link, date, language.

Runs in a worker process. trafilatura finds the article, asked for precision: teasers, cookie layers and
navigation make unrelated pages look alike. Never raises: a page without an article gives a refusal.
"""

import logging
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import trafilatura
from lxml import etree  # type: ignore[import-untyped]
from trafilatura.utils import load_html

from services.ingest.http.exchange import Exchange
from services.ingest.publishers import publisher
from services.ingest.readings import ParsedPage, Refusal
from services.ingest.text.charset import text_of
from services.ingest.text.dates import moment
from services.ingest.text.language import settle
from services.ingest.text.markup import root_of
from services.ingest.text.plain import tidy
from services.ingest.urls import host_of

MAX_CHARS = 5_000_000
MAX_DEPTH = 500
"""Open elements at once. Real pages stay below 100; libxml2 and recursion suffer far above."""
MIN_TEXT = 40
"""Characters of the shortest text that counts as an article."""
SECOND_LOOK = 1_500
"""A precise extraction below this many characters is checked against a generous one …"""
CUT_SHORT = 3
"""… and gives way if that finds this many times the text: some layouts hide all but the lead."""

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it logs what we count
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_LEFT_OPEN = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd td th tr"
    " thead tbody tfoot option optgroup colgroup html head body path circle rect use".split()
)
_DATES = etree.XPath(
    "//meta[@property='article:published_time' or @name='date' or @itemprop='datePublished']/@content"
    " | //time[@itemprop='datePublished' or @pubdate]/@datetime"
)
_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_CANONICAL = etree.XPath("//link[contains(concat(' ', @rel, ' '), ' canonical ')]/@href")
_LANGUAGE = etree.XPath(
    "//html/@lang | //meta[@property='og:locale' or @http-equiv='content-language']/@content"
)
_SITE_NAME = etree.XPath("//meta[@property='og:site_name']/@content")
_SUFFIX = re.compile(r"\s+[|–—·:-]+\s+(?=[^|–—·]+$)|\s*[|｜：]\s*(?=[^|｜：]+$)")  # noqa: RUF001


def read_page(exchange: Exchange) -> ParsedPage:
    """The article in an exchange's body."""
    text = text_of(exchange.body, exchange.content_type).replace("\x00", "")
    if not text.strip():
        return _refused("empty_body", "the body is empty")
    if not _looks_like_html(exchange.content_type, text):
        return _refused("not_html", f"no HTML: {exchange.content_type or text[:40]!r}")
    if len(text) > MAX_CHARS or _depth(text) > MAX_DEPTH:
        return _refused("too_deep", f"over {MAX_CHARS} characters or {MAX_DEPTH} elements deep")
    try:
        return _read(text, exchange.final_url or exchange.url)
    except (RecursionError, MemoryError) as error:
        return _refused("too_deep", type(error).__name__)
    except Exception as error:  # noqa: BLE001 - a stranger's bytes must never stop the others
        return _refused("parse_error", f"{type(error).__name__}: {str(error)[:200]}")


def _refused(refusal: Refusal, reason: str) -> ParsedPage:
    return ParsedPage(refusal=refusal, reason=reason)


def _looks_like_html(content_type: str, text: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    if kind in {"text/html", "application/xhtml+xml"}:
        return True
    return kind in {"", "text/plain", "application/octet-stream", "text/xml"} and root_of(text) == "html"


def _depth(text: str) -> int:
    """Elements open at once, about: those that are commonly left open are not counted."""
    depth = deepest = 0
    for closing, name in _TAG.findall(text):
        if name.lower() not in _LEFT_OPEN:
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _read(text: str, url: str) -> ParsedPage:
    tree = load_html(text)
    if tree is None:
        return _refused("not_html", "no HTML tree")
    claims = _claims(tree, url)
    found: Any = trafilatura.bare_extraction(tree, url=url, with_metadata=True, **_PRECISELY)
    body = _body(found)
    if len(body) < SECOND_LOOK:
        generous = _body(trafilatura.bare_extraction(tree, url=url, **_GENEROUSLY))
        body = generous if len(generous) > CUT_SHORT * len(body) else body
    headline = " ".join((found.title if found and found.title else "").split())
    title = _without_site(headline, [*map(str, _SITE_NAME(tree)), *_names_of(url)])
    body = _without_title(body, title)
    if len(body) < MIN_TEXT:
        return _refused("no_article", "no text that could be an article")
    return ParsedPage(
        canonical_url=claims,
        title=title,
        text=body,
        language=settle(next((str(one) for one in _LANGUAGE(tree)), ""), title, body),
        published_at=_published(tree, text) or _midnight(found.date if found else None),
    )


_PRECISELY: dict[str, Any] = {"favor_precision": True, "include_comments": False}
_GENEROUSLY: dict[str, Any] = {"include_comments": False}


def _body(found: Any) -> str:
    return tidy(found.text or "") if found else ""


def _claims(tree: Any, url: str) -> str:
    links = [str(one).strip() for one in _CANONICAL(tree)]
    return urljoin(url, links[0]) if links and links[0] else ""


def _names_of(url: str) -> tuple[str, ...]:
    domain = publisher(host_of(url))
    return domain, domain.partition(".")[0]


def _without_site(title: str, names: list[str]) -> str:
    """A "Headline | Paper" is "Headline" where the page says it is of "Paper"."""
    sites = {_bare(name) for name in names}
    while (match := _last(title)) and _bare(title[match.end() :]) in sites:
        title = title[: match.start()].rstrip()
    return title


def _last(title: str) -> re.Match[str] | None:
    return next((match for match in _SUFFIX.finditer(title) if match.start() > 0), None)


def _bare(name: str) -> str:
    return re.sub(r"\W", "", name.lower())


def _without_title(body: str, title: str) -> str:
    first, _, rest = body.partition("\n")
    return rest if title and _bare(first) == _bare(title) else body


def _published(tree: Any, text: str) -> datetime | None:
    stamps = [*map(str, _DATES(tree)), *_JSON_DATE.findall(text)]
    return next((read for stamp in stamps if (read := moment(stamp))), None)


def _midnight(day: str | None) -> datetime | None:
    try:
        return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) if day else None
    except ValueError:
        return None
