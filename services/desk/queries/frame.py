"""How fresh the read model is."""

import sqlite3
from datetime import datetime
from typing import NamedTuple

from services.desk.store.moments import moment_or_none


class Freshness(NamedTuple):
    as_of: datetime | None
    """The latest sight."""
    horizon: datetime | None
    """The earliest change."""


def freshness(db: sqlite3.Connection) -> Freshness:
    (latest,) = db.execute(
        "select max(at_us) from place where topic in ('articles', 'story-changes')"
    ).fetchone()
    (first,) = db.execute("select min(first_us) from state").fetchone()
    return Freshness(moment_or_none(latest or None), moment_or_none(first))
