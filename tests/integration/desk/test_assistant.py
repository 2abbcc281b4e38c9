"""The process that prepares records: what it gives is what the Desk makes itself, and is no need."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from services.desk.log import follow
from services.desk.log.assistant import Assistant
from services.desk.log.follow import Follower
from services.desk.store import database
from services.desk.store.preparation import Rows, job, prepare
from services.desk.views.frame import Texts
from services.stream.bus import Partition, Record
from tests.integration.desk.corpus import ListLog, newsroom
from tests.integration.desk.site import quiet

TEXTS: tuple[Texts, ...] = ("full", "passages", "none")


async def content(folder: Path, log: ListLog) -> bytes:
    """Of a file made of it."""
    file = folder / "desk.db"
    follower = Follower(log, database.create_unread(file), "full", quiet)
    await follower.begin()
    await follower.catch_up()
    follower.complete()
    follower.close()
    return file.read_bytes()


async def test_rows_prepared_beside_are_those_that_are_made_here() -> None:
    broken = Record(Partition("articles", 0), 99, b"x", b"{", newsroom()[0].headers, 0)
    records = [*newsroom(), broken]
    for texts in TEXTS:
        assistant = Assistant(texts)
        rows = await assistant.prepare(records)
        assistant.stop()
        assert rows == prepare([job(record) for record in records], texts)
        assert any(rows)
        assert rows[-1] is None


@pytest.mark.parametrize("answers", [0, 3, 1000])
async def test_a_file_is_the_same_whether_records_are_prepared_beside_or_not(
    answers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the process dies on the way, after so many answers."""
    given: list[bool] = []

    class Mortal(Assistant):
        async def prepare(self, records: Sequence[Record]) -> Sequence[Rows | None] | None:
            if len(given) >= answers:
                self._process.kill()
            rows = await super().prepare(records)
            given.append(rows is not None)
            return rows

    monkeypatch.setattr(follow, "MOST", 2)
    monkeypatch.setattr(follow, "MOST_LARGE", 2)
    alone = await content(tmp_path, ListLog(newsroom()))
    monkeypatch.setattr(follow, "WORTH_HELP", 1)
    monkeypatch.setattr(follow, "has_room", lambda: True)
    monkeypatch.setattr(follow, "Assistant", Mortal)
    assert await content(tmp_path, ListLog(newsroom())) == alone
    assert given
    assert all(given) if answers == 1000 else not all(given)
