"""The account of a feed: what became of every entry it listed, and what is told of those not used."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from services.contracts.articles import Article
from services.contracts.feeds import FeedState, PendingPage, Poll, SeenEntry, Unused

ARTICLE, WAITING, KNOWN = "article", "waiting", "known"
USED = frozenset({ARTICLE, WAITING, KNOWN, "withdrawn"})
POLLS_KEPT = 10
UNUSED_KEPT = 50
ABOUT_MAX = 200


def fate_of(entry: SeenEntry) -> str:
    """What became of an entry; states of old did not write it down."""
    return entry.fate or (KNOWN if not entry.digest else ARTICLE if entry.version else WAITING)


def fates(state: FeedState) -> Mapping[str, int]:
    """How many of the feed's entries ended how. The numbers add up to `state.listed`."""
    counts = Counter(state.past)
    counts.update(state.earlier)
    counts.update(fate_of(entry) for entry in state.seen)
    return dict(sorted(counts.items()))


def age(entry: SeenEntry) -> tuple[datetime, str]:
    """Sorts entries by when they came, the same way whatever was known before."""
    return entry.seen_at, entry.key


def with_entries(
    state: FeedState, listed: Sequence[SeenEntry], gone: Iterable[SeenEntry], kept: int
) -> FeedState:
    """`listed` are those of the current document; of those gone from it the newest `kept` are remembered."""
    rest = sorted(gone, key=age, reverse=True)
    past = Counter(state.past)
    past.update(fate_of(entry) for entry in rest[kept:])
    seen = (*listed, *rest[:kept])
    return replace(
        state,
        seen=seen,
        current=len(listed),
        past=dict(sorted(past.items())),
        listed=len(seen) + past.total(),
    )


def with_fate(state: FeedState, key: str, **changes: str) -> FeedState:
    """One entry's fate, version or article is another one."""
    seen = tuple(replace(entry, **changes) if entry.key == key else entry for entry in state.seen)
    return replace(state, seen=seen)


def identity_of(article: Article) -> dict[str, str]:
    """What an entry remembers of the version published for it."""
    return {"version": article.version_id, "article": article.article_id, "language": article.language}


def with_poll(
    state: FeedState,
    at: datetime,
    outcome: str,
    *,
    reason: str = "",
    listed: int = 0,
    entries: Mapping[str, int] | None = None,
) -> FeedState:
    poll = Poll(at, outcome, reason[:ABOUT_MAX], listed, dict(sorted((entries or {}).items())))
    last = state.polls[0] if state.polls else None
    if last is not None and goes_on(poll, last):
        return replace(state, polls=(replace(poll, times=last.times + 1), *state.polls[1:]))
    return replace(state, polls=(poll, *state.polls)[:POLLS_KEPT])


def goes_on(poll: Poll, last: Poll) -> bool:
    """Whether a poll ended like the one before it, so that both are told as one."""
    alike = (poll.outcome, poll.reason) == (last.outcome, last.reason)
    return alike and not (poll.entries or last.entries)


def with_unused(state: FeedState, *unused: Unused) -> FeedState:
    told = {(one.reason, one.about) for one in unused}
    before = (one for one in state.unused if (one.reason, one.about) not in told)
    return replace(state, unused=(*unused, *before)[:UNUSED_KEPT])


def with_status(state: FeedState) -> FeedState:
    """`losing` where the feed answers and nothing of what it lists becomes an article."""
    if state.status not in {"fresh", "losing"}:
        return state
    losses = _losses(state)
    if losses is None:
        return replace(state, status="fresh", reason="") if state.status == "losing" else state
    parts = ", ".join(f"{count} {reason}" for reason, count in losses.most_common())
    of = losses.total()
    told = f"{of} of {of} listed entr{'y gives' if of == 1 else 'ies give'} no article: {parts}"
    return replace(state, status="losing", reason=told[:ABOUT_MAX])


def _losses(state: FeedState) -> Counter[str] | None:
    """Why each entry of the current document that this feed answers for gave none; None where one did."""
    waiting = {page.key: page for page in state.pending}
    reasons: Counter[str] = Counter()
    for entry in state.seen[: state.current]:
        fate = fate_of(entry)
        page: PendingPage | None = waiting.get(entry.key)
        if fate in {KNOWN, "withdrawn"}:
            continue
        # One that was published is no loss while its page fails.
        if fate == ARTICLE or entry.version or (fate == WAITING and not (page and page.attempts)):
            return None
        reasons[page.reason if fate == WAITING and page else fate] += 1
    return reasons or None
