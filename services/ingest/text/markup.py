"""What kind of document a text is, by its first tag, and where its head sends the reader."""

import html
import re
from urllib.parse import urldefrag, urljoin, urlsplit

AT_ONCE_S = 2.0
"""A refresh after at most this many seconds is a redirect; after that the page is there to be read."""
LOOKED_AT = 500_000
"""Characters in which a refresh is looked for."""
_ROOT = re.compile(r"<(?!\?|!--)(?:!DOCTYPE\s+(?P<doctype>\w+)|(?:\w+:)?(?P<tag>\w+))", re.IGNORECASE)
_TAG_OF = r"<{}\b(?:[^>\"']|\"[^\"]{{0,4096}}\"|'[^']{{0,4096}}'){{0,300}}>"
_META = re.compile(_TAG_OF.format("meta"), re.IGNORECASE)
_BASE = re.compile(_TAG_OF.format("base"), re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_UNREAD = re.compile(
    r"<!--.*?(?:-->|\Z)|<(noscript|script|style|template|textarea|title|xmp|iframe|svg)\b.*?(?:</\1\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_REFRESH = re.compile(
    r"\s*(?P<delay>\d*(?:\.[\d.]*)?)\s*[;,\s]\s*(?:url\s*=\s*)?(?P<quote>[\"']?)(?P<target>.*)\Z",
    re.IGNORECASE | re.DOTALL,
)


def root_of(text: str) -> str:
    """Lower-case name of the document's root element or doctype; empty where there is none."""
    match = _ROOT.search(text[:4_096])
    return (match["doctype"] or match["tag"]).lower() if match else ""


def refresh_target(text: str, base: str) -> str:
    """Where a page's meta refresh sends its reader at once: an absolute http(s) address, or empty.

    Read as browsers that run scripts do: what stands in `noscript` is none. A page that reloads itself, or
    goes on only after it can be read, sends nobody anywhere.
    """
    head = text[:LOOKED_AT]
    if "refresh" not in head.lower():
        return ""
    head = _UNREAD.sub(" ", head)
    stated = (_attributes(match[0]) for match in _META.finditer(head))
    contents = [
        one.get("content", "") for one in stated if one.get("http-equiv", "").strip().lower() == "refresh"
    ]
    match = _REFRESH.match(contents[0]) if contents else None
    if match is None or not re.search(r"\d", match["delay"] or "0") or _seconds(match["delay"]) > AT_ONCE_S:
        return ""
    return _elsewhere(_unquoted(match["target"], match["quote"]), _based(head, base), base)


def _attributes(tag: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(tag):
        found.setdefault(name.lower(), html.unescape("".join(values)))
    return found


def _seconds(delay: str) -> float:
    whole, _, part = delay.partition(".")
    return float(f"{whole or 0}.{part.partition('.')[0] or 0}"[:40])


def _unquoted(target: str, quote: str) -> str:
    return target.partition(quote)[0] if quote else target


def _based(head: str, base: str) -> str:
    first = _BASE.search(head)
    return _joined(base, _attributes(first[0]).get("href", "")) if first else base


def _elsewhere(target: str, base: str, own: str) -> str:
    address = _joined(base, re.sub(r"[\t\r\n]", "", target).strip()) if target.strip() else ""
    if urlsplit(address).scheme not in {"http", "https"} or urldefrag(address)[0] == urldefrag(own)[0]:
        return ""
    return address


def _joined(base: str, address: str) -> str:
    try:
        joined = urljoin(base, address)
        return joined if urlsplit(joined).hostname else ""
    except ValueError:
        return ""
