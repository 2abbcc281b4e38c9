"""Which of two versions could have taken text from the other, beside who was seen first.

First sight is evidence, and so is a credit: a paper that names an agency has the text from it, though the
agency's own item was seen half an hour later.
"""

import re

from services.contracts.articles import Article
from services.dedup.search.profile import Profile
from services.dedup.text.words import fold

_SLACK_US = 12 * 3_600_000_000
"""How much later an agency's own item may be seen than a paper's copy of it."""


def source_and_taker(one: Profile, other: Profile) -> tuple[Profile, Profile, str]:
    """The older, the newer, and why where it is not by first sight."""
    older, newer = sorted((one, other), key=lambda version: version.rank)
    credit = credited(older.article, newer.article)
    if credit and newer.at_us - older.at_us <= _SLACK_US and not credited(newer.article, older.article):
        return newer, older, f"credits {credit}, whose own item was seen later"
    return older, newer, ""


def credited(article: Article, publisher: Article) -> str:
    """The agency that an article credits and that the other one's publisher is; else empty."""
    if article.source == publisher.source:
        return ""
    names = set(fold(publisher.source)) | set(re.split(r"[./]", publisher.url.partition("://")[2])[:3])
    return next((agency for agency in article.agencies if agency in names), "")
