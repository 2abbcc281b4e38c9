"""What a feed listed and what became of it, as its state tells. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from services.contracts.feeds import FeedState, Poll
from services.ingest.polling.account import ARTICLE, KNOWN, USED, WAITING, fates

_FIRST = (ARTICLE, WAITING, KNOWN, *sorted(USED - {ARTICLE, WAITING, KNOWN}))
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
    """Of all entries the feed has listed since it is followed; states of old did not count them."""
    counts = fates(state)
    return Account(state.listed or sum(counts.values()), in_order(counts))


def condensed(state: FeedState) -> FeedState:
    """The same account without the entries themselves, of which there are a thousand and more."""
    return replace(state, seen=(), earlier={}, past=dict(account_of(state).fates))


def in_order(counts: Mapping[str, int]) -> Mapping[str, int]:
    """Those that lose nothing first, then the others by number."""
    reasons = sorted((fate for fate in counts if fate not in USED), key=lambda fate: (-counts[fate], fate))
    return {fate: counts[fate] for fate in (*_FIRST, *reasons) if counts.get(fate)}


def poll_account(poll: Poll) -> Account:
    """Of the entries of one document."""
    return Account(poll.listed, in_order(poll.entries))


def failed_polls(polls: Sequence[Poll]) -> Counter[str]:
    """Polls that gave nothing to read, by how they failed."""
    failed: Counter[str] = Counter()
    for poll in polls:
        if poll.outcome not in READ:
            failed[poll.outcome] += poll.times
    return failed


def badness(status: str) -> int:
    """Sorts the worst status first."""
    return _WORST.index(status) if status in _WORST else len(_WORST)
