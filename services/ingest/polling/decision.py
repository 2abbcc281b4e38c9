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
    articles: Sequence[Article] = ()
    entries: Counter[str] = Counter()  # noqa: RUF012 - never written to
    withdrawal: Withdrawal | None = None
    dead: DeadLetter | None = None
