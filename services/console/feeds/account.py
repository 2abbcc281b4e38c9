"""What a feed listed and what became of it, as its state tells. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from msgspec.structs import replace

from services.contracts.feeds import FeedState, Poll, SeenEntry
from services.ingest.keys import entry_key

ARTICLE, WAITING, KNOWN = "article", "waiting", "known"
USED = (ARTICLE, WAITING, KNOWN, "withdrawn")
"""Fates that lose nothing: it is or was an article, will be looked at, or another feed answers for it."""
UNTOLD = "untold"
"""The fate of an entry in a state that was written before fates were told."""
READ = frozenset({"polled", "not-modified", "same-body"})
"""Outcomes of a poll that did not fail."""
_WORST = ("gone", "broken", "losing", "backing_off", "overdue", "unpolled", "fresh", "paused")


class Account(NamedTuple):
    """`listed` entries are the sum of `fates`, those that lose nothing first, then the reasons by number."""

    listed: int
    fates: Mapping[str, int]

    @property
    def unused(self) -> Mapping[str, int]:
        return {fate: count for fate, count in self.fates.items() if fate not in USED}

    @property
    def missing(self) -> int:
        """Entries that ended nowhere. Anything but 0 is a bug."""
        return self.listed - sum(self.fates.values())

    def __str__(self) -> str:
        parts = " + ".join(f"{count:,} {fate}" for fate, count in self.fates.items())
        open_end = f", and {self.missing:,} that ended nowhere" if self.missing else ""
        return f"{self.listed:,} = {parts or '0'}{open_end}"


def account_of(state: FeedState) -> Account:
    """Of all entries the feed has listed since it is followed."""
    waiting = {page.key or entry_key(page.url) for page in state.pending}
    fates = Counter(state.past)
    fates.update(_fate(entry, waiting) for entry in state.seen)
    return Account(state.listed or fates.total(), in_order(fates))


def condensed(state: FeedState) -> FeedState:
    """The same account without the entries themselves, of which there are a thousand and more."""
    return replace(state, seen=(), past=dict(account_of(state).fates))


def in_order(fates: Counter[str]) -> Mapping[str, int]:
    """Those that lose nothing first, then the others by number."""
    reasons = sorted((fate for fate in fates if fate not in USED), key=lambda fate: (-fates[fate], fate))
    return {fate: fates[fate] for fate in (*USED, *reasons) if fates[fate]}


def poll_account(poll: Poll) -> Account:
    """Of the entries of one document."""
    return Account(poll.listed, in_order(Counter(poll.entries)))


def failed_polls(polls: Sequence[Poll]) -> Counter[str]:
    """Polls that gave nothing to read, by how they failed."""
    return Counter(poll.outcome for poll in polls if poll.outcome not in READ)


def badness(status: str) -> int:
    """Sorts the worst status first."""
    return _WORST.index(status) if status in _WORST else len(_WORST)


def address(url: str) -> str:
    """The address without user name and password. Its query stays: scripts find the feed by it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(unreadable URL)"
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else url


def _fate(entry: SeenEntry, waiting: set[str]) -> str:
    if entry.fate:
        return entry.fate
    if not entry.digest:
        return KNOWN
    if entry.key in waiting:
        return WAITING
    return ARTICLE if entry.version else UNTOLD
