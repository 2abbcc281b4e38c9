"""Lists of feeds as people keep them, OPML and TOML, into `Feed` records.

A TOML list has one table a feed:

    [[feed]]
    url = "https://paper.example/rss.xml"
    source = "paper"        # optional: the registrable domain of the URL
    title = "Paper: news"   # optional
    language = "de"         # optional
    full_text = false       # optional: the feed carries whole articles
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from services.contracts import ids
from services.contracts.feeds import Feed
from services.ingest.http.credentials import Credentials, login_in
from services.ingest.publishers import publisher
from services.ingest.text.language import code
from services.ingest.urls import canonical, host_of, without_login

MAX_BYTES = 64 << 20
_FEED_SCHEME = re.compile(r"^feed:(?://)?(?=(https?://))|^feed://()", re.IGNORECASE)


class BadFeedList(ValueError):
    """One line: which file, which feed, what is wrong, what to do."""


class Listed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A feed as a person writes it down."""

    url: str
    source: str = ""
    title: str = ""
    language: str = ""
    full_text: bool = False


def read_feed_list(path: Path) -> list[Feed]:
    """Feeds of an `.opml`, `.xml` or `.toml` file, in order, one for each URL. Raises `BadFeedList`.

    A login in an address is left out; `read_logins` has it.
    """
    feeds = list({one.feed_id: one for one in map(_feed, _listed_in(path))}.values())
    if not feeds:
        raise BadFeedList(f"{path}: names no feed")
    return feeds


def read_logins(path: Path) -> Credentials:
    """The users and passwords in the addresses of a list. Raises `BadFeedList`."""
    return Credentials(login for one in _listed_in(path) if (login := login_in(one.url)))


def _listed_in(path: Path) -> Sequence[Listed]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadFeedList(f"{path}: larger than {MAX_BYTES} bytes; is it a list of feeds?")
        content = path.read_bytes()
    except OSError as error:
        raise BadFeedList(f"{path}: cannot be read: {error.strerror or error}") from None
    return from_toml(content, str(path)) if path.suffix.lower() == ".toml" else from_opml(content, str(path))


def from_opml(content: bytes, name: str) -> Sequence[Listed]:
    """Every outline with an `xmlUrl`, at any depth (http://opml.org/spec2.opml). Raises `BadFeedList`."""
    try:
        root = fromstring(content)
    except DefusedXmlException as error:
        raise BadFeedList(f"{name}: refused, because it declares entities or a DTD: {error}") from None
    except (ParseError, ValueError) as error:
        raise BadFeedList(f"{name}: not OPML: {error}") from None
    if root.tag.lower() != "opml":
        raise BadFeedList(f"{name}: not OPML: its root element is <{root.tag[:40]}>")
    return _checked(_outlines(root), name)


def _outlines(root: Element) -> Iterator[Listed]:
    for outline in root.iter("outline"):
        attributes = {key.lower(): value.strip() for key, value in outline.attrib.items()}
        if attributes.get("xmlurl"):
            yield Listed(
                url=_FEED_SCHEME.sub(_http, attributes["xmlurl"]),
                title=attributes.get("title") or attributes.get("text", ""),
                # Exports carry anything here, "unknown" for one: what is no code is no reason to refuse.
                language=code(attributes.get("language", "")),
            )


def _http(scheme: re.Match[str]) -> str:
    return "" if scheme[1] else "http://"


def from_toml(content: bytes, name: str) -> Sequence[Listed]:
    """Raises `BadFeedList`, also for keys that are not known."""
    try:
        document: dict[str, Any] = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadFeedList(f"{name}: not TOML: {error}") from None
    unknown = sorted(set(document) - {"feed"})
    if unknown:
        raise BadFeedList(f"{name}: unknown key {unknown[0]}; a list of feeds has only [[feed]] tables")
    listed: list[Listed] = []
    tables = document.get("feed", [])
    for number, table in enumerate(tables if isinstance(tables, list) else [tables], start=1):
        try:
            listed.append(msgspec.convert(table, Listed))
        except msgspec.ValidationError as error:
            raise BadFeedList(f"{name}: [[feed]] number {number}: {error}") from None
    return _checked(listed, name)


def _checked(listed: Iterable[Listed], name: str) -> Sequence[Listed]:
    checked = tuple(listed)
    for number, one in enumerate(checked, start=1):
        if canonical(one.url) is None:
            raise BadFeedList(f"{name}: feed number {number}: {_public(one.url)!r} is not an http(s) URL")
        if one.language and not code(one.language):
            raise BadFeedList(
                f"{name}: feed number {number}: {one.language!r} is not a language code such as de"
            )
    return checked


def _public(url: str) -> str:
    """For a message: without what may be a login, also where the address cannot be read."""
    return re.sub(r"//.*@", "//***@", url, flags=re.DOTALL)[:200]


def _feed(listed: Listed) -> Feed:
    url = without_login(listed.url)
    return Feed(
        feed_id=ids.feed_id(url),
        url=url,
        source=listed.source or publisher(host_of(url)),
        title=listed.title,
        language=code(listed.language),
        full_text=listed.full_text,
    )
