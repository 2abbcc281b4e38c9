"""What a page says of its article in JSON-LD (schema.org), told apart from what it says of other things.

A page carries statements about related pieces, comments, authors and the site beside those about its article.
Only a node that is this page's is handed out: by its address, by its headline, or as the only one that says
nothing to the contrary.
"""

import html
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urljoin

from lxml import etree  # type: ignore[import-untyped]

from services.ingest.pages.wording import words_of
from services.ingest.urls import canonical

Node = dict[str, Any]
MAX_NODES = 500
"""Article nodes of one page that are looked at."""
ALIKE = 0.5
"""Share of a headline's words that a title of the page must share with it to be of the same article."""
_SCRIPTS = etree.XPath(
    "//script[contains(translate(@type, 'ADJLNOPSI', 'adjlnopsi'), 'ld+json')]",
)
_ARTICLE = re.compile(r"(?:Article|Posting)$|^Report$")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_WRAPPING = re.compile(
    r"^\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?)|(?:-->|(?://|/\*)?\s*\]\]>\s*(?:\*/)?|;)\s*$"
)


def article_of(tree: Any, addresses: Sequence[str], titles: Iterable[str]) -> tuple[Node, ...]:
    """The nodes that speak of the page's article.

    `addresses` and `titles` are what the page goes by; relative addresses in nodes are of the first one.
    """
    nodes = [node for script in _SCRIPTS(tree) for node in _articles(_parse_script(script.text or ""))][
        :MAX_NODES
    ]
    base = addresses[0] if addresses else ""
    here = {place for address in addresses if (place := _place(address, base))}
    if by_address := tuple(node for node in nodes if here & _places(node, base)):
        return by_address
    named = [words for title in titles if (words := set(words_of(title)))]
    if by_headline := tuple(node for node in nodes if _is_named(node, named)):
        return by_headline
    alone = len(nodes) == 1 and not _places(nodes[0], base)
    return tuple(nodes) if alone and not (named and _headline(nodes[0])) else ()


def text_in(node: Node, key: str) -> str:
    """A statement that is plain text; empty where it is none."""
    value = node.get(key)
    value = value[0] if isinstance(value, list) and value else value
    return value if isinstance(value, str) else ""


def _parse_script(script: str) -> Any:
    text = _WRAPPING.sub("", script)
    for attempt in (text, _TRAILING_COMMA.sub("", text), html.unescape(text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _articles(value: Any) -> Iterator[Node]:
    """Articles at the top, in a graph, or as the main entity of what is there; never those further down."""
    waiting = deque([value])
    while waiting:
        one = waiting.popleft()
        if isinstance(one, list):
            waiting.extend(one[:MAX_NODES])
        elif isinstance(one, dict):
            if any(_ARTICLE.search(kind) for kind in _kinds(one)):
                yield one
            waiting.extend(one[key] for key in ("@graph", "mainEntity") if key in one)


def _kinds(node: Node) -> list[str]:
    kinds = node.get("@type")
    named = kinds if isinstance(kinds, list) else [kinds]
    return [kind.rpartition("/")[2].rpartition(":")[2] for kind in named if isinstance(kind, str)]


def _places(node: Node, base: str) -> set[str]:
    """The addresses a node gives for what it speaks of."""
    values = [node.get(key) for key in ("url", "@id", "mainEntityOfPage")]
    values += [value.get(key) for value in values if isinstance(value, dict) for key in ("@id", "url")]
    return {place for value in values if isinstance(value, str) and (place := _place(value, base))}


def _place(address: str, base: str) -> str:
    """What is the same in all addresses of one page; empty for a front page and for what is no address."""
    try:
        known = canonical(urljoin(base, address.strip()))
    except ValueError:
        return ""
    host, _, rest = (known or "").partition("://")[2].removeprefix("www.").partition("/")
    return f"{host}/{rest.rstrip('/')}" if rest else ""


def _headline(node: Node) -> set[str]:
    return set(words_of(text_in(node, "headline") or text_in(node, "name")))


def _is_named(node: Node, titles: list[set[str]]) -> bool:
    headline = _headline(node)
    return any(len(headline & title) > ALIKE * max(len(headline), len(title)) for title in titles)
