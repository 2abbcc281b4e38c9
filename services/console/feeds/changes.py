"""What becomes of the feeds that are followed when a person changes them. Pure."""

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from msgspec.structs import fields, replace

from services.console.feeds.census import Followed
from services.contracts import ids
from services.contracts.feeds import Feed
from services.contracts.topics import BY_NAME
from services.ingest.publishers import publisher
from services.ingest.urls import host_of, without_login


class FeedChange(NamedTuple):
    """One feed before and after."""

    before: Feed | None
    after: Feed | None
    number: int
    """Of the partition of `feeds` it stands in."""

    def __str__(self) -> str:
        if self.before is None or self.after is None:
            one = self.after or self.before
            assert one is not None
            return f"{'+' if self.after else '-'} {without_login(one.url)}"
        names = [f.name for f in fields(Feed) if getattr(self.before, f.name) != getattr(self.after, f.name)]
        told = [f"{name}: {getattr(self.before, name)!r} -> {getattr(self.after, name)!r}" for name in names]
        return f"~ {without_login(self.after.url)}  {', '.join(told)}"


def list_changes(
    listed: Sequence[Feed], followed: Sequence[Followed], *, ends: Container[str] = frozenset()
) -> Iterator[FeedChange]:
    """What is new or other than known in a list, and the end of those of `ends` (ids) that it does not name.

    A feed that an older version wrote down with a login in its address is replaced by the one without; one
    that moved is known by the address it had, too.
    """
    known = {one.feed.feed_id: one for one in followed}
    moved = {one.feed.moved_from: one.feed.feed_id for one in followed if one.feed.moved_from}
    homes = domain_homes(followed)
    for feed in listed:
        before = known.get(feed.feed_id)
        if before is None and moved.get(feed.feed_id) in known:
            continue
        after = replace(feed, **_standing(before.feed)) if before else feed
        if before is None or before.feed != after:
            number = before.number if before else home_of(feed, homes)
            yield FeedChange(before.feed if before else None, after, number)
    names, urls = {feed.feed_id for feed in listed}, {feed.url for feed in listed}
    for one in followed:
        with_login = one.feed.url not in urls and without_login(one.feed.url) in urls
        is_named = one.feed.feed_id in names or one.feed.moved_from in names
        if not is_named and (one.feed.feed_id in ends or with_login):
            yield FeedChange(one.feed, None, one.number)


def _standing(feed: Feed) -> dict[str, Any]:
    """What a list does not say of a feed, and an operator did."""
    return {"paused": feed.paused, "asked_at": feed.asked_at, "moved_from": feed.moved_from}


def pause(feed: Feed, now: datetime) -> Feed:  # noqa: ARG001 - an act like the others
    return replace(feed, paused=True)


def resume(feed: Feed, now: datetime) -> Feed:
    return replace(feed, paused=False, asked_at=now)


def ask(feed: Feed, now: datetime) -> Feed:
    return replace(feed, asked_at=now)


def rename(feed: Feed, url: str) -> Feed:
    """At another address, with the history it has."""
    return replace(feed, feed_id=ids.feed_id(url), url=url, moved_from=feed.feed_id, asked_at=None)


def domain_homes(followed: Sequence[Followed]) -> Mapping[str, int]:
    """The partition in which the first feed of each registered domain stands."""
    homes: dict[str, int] = {}
    for one in followed:
        homes.setdefault(publisher(host_of(one.feed.url)), one.number)
    return homes


def home_of(feed: Feed, homes: Mapping[str, int]) -> int:
    """The partition for a new feed: that of its domain, so that one worker keeps the manners towards it."""
    domain = publisher(host_of(feed.url))
    spread = int(ids.feed_id(domain)[:8], 16) % BY_NAME["feeds"].partitions
    return homes.get(domain, spread)
