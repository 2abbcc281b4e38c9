"""What kind of document a text is, by its first tag, and where it sends its reader."""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree  # type: ignore[import-untyped]

_ROOT = re.compile(r"<(?!\?|!--)(?:!DOCTYPE\s+(?P<doctype>\w+)|(?:\w+:)?(?P<tag>\w+))", re.IGNORECASE)


def root_of(text: str) -> str:
    """Lower-case name of the document's root element or doctype; empty where there is none."""
    match = _ROOT.search(text[:4_096])
    return (match["doctype"] or match["tag"]).lower() if match else ""


REFRESH_WITHIN = 1 << 16
"""Characters in which a page says where it leads."""
IMMEDIATE_S = 2
"""A refresh that waits this long or longer is a page that is read, and reloads or moves on later."""
_REFRESH = re.compile(
    r"\s*(?P<seconds>\d{1,9})(?:\.[\d.]*)?(?:\s*[;,]|\s)\s*(?:url\s*=\s*)?(?P<quote>[\"']?)(?P<url>.*)",
    re.IGNORECASE | re.DOTALL,
)
_ANNOUNCED = re.compile(r"http-equiv[^>]{0,9}refresh", re.IGNORECASE)
_HIDDEN = "ancestor::noscript or ancestor::template or ancestor::svg"
_META = etree.XPath(
    f"//meta[translate(normalize-space(@http-equiv), 'REFSH', 'refsh') = 'refresh'][not({_HIDDEN})]/@content"
)
_BASE = etree.XPath("//base/@href")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def refresh_target(text: str, base: str) -> str:
    """Where a page sends its reader at once by `<meta http-equiv=refresh>`: absolute, http(s), or empty.

    `base` is the page's own address. A page that only loads itself anew leads nowhere.
    """
    beginning = text[:REFRESH_WITHIN]
    if not _ANNOUNCED.search(beginning):
        return ""
    parser = etree.HTMLParser(encoding="utf-8", recover=True)
    tree: Any = etree.fromstring(_CONTROL.sub(" ", beginning).encode("utf-8", "replace"), parser)
    contents = _META(tree) if tree is not None else []
    if not contents:
        return ""
    return _target(str(contents[0]), base, [str(href) for href in _BASE(tree)])


def _target(content: str, base: str, bases: list[str]) -> str:
    match = _REFRESH.fullmatch(content)
    if match is None or int(match["seconds"]) >= IMMEDIATE_S:
        return ""
    link = match["url"].partition(match["quote"])[0] if match["quote"] else match["url"]
    try:
        target = urljoin(urljoin(base, bases[0].strip()) if bases else base, link.strip())
        parts = urlsplit(target)
    except ValueError:
        return ""
    target = target.partition("#")[0]
    usable = link.strip() and parts.scheme in {"http", "https"} and parts.hostname
    return target if usable and target != base.partition("#")[0] else ""
