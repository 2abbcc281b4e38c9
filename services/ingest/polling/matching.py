"""Which remembered entry a listed one is: by its id within the feed and by its address, neither alone.

The surest agreement is settled first. So ids that are handed on like numbers of seats do not carry one
article's past to another, and an id that stays while its link moves does.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from services.contracts.feeds import SeenEntry
from services.ingest.identity import fragment_address, is_front_page, other_scheme
from services.ingest.keys import address_key
from services.ingest.polling.listings import address_of
from services.ingest.publishers import publisher
from services.ingest.readings import Entry
from services.ingest.urls import canonical, host_of

_FRAGMENT_MAX = 200


class Match(NamedTuple):
    """An entry of a document, what is remembered of it, and the address that its article has."""

    entry: Entry
    known: SeenEntry | None
    address: str
    """Canonical, or made for an entry without one of its own; empty for one that only repeats another."""
    shared: bool
    """Its link is no address of its own: the page behind it is not its article."""

    @property
    def repeated(self) -> bool:
        return not self.address

    @property
    def page(self) -> str:
        """Key of the address its link has in common with other entries; empty where it has its own."""
        link = canonical(self.entry.url) if self.shared else ""
        return address_key(link) if link else ""

    @property
    def moved(self) -> bool:
        """It is known under another address; the other of http and https is none."""
        return self.known is not None and not _is_at(self.known, self.address)


def match(entries: Sequence[Entry], seen: Sequence[SeenEntry], base: str) -> list[Match]:
    """One match an entry, in order. `base`: the feed's site, for entries without a link."""
    distinct = _distinct(entries)
    made = _made_addresses(distinct, base)
    pairs = _pairs(distinct, seen, made)
    first = {id(entry) for entry in distinct}
    return [
        _matched(entry, pairs.get(entry.key), made.get(entry.key, ""))
        if id(entry) in first
        else Match(entry, pairs.get(entry.key), "", shared=False)
        for entry in entries
    ]


def _matched(entry: Entry, known: SeenEntry | None, made: str) -> Match:
    """Who had the link to itself keeps it; who was known by a made address keeps that."""
    own = canonical(entry.url) or ""
    if known and own and _is_at(known, own):
        return Match(entry, known, own, shared=False)
    kept = next((one for one in _places(entry) if known and _is_at(known, one)), "")
    return Match(entry, known, kept or made or own, shared=bool(kept or made))


def _distinct(entries: Sequence[Entry]) -> list[Entry]:
    """Entries less those that repeat an earlier one: by key, or by link and title."""
    keys: set[str] = set()
    words: set[tuple[str, str]] = set()
    distinct = []
    for entry in entries:
        word = (canonical(entry.url) or entry.key, entry.title)
        if entry.key in keys or word in words:
            continue
        keys.add(entry.key)
        words.add(word)
        distinct.append(entry)
    return distinct


def _made_addresses(entries: Sequence[Entry], base: str) -> dict[str, str]:
    """Addresses for the entries without a link of their own, by key."""
    groups: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[canonical(entry.url) or ""].append(entry)
    made = {}
    for link, group in groups.items():
        if link and len(group) == 1 and not _is_own_front_page(link, base):
            continue
        fragments = {_fragment(entry) for entry in group}
        named = len(fragments) == len(group) and "" not in fragments
        for entry in group:
            made[entry.key] = fragment_address(link or base, _fragment(entry) if named else entry.key)
    return made


def _is_own_front_page(link: str, base: str) -> bool:
    """Another site's front page may be all there is to link to; the feed's own is a stand-in."""
    return is_front_page(link) and publisher(host_of(link)) == publisher(host_of(base))


def _fragment(entry: Entry) -> str:
    return quote(urlsplit(entry.url).fragment, safe="-._~!$&()*+,;=:@/?%")[:_FRAGMENT_MAX]


def _places(entry: Entry) -> list[str]:
    """Addresses on the page an entry links to that may have been made for it."""
    names = [name for name in (entry.key, _fragment(entry)) if name]
    return [fragment_address(entry.url, name) for name in names] if canonical(entry.url) else []


def _pairs(entries: Sequence[Entry], seen: Sequence[SeenEntry], made: dict[str, str]) -> dict[str, SeenEntry]:
    """Remembered entries by the key of the listed entry that they are. Adds to `made`."""
    by_key = {known.key: known for known in seen}
    by_address = {address_of(known): known for known in reversed(seen)}
    shared = {known.page for known in seen if known.page}
    pairs: dict[str, SeenEntry] = {}
    free = set(by_key)

    def pair(entry: Entry, known: SeenEntry | None) -> None:
        if known and known.key in free and entry.key not in pairs:
            pairs[entry.key] = known
            free.discard(known.key)

    for entry in entries:
        known = by_key.get(entry.key)
        link = canonical(entry.url) or made.get(entry.key, "")
        if known and any(_is_at(known, one) for one in (link, *_places(entry)) if one):
            pair(entry, known)
    for entry in entries:  # the address stays, the id is another one
        link = canonical(entry.url) or ""
        if not link or entry.key in pairs or entry.key in made:
            continue
        known = next((by_address[key] for key in _address_keys(link) if key in by_address), None)
        if address_key(link) in shared:
            made[entry.key] = fragment_address(link, entry.key)
        else:
            pair(entry, known)
    for entry in entries:  # the id stays, the address is another one
        pair(entry, by_key.get(entry.key))
    return pairs


def _address_keys(address: str) -> tuple[str, str]:
    return address_key(address), address_key(other_scheme(address))


def _is_at(known: SeenEntry, address: str) -> bool:
    return address_of(known) in _address_keys(address)
