"""A feed's state on the log: entries of long ago stand apart, and are written again only with many others.

A feed remembers a thousand entries that its document lists no more. They hardly change, while an entry comes
and a page is fetched many times a day. Pure.
"""

from collections import Counter

from msgspec.structs import replace

from services.contracts.feeds import FeedPast, FeedState, SeenEntry
from services.ingest.polling.account import age, fate_of

RECENT = 64
"""So many entries that left the document stand with the state, at most."""
_PREFIX = "past:"


def past_key(feed_id: str) -> str:
    return _PREFIX + feed_id


def is_past_key(key: str) -> bool:
    return key.startswith(_PREFIX)


def split(state: FeedState, past: FeedPast | None) -> tuple[FeedState, FeedPast | None]:
    """A state as it is written behind `past`, and the past that is to be written before it, if another."""
    gone = state.seen[state.current :]
    if past is not None:
        known = {entry.key: entry for entry in past.seen}
        recent = tuple(entry for entry in gone if known.get(entry.key) != entry)
        short = _shortened(state, recent)
        if len(recent) <= RECENT and joined(short, past) == state:
            return short, None
    short, after = _shortened(state, ()), FeedPast(feed_id=state.feed_id, seen=gone)
    if len(gone) <= RECENT or joined(short, after) != state:  # older versions kept them in another order
        return state, None
    return short, after


def joined(short: FeedState, past: FeedPast | None) -> FeedState:
    """The state as it was before it was split. Entries whose past is lost are forgotten, and stay counted."""
    if not short.earlier:
        return short
    if past is None:
        fates = Counter(short.past) + Counter(short.earlier)
        return replace(short, earlier={}, past=dict(sorted(fates.items())))
    here = {entry.key for entry in short.seen}
    earlier = [entry for entry in past.seen if entry.key not in here][: sum(short.earlier.values())]
    gone = sorted((*short.seen[short.current :], *earlier), key=age, reverse=True)
    return replace(short, seen=(*short.seen[: short.current], *gone), earlier={})


def _shortened(state: FeedState, recent: tuple[SeenEntry, ...]) -> FeedState:
    """Without the entries that left the document, but for those."""
    keys = {entry.key for entry in recent}
    gone = state.seen[state.current :]
    earlier = Counter(fate_of(entry) for entry in gone if entry.key not in keys)
    return replace(state, seen=(*state.seen[: state.current], *recent), earlier=dict(sorted(earlier.items())))
