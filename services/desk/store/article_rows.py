"""Versions of articles, withdrawals and watermarks in the read model."""

from services.contracts.articles import Article, Watermark, Withdrawal
from services.desk import rights
from services.desk.search.words import folded
from services.desk.store import bodies
from services.desk.store.batch import Batch
from services.desk.store.moments import us
from services.stream.bus import Record


def take(batch: Batch, record: Record, article: Article) -> None:
    """A version is kept as it was seen first; that it was seen again is counted."""
    put = batch.db.execute(
        "insert or ignore into version (version_id, article_id, url, source, title, language, first_us, "
        "length, words, partition, offset) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            article.version_id, article.article_id, article.url, article.source, article.title,
            article.language, us(article.first_seen_at), len(article.text), len(article.text.split()),
            record.partition.number, record.offset,
        ),
    )  # fmt: skip
    number = put.lastrowid if put.rowcount else None
    if batch.has_withdrawals:
        batch.db.execute(
            "delete from withdrawal where article_id = ? and at_us <= ?",
            (article.article_id, us(article.first_seen_at)),
        )
    if number is None:
        batch.tally["versions again"] += 1
        return
    batch.tally["versions"] += 1
    kept = rights.article(article, batch.texts)
    body = bodies.pack_json(record.value or b"") if kept is article else bodies.pack(kept)
    batch.contents.append((number, body))
    copies = _early(batch, article.version_id) if batch.has_early else None
    if copies is None:
        batch.undecided.put(number, kept)
    else:
        mark_decided(batch, number, kept, copies=copies)


def _early(batch: Batch, version_id: str) -> bool | None:
    """Whether it is a copy, by a verdict that was read before; None: there is none."""
    known = batch.db.execute("select copies from early where version_id = ?", (version_id,)).fetchone()
    if known is None:
        return None
    batch.db.execute("delete from early where version_id = ?", (version_id,))
    return bool(known[0])


def mark_decided(batch: Batch, number: int, article: Article, *, copies: bool) -> None:
    """Its verdict is there: of a copy only the headline is searched, since its text is that of another."""
    batch.tally["decided"] += 1
    words = article.title if copies else f"{article.title}\n{article.text}"
    batch.hits.append((number, folded(words)))


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
