"""The headline of a page's article, as the page shows and states it."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from services.ingest.pages.linked_data import Node, text_in
from services.ingest.pages.wording import keyed, words_of
from services.ingest.publishers import publisher
from services.ingest.text.plain import title as on_one_line
from services.ingest.urls import host_of

MAX_CHARS = 1_000
LEAD_WORDS = 12
"""Words of the text that stand for a headline where there is none."""
_OPEN_GRAPH = etree.XPath("//meta[@property='og:title' or @name='og:title']/@content")
_OTHER = etree.XPath("//meta[@name='twitter:title' or @property='twitter:title']/@content")
_SITE_NAME = etree.XPath("//meta[@property='og:site_name' or @name='application-name']/@content")
_SUFFIX = re.compile(r"\s+[|–—·:-]+\s+(?=[^|–—·]+$)|\s*[|｜：]\s*(?=[^|｜：]+$)")  # noqa: RUF001
_RESIDUE = re.compile(r"</?[a-zA-Z]|&#?\w+;")
_SENTENCE = re.compile(r"[.!?…。！？]+(?=\s|$)")  # noqa: RUF001


def heading_of(tree: Any) -> Any | None:
    """The `h1` of the article: the only one, else the one that the page's title repeats."""
    headings = [one for one in tree.iter("h1") if shown(one)]
    if len(headings) < 2:
        return headings[0] if headings else None
    stated = set(words_of(" ".join(stated_titles(tree))))
    best = max(headings, key=lambda one: len(stated & set(words_of(shown(one)))))
    return best if stated & set(words_of(shown(best))) else headings[0]


def stated_titles(tree: Any) -> list[str]:
    """What the page's head calls it, the likeliest headline first."""
    element = tree.find(".//head//title")
    own = [element.text_content()] if element is not None else []
    return [text for one in (*_OPEN_GRAPH(tree), *_OTHER(tree), *own) if (text := _line(str(one)))]


def headline(tree: Any, heading: Any | None, nodes: Sequence[Node], url: str) -> str:
    """The headline without the site's name; empty where the page has none."""
    displayed = shown(heading)
    stated = [text for one in _OPEN_GRAPH(tree) if (text := _line(str(one)))]
    linked = [text for node in nodes if (text := _line(text_in(node, "headline")))]
    candidates = [*stated, *linked, displayed, *stated_titles(tree)]
    names = site_names(tree, url)
    found = [without_site(_exact(one, [displayed, *linked]), names) for one in candidates if one]
    own = [one for one in found if _bare(one) and _bare(one) not in map(_bare, names)]
    return next(iter(own), "")[:MAX_CHARS]


def first_words(text: str) -> str:
    """The first sentence of a text, cut to a dozen words: a title for what has none."""
    line = text.partition("\n")[0]
    end = _SENTENCE.search(line)
    sentence = line[: end.start()] if end else line
    words = sentence.split()
    return sentence.strip() if len(words) <= LEAD_WORDS else " ".join(words[:LEAD_WORDS]) + " …"


def site_names(tree: Any, url: str) -> list[str]:
    """What a page and its address call the site."""
    domain = publisher(host_of(url))
    return [*map(str, _SITE_NAME(tree)), domain, domain.partition(".")[0]]


def without_site(title: str, names: Iterable[str]) -> str:
    """A "Headline | Paper" is "Headline" where the page says it is of "Paper"."""
    sites = {_bare(name) for name in names}
    while (match := _last_suffix(title)) and _bare(title[match.end() :]) in sites:
        title = title[: match.start()].rstrip()
    return title


def _last_suffix(title: str) -> re.Match[str] | None:
    return next((match for match in _SUFFIX.finditer(title) if match.start() > 0), None)


def _bare(name: str) -> str:
    return re.sub(r"\W", "", name.lower())


def _exact(stated: str, others: Sequence[str]) -> str:
    """What was escaped once too often is told by another statement of the same headline."""
    if not _RESIDUE.search(stated):
        return stated
    meant = keyed(on_one_line(stated))
    return next((other for other in others if other and keyed(other) == meant), stated)


def shown(heading: Any | None) -> str:
    """Words of a heading; its parts that stand side by side are not one word."""
    if heading is None:
        return ""
    pieces = [heading.text or ""]
    for part in heading:
        joined = "".join(part.itertext()) if isinstance(part.tag, str) else ""
        pieces += [joined, part.tail or (" " if joined or part.tag in {"br", "wbr"} else "")]
    return _line("".join(pieces))


def _line(text: str) -> str:
    return " ".join(text.replace("\xad", "").split())
