"""The article on an HTML page: title, text, canonical link, date, language.

Runs in a worker process. trafilatura finds the article, asked for precision: teasers, cookie layers and
navigation make unrelated pages look alike. What it loses is mended (`body`). Never raises: a page without an
article gives a refusal.
"""

import logging
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

import trafilatura
from lxml import etree  # type: ignore[import-untyped]
from trafilatura.utils import load_html

from services.ingest.http.exchange import Exchange
from services.ingest.pages.blocks import TextBlock, blocks_of
from services.ingest.pages.body import mended, prose_in
from services.ingest.pages.headline import first_words, heading_of, headline, shown, site_names, stated_titles
from services.ingest.pages.linked_data import article_of, text_in
from services.ingest.pages.notices import notice_in
from services.ingest.pages.published import published, statements
from services.ingest.pages.wording import keyed
from services.ingest.readings import ParsedPage, Refusal
from services.ingest.text.characters import printable, without_odd_references
from services.ingest.text.charset import text_of
from services.ingest.text.language import settle
from services.ingest.text.markup import root_of
from services.ingest.text.plain import plain, tidy
from services.ingest.text.refresh import refresh_target

MAX_CHARS = 5_000_000
MAX_DEPTH = 500
"""Open elements at once. Real pages stay below 100; libxml2 and recursion suffer far above."""
MIN_TEXT = 40
"""Characters of the shortest text that counts as an article."""
SECOND_LOOK = 1_500
"""A precise extraction below this many characters is checked against a generous one …"""
CUT_SHORT = 3
"""… and gives way if that finds this many times the text: some layouts hide all but the lead."""
MOST_PROSE = 2
"""A quick extraction is believed if the page has no more than this many times its text in prose."""

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it logs what we count
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_LEFT_OPEN = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd td th tr"
    " thead tbody tfoot option optgroup colgroup html head body path circle rect use".split()
)
_CANONICAL = etree.XPath("//link[contains(concat(' ', @rel, ' '), ' canonical ')]/@href")
_LANGUAGE = etree.XPath(
    "//html/@lang | //meta[@property='og:locale' or @http-equiv='content-language']/@content"
)
_DESCRIPTIONS = etree.XPath(
    "//meta[@property='og:description' or @name='description' or @name='twitter:description']/@content"
)
_OWN_ADDRESS = etree.XPath("//meta[@property='og:url']/@content")


def read_page(exchange: Exchange) -> ParsedPage:
    """The article in an exchange's body."""
    text = without_odd_references(text_of(exchange.body, exchange.content_type))
    try:
        return _unreadable(text, exchange.content_type) or _read(text, exchange.final_url or exchange.url)
    except (RecursionError, MemoryError) as error:
        return _refused_page("too_deep", type(error).__name__)
    except Exception as error:  # noqa: BLE001 - a stranger's bytes must never stop the others
        return _refused_page("parse_error", f"{type(error).__name__}: {str(error)[:200]}")


def _unreadable(text: str, content_type: str) -> ParsedPage | None:
    if not text.strip():
        return _refused_page("empty_body", "the body is empty")
    if not _looks_like_html(content_type, text):
        return _refused_page("not_html", f"no HTML: {content_type or text[:40]!r}")
    if len(text) > MAX_CHARS or _depth(text) > MAX_DEPTH:
        return _refused_page("too_deep", f"over {MAX_CHARS} characters or {MAX_DEPTH} elements deep")
    return None


def _refused_page(refusal: Refusal, reason: str) -> ParsedPage:
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
    if target := refresh_target(text, url):
        return ParsedPage(refusal="redirected", reason=f"sends its reader to {target}", refresh_url=target)
    tree = load_html(text)
    if tree is None:
        return _refused_page("not_html", "no HTML tree")
    canonical = _claim(tree, url)
    heading = heading_of(tree)
    titles = stated_titles(tree)
    nodes = article_of(tree, [url, canonical, *map(str, _OWN_ADDRESS(tree))], [shown(heading), *titles])
    stated = statements(tree, heading, nodes)
    title = headline(tree, heading, nodes, url)
    declared = next((str(one) for one in _LANGUAGE(tree)), "")
    blocks = blocks_of(tree, heading)  # before the library takes the tree apart
    descriptions = [*map(str, _DESCRIPTIONS(tree)), *(text_in(node, "description") for node in nodes)]
    told = max((text_in(node, "articleBody") for node in nodes), key=len, default="")
    body = without_title(mended(_body(tree, url, blocks), blocks, title, descriptions, told), title)
    if len(body) < SECOND_LOOK and len(told) > CUT_SHORT * max(len(body), MIN_TEXT):
        body = plain(told)  # the page is filled by a script, or shows but its lead
    if not stated and (notice := notice_in(titles, shown(heading), site_names(tree, url), body)):
        return _refused_page(*notice)
    if len(body) < MIN_TEXT:
        return _refused_page("no_article", "no text that could be an article")
    return ParsedPage(
        canonical_url=canonical,
        title=printable(title or first_words(body)),
        text=printable(body),
        language=settle(declared, title, body),
        published_at=published(stated),
    )


def _body(tree: Any, url: str, blocks: Sequence[TextBlock]) -> str:
    """The library's reading. Half of its time it asks others, whose answer changes short readings only."""
    body = _reading(tree, url, fast=True, with_metadata=False, **_PRECISELY)
    if len(body) >= SECOND_LOOK and prose_in(blocks) <= MOST_PROSE * len(body):
        return body
    body = _reading(tree, url, with_metadata=False, **_PRECISELY)
    if len(body) < SECOND_LOOK:
        generous = _reading(tree, url, **_GENEROUSLY)
        body = generous if len(generous) > CUT_SHORT * len(body) else body
    return body


def _reading(tree: Any, url: str, **options: Any) -> str:
    found: Any = trafilatura.bare_extraction(tree, url=url, **options)
    return tidy(found.text or "") if found else ""


_PRECISELY: dict[str, Any] = {"favor_precision": True, "include_comments": False}
_GENEROUSLY: dict[str, Any] = {"include_comments": False}


def _claim(tree: Any, url: str) -> str:
    links = [str(one).strip() for one in _CANONICAL(tree)]
    return urljoin(url, links[0]) if links and links[0] else ""


def without_title(body: str, title: str) -> str:
    first, _, rest = body.partition("\n")
    return rest if title and keyed(first) == keyed(title) else body
