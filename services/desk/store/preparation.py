"""What can be done of a record before the read model is asked: unpack, fold, pack. Pure."""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from services.contracts import wire
from services.contracts.articles import Article
from services.contracts.relations import Verdict
from services.contracts.stories import StoryChange
from services.desk.store import article_rows, story_rows, verdict_rows
from services.desk.store.article_rows import ArticleRows
from services.desk.store.story_rows import ChangeRows
from services.desk.store.verdict_rows import VerdictRows
from services.desk.views.frame import Texts
from services.stream.bus import Record

Rows: TypeAlias = ArticleRows | VerdictRows | ChangeRows
KINDS = frozenset({Article, Verdict, StoryChange})
"""Nearly all records are of these."""


class Job(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A record, as far as its rows are made of it."""

    kind: str
    """Empty: none of those that are prepared."""
    value: bytes
    place: tuple[int, int]
    """Partition and offset."""


def job(record: Record) -> Job:
    kind = wire.kind_of(record.headers) if record.value else None
    place = (record.partition.number, record.offset)
    return Job(kind.__name__, record.value or b"", place) if kind in KINDS else Job("", b"", place)


def prepare(jobs: Sequence[Job], texts: Texts) -> list[Rows | None]:
    """None: the record is to be taken as it is."""
    return [_rows(one, texts) for one in jobs]


def _rows(job: Job, texts: Texts) -> Rows | None:
    try:
        if job.kind == "Article":
            return article_rows.rows(wire.decode(Article, job.value), job.value, job.place, texts)
        if job.kind == "Verdict":
            return verdict_rows.rows(wire.decode(Verdict, job.value), job.value, job.place, texts)
        if job.kind == "StoryChange":
            return story_rows.change_rows(wire.decode(StoryChange, job.value), job.place, texts)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return None
