"""What a reading leads to: articles, a feed's new state, and what is told."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from services.contracts.articles import Article, Withdrawal
from services.contracts.feeds import FeedState
from services.stream.service import DeadLetter


class Decision(NamedTuple):
    state: FeedState | None
    """None: nothing to remember (a page that no feed announced)."""
    outcome: str
    failure: str = ""
    """Why what was fetched could not be used, as a short slug."""
    articles: Sequence[Article] = ()
    entries: Counter[str] = Counter()  # noqa: RUF012 - never written to
    withdrawal: Withdrawal | None = None
    dead: DeadLetter | None = None
