"""Versions of articles, withdrawals and watermarks in the read model."""

from typing import NamedTuple

import msgspec

from services.contracts.articles import Article, Watermark, Withdrawal
from services.desk import rights
from services.desk.search.words import fold_all
from services.desk.store import bodies
from services.desk.store.batch import Batch
from services.desk.store.cache import Words
from services.desk.store.moments import us
from services.desk.views.frame import Texts
from services.stream.bus import Record


class VersionColumns(NamedTuple):
    version_id: str
    article_id: str
    url: str
    source: str
    title: str
    language: str
    first_us: int
    length: int
    words: int
    partition: int
    offset: int


class ArticleRows(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """All that needs no database."""

    version: VersionColumns
    body: bytes
    words: Words


_PUT = (
    f"insert or ignore into version ({', '.join(VersionColumns._fields)}) "
    f"values ({', '.join('?' * len(VersionColumns._fields))})"
)


def rows(article: Article, value: bytes, place: tuple[int, int], texts: Texts) -> ArticleRows:
    """`value`: the article as it lies on the log, at `place`: partition and offset."""
    kept = rights.article(article, texts)
    tokens = article.text.split()
    version = VersionColumns(
        article.version_id, article.article_id, article.url, article.source, article.title,
        article.language, us(article.first_seen_at), len(article.text), len(tokens), *place,
    )  # fmt: skip
    body = bodies.pack_json(value) if kept is article else bodies.pack(kept)
    return ArticleRows(
        version, body, Words(fold_all(kept.title.split()), fold_all(tokens if kept.text else ()))
    )


def words(article: Article) -> Words:
    return Words(fold_all(article.title.split()), fold_all(article.text.split()))


def put(batch: Batch, rows: ArticleRows) -> None:
    """A version is kept as it was seen first; that it was seen again is counted."""
    version = rows.version
    done = batch.db.execute(_PUT, version)
    number = done.lastrowid if done.rowcount else None
    if batch.has_withdrawals:
        batch.db.execute(
            "delete from withdrawal where article_id = ? and at_us <= ?",
            (version.article_id, version.first_us),
        )
    if number is None:
        batch.tally["versions again"] += 1
        return
    batch.tally["versions"] += 1
    batch.contents.append((number, rows.body))
    copies = _early(batch, version.version_id) if batch.has_early else None
    if copies is None:
        batch.cache.put_words(version.version_id, number, rows.words)
    else:
        mark_decided(batch, number, rows.words, copies=copies)


def _early(batch: Batch, version_id: str) -> bool | None:
    """Whether it is a copy, by a verdict that was read before; None: there is none."""
    known = batch.db.execute("select copies from early where version_id = ?", (version_id,)).fetchone()
    if known is None:
        return None
    batch.db.execute("delete from early where version_id = ?", (version_id,))
    return bool(known[0])


def mark_decided(batch: Batch, number: int, words: Words, *, copies: bool) -> None:
    """Its verdict is there: of a copy only the headline is searched, since its text is that of another."""
    batch.tally["decided"] += 1
    batch.hits.append((number, words.title if copies else f"{words.title} {words.text}"))


def take_withdrawal(batch: Batch, _: Record, withdrawal: Withdrawal) -> None:
    note = withdrawal.note if batch.texts == "full" else ""
    batch.tally["withdrawals"] += 1
    batch.has_withdrawals = True
    batch.db.execute(
        "insert or replace into withdrawal values (?, ?, ?)",
        (withdrawal.article_id, us(withdrawal.at), note),
    )


def take_watermark(batch: Batch, record: Record, mark: Watermark) -> None:
    batch.tally["watermarks"] += 1
    batch.db.execute(
        "insert or replace into watermark values (?, ?, ?)",
        (record.partition.number, mark.origin, us(mark.at)),
    )
