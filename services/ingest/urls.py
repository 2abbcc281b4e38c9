"""Canonical URLs: one address for one article, whatever a feed hung onto it.

Only what is certain is folded: a tracking parameter, a fragment, a default port, an AMP viewer. Two
addresses that may be two articles stay two; dedup has the rest.
"""

import re
from functools import lru_cache
from urllib.parse import SplitResult, unquote, urlsplit

from w3lib.url import canonicalize_url

MAX_LENGTH = 2_048
FOLDS_KEPT = 4_096
"""Addresses whose canonical form is remembered: one poll asks for each of its entries' several times."""
_TRACKING = re.compile(
    r"(?:utm|mc|wt|at|pk|mtm|matomo|oly|guce|hsa|ns)_.+"
    r"|_?(?:fbclid|gclid|gbraid|wbraid|dclid|yclid|msclkid|twclid|ttclid|li_fat_id|igshid|igsh|gaa_.+)"
    r"|xtor|xts|cmp(?:id)?|ocid|icid|cid_source|s_cid|sc_cid|smid|maca|ito|ftag|mkt_tok|vero_id|spm"
    r"|_hsenc|_hsmi|__twitter_impression|guccounter|dicbo|traffic_source",
    re.IGNORECASE,
)
_AMP = re.compile(r"amp(?:=(?:1|true|yes)?)?|outputtype=(?:valid)?amp", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SEGMENT = r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*"
_IN_ORDER = re.compile(
    rf"(?!\S*(?i:amp))https?://(?:(?!xn--){_LABEL}\.){{1,3}}[a-z]{{2,18}}/(?:{_SEGMENT}/)*(?:{_SEGMENT})?"
)
"""Addresses of the plain form that most have, which are canonical as they are."""
_NAMED = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|[0-9a-f:.]+")
_SLUG_THEN_AMP = re.compile(r"(/[^/]*(?:-|\d)[^/]*)/amp/?$", re.IGNORECASE)
_AMP_VIEWER = re.compile(r"https?://www\.google\.[a-z.]+/amp/(s/)?(.+)", re.IGNORECASE)
_AMP_CACHE = re.compile(r"https?://[^/]+\.cdn\.ampproject\.org/[a-z]/(s/)?(.+)", re.IGNORECASE)
_DEFAULT_PORT = {"http": 80, "https": 443}
_LOGIN = re.compile(r"^(\s*(?:[a-z][a-z0-9+.-]*:)?[/\\]{2})[^/?#\\]*@", re.IGNORECASE)


def canonical(url: str) -> str | None:
    """The canonical form of an http(s) URL; None for anything else and past 2,048 characters.

    Idempotent: a canonical URL is its own canonical form.
    """
    return _fold(url) if len(url) <= 2 * MAX_LENGTH else None


@lru_cache(maxsize=FOLDS_KEPT)
def _fold(url: str) -> str | None:
    if len(url) <= MAX_LENGTH and _IN_ORDER.fullmatch(url):
        return url
    try:
        parts = urlsplit(_unwrapped(url.strip()))
        if parts.scheme.lower() not in _DEFAULT_PORT or not parts.hostname:
            return None
        folded = canonicalize_url(_without_noise(parts).geturl(), keep_fragments=True)
        named = _NAMED.fullmatch(urlsplit(folded).hostname or "")
    except (ValueError, UnicodeError):
        return None
    return folded if named and len(folded) <= MAX_LENGTH else None


@lru_cache(maxsize=FOLDS_KEPT)
def host_of(url: str) -> str:
    """Lower-case host; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _unwrapped(url: str) -> str:
    """The publisher's own address out of Google's AMP viewer and cache."""
    match = _AMP_VIEWER.fullmatch(url) or _AMP_CACHE.fullmatch(url)
    if match is None or not _HOST.match(match[2]):
        return url
    return f"{'https' if match[1] else 'http'}://{match[2]}"


def _without_noise(parts: SplitResult) -> SplitResult:
    scheme = parts.scheme.lower()
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    if parts.port not in {None, _DEFAULT_PORT[scheme]}:
        host = f"{host}:{parts.port}"
    kept = "&".join(pair for pair in parts.query.split("&") if pair and not _is_noise(pair))
    # "#!" names a page of its own (https://www.w3.org/TR/fragid-best-practices/), any other fragment a place.
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    return SplitResult(scheme, host, _SLUG_THEN_AMP.sub(r"\1", parts.path), kept, fragment)


def _is_noise(pair: str) -> bool:
    if _AMP.fullmatch(pair):
        return True
    name, _, value = pair.partition("=")
    name = unquote(name)
    if name.lower() in {"ref", "referrer", "via"}:
        return bool(_HOST.fullmatch(unquote(value)))
    return bool(_TRACKING.fullmatch(name))


def without_login(url: str) -> str:
    """An address without user and password; anything else as it is, also what is no address at all."""
    return _LOGIN.sub(r"\1", url)
