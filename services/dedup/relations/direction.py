"""Which of two versions could have taken text from the other, beside who was seen first.

First sight is evidence, and so is a credit: a paper that names an agency has the text from it, though the
agency's own item was seen half an hour later.
"""

import re
from functools import lru_cache
from typing import NamedTuple

import msgspec

from services.contracts.articles import Article
from services.contracts.relations import Direction, Relation
from services.dedup.relations.forms import Unrelated
from services.dedup.search.profile import Profile
from services.dedup.text.words import fold

_PARTS = re.compile(r"[./]")
_SOURCES_AT_HAND = 1024
_SLACK_US = 12 * 3_600_000_000
"""How much later an agency's own item may be seen than a paper's copy of it."""


class Order(NamedTuple):
    """A pair as source and taker, and what says so."""

    older: Profile
    newer: Profile
    by: Direction
    why: str
    """The same in words, where it is not plain from their times."""


def source_and_taker(one: Profile, other: Profile) -> Order:
    is_first = one.at_us < other.at_us or (one.at_us == other.at_us and one.rank <= other.rank)
    older, newer = (one, other) if is_first else (other, one)
    credit = credited(older.article, newer.article) if older.article.agencies else ""
    if credit and newer.at_us - older.at_us <= _SLACK_US and not credited(newer.article, older.article):
        return Order(newer, older, "credit", f"credits {credit}, whose own item was seen later")
    if newer.at_us == older.at_us:
        return Order(older, newer, "undecided", "both were first seen at one moment: who took is undecided")
    return Order(older, newer, "first-seen", "")


def directed(answer: Relation | Unrelated, order: Order) -> Relation | Unrelated:
    """The answer about a pair, with what decided its direction."""
    if isinstance(answer, Unrelated):
        return answer
    reason = f"{answer.reason}; {order.why}" if order.why else answer.reason
    return msgspec.structs.replace(answer, direction=order.by, reason=reason)


def credited(article: Article, publisher: Article) -> str:
    """The agency that an article credits and that the other one's publisher is; else empty."""
    if article.source == publisher.source or not article.agencies:
        return ""
    if publisher.agency in article.agencies:
        return publisher.agency
    names, url = _words_of(publisher.source), publisher.url
    return next((agency for agency in article.agencies if agency in names or _is_part(agency, url)), "")


def _is_part(agency: str, url: str) -> bool:
    """Whether a host or the first folder of an address is called so."""
    return agency in url and agency in _PARTS.split(url.partition("://")[2], 3)[:3]


@lru_cache(maxsize=_SOURCES_AT_HAND)
def _words_of(source: str) -> frozenset[str]:
    return frozenset(fold(source))
