"""What was decided about versions, with the passages that prove it."""

from services.contracts.articles import Article
from services.contracts.relations import Verdict
from services.desk import rights
from services.desk.store import bodies
from services.desk.store.article_rows import mark_decided
from services.desk.store.batch import Batch
from services.stream.bus import Record

WHOLE = 0.8
"""Share of a text found in another from which on it is a copy to be found by that one."""


def take(batch: Batch, record: Record, verdict: Verdict) -> None:
    kept = rights.verdict(verdict, batch.texts)
    body = bodies.pack_json(record.value or b"") if kept is verdict else bodies.pack(kept)
    copies = _copies(verdict)
    row = (
        verdict.version_id, verdict.article_id, verdict.story_id, verdict.outcome, copies, body,
        record.partition.number, record.offset,
    )  # fmt: skip
    columns = "(version_id, article_id, story_id, outcome, copies, body, partition, offset)"
    values = "values (?, ?, ?, ?, ?, ?, ?, ?)"
    if not batch.db.execute(f"insert or ignore into verdict {columns} {values}", row).rowcount:
        batch.db.execute(f"insert or replace into verdict {columns} {values}", row)
        batch.tally["verdicts again"] += 1
        return
    batch.tally[f"verdicts {verdict.outcome}"] += 1
    _index(batch, verdict.version_id, copies=copies)


def _index(batch: Batch, version_id: str, *, copies: bool) -> None:
    found = batch.undecided.pop(version_id) or _stored(batch, version_id)
    if found:
        mark_decided(batch, *found, copies=copies)
    else:
        batch.db.execute("insert or replace into early values (?, ?)", (version_id, copies))
        batch.has_early = True


def _stored(batch: Batch, version_id: str) -> tuple[int, Article] | None:
    batch.flush_bodies()
    found = batch.db.execute(
        "select id, body from version join content using (id) where version_id = ?", (version_id,)
    ).fetchone()
    return (found[0], bodies.unpack(Article, found[1])) if found else None


def _copies(verdict: Verdict) -> bool:
    kinds = ("duplicate", "syndicated")
    return any(one.kind in kinds and one.containment >= WHOLE for one in verdict.relations)
