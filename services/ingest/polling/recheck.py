"""Looking again at pages whose articles are out, for edits that no feed tells of. Pure.

A page is looked at a few times over its first days, each time after a longer wait. How long, is learned from
how often the pages of its feed turn out to be edited. The looks of one feed are bounded in number, and so in
rate.
"""

from datetime import datetime, timedelta
from math import sqrt

from msgspec.structs import replace

from services.contracts.feeds import EditRate, FeedState, PageCheck, PendingPage
from services.ingest.polling import schedule
from services.ingest.readings import PageReading

WAITS_S = (3_600.0, 4 * 3_600.0, 12 * 3_600.0, 36 * 3_600.0)
"""From one look to the next, where one page in `1 / USUAL` turns out to be edited; then no more."""
USUAL = 0.05
PRIOR_LOOKS = 20.0
"""So many looks' worth of the usual stand against what a feed's own have shown."""
MOST_SPEED = 3.0
"""As many times as often, or as seldom, at most."""
MEMORY_S = 30 * 24 * 3_600.0
"""Looks count half after so long."""
KEPT = 40
"""Pages of one feed that wait for a look; the others are not looked at again."""
VALIDATOR_MOST = 200
_DIGITS = 4


def published(state: FeedState, page: PendingPage, reading: PageReading, key: str) -> FeedState:
    """The page of an entry was fetched because its feed told of it, and its article is out."""
    others = tuple(one for one in state.checks if one.key != key)
    if len(others) >= KEPT:
        return replace(state, checks=others)
    check = PageCheck(
        url=page.url,
        key=key,
        due_at=_due(state, page.url, reading.at, 0),
        title=page.title,
        source_url=page.source_url,
        published_at=page.published_at,
    )
    return replace(state, checks=(*others, _validated(check, reading)))


def looked(state: FeedState, check: PageCheck, reading: PageReading, *, edited: bool | None) -> FeedState:
    """After a look; `edited` is None where it showed nothing, such as a page that failed."""
    if edited is not None:
        state = replace(state, edits=learned(state.edits, reading.at, edited=edited))
    others = tuple(one for one in state.checks if one.key != check.key)
    if check.looks + 1 >= len(WAITS_S):
        return replace(state, checks=others)
    due_at = _due(state, check.url, reading.at, check.looks + 1)
    after = replace(check, looks=check.looks + 1, due_at=due_at)
    return replace(state, checks=(*others, _validated(after, reading) if edited is not None else after))


def forgotten(state: FeedState, key: str) -> FeedState:
    """A page that is not looked at again."""
    return replace(state, checks=tuple(one for one in state.checks if one.key != key))


def learned(rate: EditRate | None, at: datetime, *, edited: bool) -> EditRate:
    if rate is None:
        return EditRate(at=at, looks=1.0, edits=float(edited))
    kept = float(0.5 ** (max(0.0, (at - rate.at).total_seconds()) / MEMORY_S))
    return EditRate(at=at, looks=_short(kept * rate.looks + 1), edits=_short(kept * rate.edits + edited))


def speed(rate: EditRate | None) -> float:
    """How many times as often as usual the pages of a feed are worth a look: the square root of its edits."""
    looks, edits = (rate.looks, rate.edits) if rate else (0.0, 0.0)
    share = (edits + USUAL * PRIOR_LOOKS) / (looks + PRIOR_LOOKS)
    return min(max(sqrt(share / USUAL), 1 / MOST_SPEED), MOST_SPEED)


def _due(state: FeedState, url: str, at: datetime, looks: int) -> datetime:
    wait_s = schedule.jittered(url, WAITS_S[looks] / speed(state.edits))
    return at + timedelta(seconds=wait_s)


def _validated(check: PageCheck, reading: PageReading) -> PageCheck:
    if reading.outcome == "not_modified":
        return check
    etag, last_modified = (
        one if len(one) <= VALIDATOR_MOST else "" for one in (reading.etag, reading.last_modified)
    )
    return replace(check, etag=etag, last_modified=last_modified)


def _short(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")
