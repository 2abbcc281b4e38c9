"""What was decided about versions, with the passages that prove it."""

from typing import NamedTuple

import msgspec

from services.contracts.articles import Article
from services.contracts.relations import Verdict
from services.desk import rights
from services.desk.store import bodies
from services.desk.store.article_rows import mark_decided, words
from services.desk.store.batch import Batch
from services.desk.store.cache import Words
from services.desk.views.frame import Texts

WHOLE = 0.8
"""Share of a text found in another from which on it is a copy to be found by that one."""


class VerdictColumns(NamedTuple):
    version_id: str
    article_id: str
    story_id: str
    outcome: str
    copies: bool
    body: bytes
    partition: int
    offset: int


class VerdictRows(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """All that needs no database."""

    verdict: VerdictColumns


_PUT = (
    f"verdict ({', '.join(VerdictColumns._fields)}) values ({', '.join('?' * len(VerdictColumns._fields))})"
)


def rows(verdict: Verdict, value: bytes, place: tuple[int, int], texts: Texts) -> VerdictRows:
    """`value`: the verdict as it lies on the log, at `place`: partition and offset."""
    kept = rights.verdict(verdict, texts)
    body = bodies.pack_json(value) if kept is verdict else bodies.pack(kept)
    return VerdictRows(
        VerdictColumns(
            verdict.version_id, verdict.article_id, verdict.story_id, verdict.outcome, _copies(verdict), body,
            *place,
        )
    )  # fmt: skip


def put(batch: Batch, rows: VerdictRows) -> None:
    verdict = rows.verdict
    if not batch.db.execute(f"insert or ignore into {_PUT}", verdict).rowcount:
        batch.db.execute(f"insert or replace into {_PUT}", verdict)
        batch.tally["verdicts again"] += 1
        return
    batch.tally[f"verdicts {verdict.outcome}"] += 1
    _index(batch, verdict.version_id, copies=verdict.copies)


def _index(batch: Batch, version_id: str, *, copies: bool) -> None:
    found = batch.cache.pop_words(version_id) or _stored(batch, version_id)
    if found:
        mark_decided(batch, *found, copies=copies)
    else:
        batch.db.execute("insert or replace into early values (?, ?)", (version_id, copies))
        batch.has_early = True


def _stored(batch: Batch, version_id: str) -> tuple[int, Words] | None:
    batch.flush_bodies()
    found = batch.db.execute(
        "select id, body from version join content using (id) where version_id = ?", (version_id,)
    ).fetchone()
    return (found[0], words(bodies.unpack(Article, found[1]))) if found else None


def _copies(verdict: Verdict) -> bool:
    kinds = ("duplicate", "syndicated")
    return any(one.kind in kinds and one.containment >= WHOLE for one in verdict.relations)
