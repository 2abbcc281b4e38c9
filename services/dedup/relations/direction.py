"""Which of two versions could have taken text from the other, beside who was seen first.

First sight is evidence, and so is a credit: a paper that names an agency has the text from it, though the
agency's own item was seen half an hour later.
"""

import re
from typing import NamedTuple

import msgspec

from services.contracts.articles import Article
from services.contracts.relations import Direction, Relation
from services.dedup.search.profile import Profile
from services.dedup.text.words import fold

_SLACK_US = 12 * 3_600_000_000
"""How much later an agency's own item may be seen than a paper's copy of it."""


class Order(NamedTuple):
    """Two versions by who could have taken from whom."""

    source: Profile
    taker: Profile
    direction: Direction
    why: str = ""
    """In words, where it is not by first sight."""


def order(one: Profile, other: Profile) -> Order:
    """By first sight, ties by id, unless a credit says otherwise."""
    older, newer = sorted((one, other), key=lambda version: version.rank)
    there, back = credited(newer.article, older.article), credited(older.article, newer.article)
    if back and not there and newer.at_us - older.at_us <= _SLACK_US:
        return Order(newer, older, "credit", f"credits {back}, whose own item was seen later")
    if there and not back:
        return Order(older, newer, "credit", f"credits {there}, whose own item was seen before")
    return Order(older, newer, "first-seen" if older.at_us < newer.at_us else "undecided")


def directed(relation: Relation, direction: Direction, why: str) -> Relation:
    """The relation with what its direction rests on."""
    reason = f"{relation.reason}; {why}" if why else relation.reason
    return msgspec.structs.replace(relation, reason=reason, direction=direction)


def credited(article: Article, publisher: Article) -> str:
    """The agency that an article credits and that the other one's publisher is; else empty."""
    if article.source == publisher.source:
        return ""
    names = set(fold(publisher.source)) | set(re.split(r"[./]", publisher.url.partition("://")[2])[:3])
    return next((agency for agency in article.agencies if agency in names), "")
