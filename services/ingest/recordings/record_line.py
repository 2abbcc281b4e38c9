"""A line of an export: a record of an earlier run, known by the ids that fit it."""

from datetime import datetime

import msgspec

from services.contracts import ids
from services.contracts.articles import Article, Withdrawal

_ARTICLE = msgspec.json.Decoder(Article)
_WITHDRAWAL = msgspec.json.Decoder(Withdrawal)


def record_in(line: bytes) -> Article | Withdrawal | None:
    """What an export wrote down, or None. A person may have edited an article since: see `is_as_seen`."""
    for decoder in (_ARTICLE, _WITHDRAWAL):
        try:
            record = decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
        assert isinstance(record, Article | Withdrawal)
        return record if time_of(record).tzinfo else None
    return None


def time_of(record: Article | Withdrawal) -> datetime:
    """When it was seen."""
    return record.first_seen_at if isinstance(record, Article) else record.at


def is_as_seen(article: Article) -> bool:
    """Whether title and text are those that the version was named after."""
    return article.version_id == ids.version_id(article.article_id, article.title, article.text)
