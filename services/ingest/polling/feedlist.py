"""Lists of feeds as people keep them, OPML and TOML, into `Feed` records.

A TOML list has one table a feed:

    [[feed]]
    url = "https://paper.example/rss.xml"
    source = "paper"                    # optional: the registrable domain of its site, else of its address
    title = "Paper: news"               # optional
    language = "de"                     # optional
    home_url = "https://paper.example"  # optional: the site the feed is of
    full_text = false                   # optional: the feed carries whole articles
    poll_s = 300                        # optional: for ingest.poll_s
    poll_shortest_s = 60                # optional, and poll_longest_s
    priority = "key"                    # optional: its silence alone is worth an alert

A bad line costs one feed, not the list: what was left out is given beside the feeds, with the reason.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from services.contracts import ids
from services.contracts.feeds import Feed, FeedPriority
from services.ingest.formats.entries import address
from services.ingest.http.credentials import Credentials, login_in
from services.ingest.publishers import home_source
from services.ingest.text.characters import one_line, without_controls
from services.ingest.text.charset import text_of
from services.ingest.text.document import Document, read_document
from services.ingest.text.language import code
from services.ingest.text.markup import local, root_of
from services.ops.redaction import public_url

MAX_BYTES = 64 << 20
_FEED_SCHEME = re.compile(r"^feed:(?://)?(?=(https?://))|^feed://()", re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY\s", re.IGNORECASE)


Interval = Annotated[float, Meta(ge=0, le=604_800)]
"""Seconds; 0 is none."""


class BadFeedList(ValueError):
    """One line: which file, which feed, what is wrong, what to do."""


class ListedFeed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A feed as a person writes it down."""

    url: str
    source: str = ""
    title: str = ""
    language: str = ""
    home_url: str = ""
    full_text: bool = False
    poll_s: Interval = 0.0
    poll_shortest_s: Interval = 0.0
    poll_longest_s: Interval = 0.0
    priority: FeedPriority = ""


class ListLine(NamedTuple):
    """Where in a list a feed stands, and what stands there."""

    place: str
    """`line 12`, or `[[feed]] number 3`."""
    listed: ListedFeed


class RejectedFeed(NamedTuple):
    """A feed of a list that is not followed."""

    place: str
    address: str
    """Without credentials; empty where there is none."""
    why: str

    def __str__(self) -> str:
        return f"{self.place}: {self.address + ': ' if self.address else ''}{self.why}"


class FeedList(NamedTuple):
    feeds: Sequence[Feed]
    """In order, one for each address."""
    rejected: Sequence[RejectedFeed]


def read_feed_list(path: Path) -> FeedList:
    """Feeds of an `.opml`, `.xml` or `.toml` file. Raises `BadFeedList` for what is no list or names none.

    A login in an address is left out; `read_logins` has it.
    """
    found = _sorted_out(_lines(path))
    if not (found.feeds or found.rejected):
        raise BadFeedList(f"{path}: names no feed")
    return found


def read_logins(path: Path) -> Credentials:
    """The users and passwords in the addresses of a list. Raises `BadFeedList`."""
    return Credentials(login for line in _lines(path) if (login := login_in(line.listed.url)))


def _lines(path: Path) -> Iterator[ListLine]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadFeedList(f"{path}: larger than {MAX_BYTES} bytes; is it a list of feeds?")
        content = path.read_bytes()
    except OSError as error:
        raise BadFeedList(f"{path}: cannot be read: {error.strerror or error}") from None
    text = without_controls(text_of(content, ""))
    read = from_toml if path.suffix.lower() == ".toml" else from_opml
    return read(text, str(path))


def from_opml(text: str, name: str) -> Iterator[ListLine]:
    """Every outline with an `xmlUrl`, at any depth (http://opml.org/spec2.opml). Raises `BadFeedList`."""
    found = read_document(text, {"opml"})
    if found is None:
        kind = root_of(text)
        no_xml = "no XML; name a list in TOML .toml"
        raise BadFeedList(f"{name}: not OPML: {f'its root element is <{kind[:40]}>' if kind else no_xml}")
    if _ENTITY.search(text):
        raise BadFeedList(f"{name}: refused, because it declares entities")
    lines = list(_outlines(found))
    if not (lines or found.whole):
        raise BadFeedList(f"{name}: not OPML: it ends before its <opml> does")
    return iter(lines)


def _outlines(found: Document) -> Iterator[ListLine]:
    for outline in found.root.iter():
        if not isinstance(outline.tag, str) or local(outline.tag.rpartition("}")[2]) != "outline":
            continue
        attributes = {local(str(key)): one_line(str(value)) for key, value in outline.attrib.items()}
        if "xmlurl" in attributes:
            listed = ListedFeed(
                url=_FEED_SCHEME.sub(_http, attributes["xmlurl"]),
                title=attributes.get("title") or attributes.get("text", ""),
                # Exports carry anything here, "unknown" for one: what is no code is no reason to refuse.
                language=code(attributes.get("language", "")),
                home_url=attributes.get("htmlurl", ""),
            )
            yield ListLine(f"line {found.lines_before + (outline.sourceline or 1)}", listed)


def _http(scheme: re.Match[str]) -> str:
    return "" if scheme[1] else "http://"


def from_toml(text: str, name: str) -> Iterator[ListLine]:
    """Raises `BadFeedList`, also for keys that are not known."""
    try:
        document: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadFeedList(f"{name}: not TOML: {error}") from None
    unknown = sorted(set(document) - {"feed"})
    if unknown:
        raise BadFeedList(f"{name}: unknown key {unknown[0]}; a list of feeds has only [[feed]] tables")
    tables = document.get("feed", [])
    for number, table in enumerate(tables if isinstance(tables, list) else [tables], start=1):
        try:
            listed = msgspec.convert(table, ListedFeed)
        except msgspec.ValidationError as error:
            raise BadFeedList(f"{name}: [[feed]] number {number}: {error}") from None
        if listed.language and not code(listed.language):
            raise BadFeedList(
                f"{name}: [[feed]] number {number}: {listed.language!r} is not a language code such as de"
            )
        yield ListLine(f"[[feed]] number {number}", listed)


def _sorted_out(lines: Iterable[ListLine]) -> FeedList:
    feeds: dict[str, Feed] = {}
    places: dict[str, str] = {}
    rejected: list[RejectedFeed] = []
    for place, listed in lines:
        url = address("", listed.url)
        feed_id = ids.feed_id(url)
        why = (
            _fault(listed.url)
            if not url
            else f"listed before, in {places[feed_id]}"
            if feed_id in feeds
            else ""
        )
        if why:
            rejected.append(RejectedFeed(place, _shown(listed.url), why))
        else:
            feeds[feed_id] = feed_of(feed_id, url, listed)
            places[feed_id] = place
    return FeedList(tuple(feeds.values()), tuple(rejected))


def _fault(url: str) -> str:
    return "not an http(s) URL" if url else "has no address"


def _shown(url: str) -> str:
    """For a message: without what may be a login, also where the address cannot be read."""
    return re.sub(r"//.*@", "//***@", one_line(public_url(url)), flags=re.DOTALL)[:200]


def feed_of(feed_id: str, url: str, listed: ListedFeed) -> Feed:
    home_url = address("", listed.home_url)
    return Feed(
        feed_id=feed_id,
        url=url,
        source=listed.source or home_source([home_url, url]),
        title=listed.title,
        language=code(listed.language),
        full_text=listed.full_text,
        home_url=home_url,
        poll_s=listed.poll_s,
        poll_shortest_s=listed.poll_shortest_s,
        poll_longest_s=listed.poll_longest_s,
        priority=listed.priority,
    )
