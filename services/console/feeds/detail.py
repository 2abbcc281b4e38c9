"""`newsfold feeds show`: one feed, its last polls, and what became of its entries."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

import click
import msgspec

from services.console import addresses
from services.console.feeds.account import account_of, poll_account
from services.console.feeds.census import Followed
from services.console.feeds.listing import census_of
from services.console.feeds.lookup import find, near
from services.console.feeds.rows import whole_row
from services.contracts.feeds import FeedState, PendingPage, Poll, Unused
from services.ingest.polling.poll import address_of_feed
from services.ingest.polling.rhythm import entries_per_hour
from services.ingest.urls import without_login
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.ops.redaction import public_url, redact

SHOWN = 20
"""Pages and entries in the text; JSON has all of them."""
WIDTH = 300


def show_feed(wanted: str, log: str, settings: Settings, *, as_json: bool) -> None:
    """Raises `Stop` (usage) where no feed is meant."""
    known = asyncio.run(census_of(addresses.shared(addresses.parse(log)), settings)).known()
    one = find(wanted, known)
    if one is None:
        alike = near(wanted, known)
        hint = f"; did you mean {' or '.join(map(public_url, alike))}?" if alike else ""
        raise Stop(Exit.USAGE, f"{public_url(wanted)}: not among the {len(known)} feeds of this log{hint}")
    if as_json:
        click.echo(msgspec.json.encode(whole_row(one)).decode())
        return
    for line in detail_lines(one):
        click.echo(line)


def detail_lines(one: Followed) -> Iterator[str]:
    """Everything a person asks of one feed, a fact a line."""
    state = one.state or FeedState(feed_id=one.feed.feed_id)
    yield public_url(one.feed.url)
    yield from _facts(one, state)
    yield from _polls(state.polls)
    yield from _section("pages that wait", [_pending_lines(page) for page in state.pending])
    yield from _section("entries not used, the latest first", [_unused(entry) for entry in state.unused])


def _facts(one: Followed, state: FeedState) -> Iterator[str]:
    facts = {
        "title": one_line(one.feed.title),
        "source": one_line(one.feed.source),
        "home": public_url(without_login(state.home_url or one.feed.home_url)),
        "language": one.feed.language,
        "full text": "yes: pages are not fetched" if one.feed.full_text else "",
        "feed id": one.feed.feed_id,
        "status": ": ".join(filter(None, (one.status, one_line(state.reason)))),
        "failures": f"{state.failures} in a row" if state.failures else "",
        "last poll": _moment(state.polled_at) if state.polled_at else "never",
        "next poll": _moment(state.due_at) if state.due_at else "as soon as Newsfold runs",
        "rhythm": _rhythm(state),
        "hub": _hub(state),
        "moved": _moved(state),
        "entries": str(account_of(state)),
    }
    yield from (f"  {name:<11}{value}" for name, value in facts.items() if value)


def _hub(state: FeedState) -> str:
    """Whether somebody tells of news, and until when."""
    push = state.push
    if push is None:
        return ""
    said = f": {one_line(push.reason)}" if push.reason else ""
    until = f" until {_moment(push.until)}" if push.status == "active" and push.until else ""
    missed = ", but it told nothing of what the last polls found" if push.misses else ""
    return f"{public_url(push.hub)}, {push.status}{until}{missed}{said}"


def _rhythm(state: FeedState) -> str:
    """Why the next poll is when it is."""
    if state.rhythm is None or state.failures or state.due_at is None or state.polled_at is None:
        return ""
    a_day = 24 * entries_per_hour(state.rhythm)
    wait_s = (state.due_at - state.polled_at).total_seconds()
    return f"brings about {a_day:.3g} entries a day, so polled {wait_s / 60:.3g} min after the last poll"


def _moved(state: FeedState) -> str:
    if not state.moved_to:
        return ""
    where = public_url(without_login(state.moved_to))
    believed = "and is asked there" if address_of_feed(state) else f"said so {state.moves} times in a row"
    return f"to {where}, {believed}"


def _polls(polls: tuple[Poll, ...]) -> Iterator[str]:
    yield from _section("last polls, the latest first", [_poll(poll) for poll in polls], len(polls))


def _poll(poll: Poll) -> str:
    account = f"listed {poll_account(poll)}" if poll.listed or poll.entries else ""
    outcome = f"{poll.outcome} {poll.times:,} times" if poll.times > 1 else poll.outcome
    return "  ".join(filter(None, (_moment(poll.at), outcome, one_line(poll.reason), account)))


def _pending_lines(page: PendingPage) -> str:
    tried = f"attempts {page.attempts}, last {page.reason or 'unknown'}" if page.attempts else "not tried yet"
    return f"{public_url(page.url)}  {tried}, next {_moment(page.due_at)}"


def _unused(entry: Unused) -> str:
    detail = f"  {one_line(entry.detail)}" if entry.detail else ""
    return f"{_moment(entry.at)}  {entry.reason}  {one_line(entry.about)}{detail}"


def _section(title: str, lines: list[str], most: int = SHOWN) -> Iterator[str]:
    if lines:
        yield f"{title}: {len(lines):,}"
        yield from (f"  {line}" for line in lines[:most])
    if len(lines) > most:
        yield f"  … and {len(lines) - most:,} more; --json has all of them"


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


def one_line(text: str) -> str:
    """Words of strangers: no secrets, no control characters, no second line."""
    return " ".join(str(redact(text, WIDTH)).split())
