"""`newsfold doctor --account` on a real broker: transaction markers are no articles, and a loss is named."""

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from services.console.scan import is_a, scan
from services.contracts import ids, wire
from services.contracts.articles import Article
from services.contracts.stories import Story
from services.stream.bus import Output, Partition, Record
from services.stream.kafka import KafkaBus
from services.stream.patience import Patience, call_patiently
from tests.end_to_end.archive import write_archive
from tests.end_to_end.command import newsfold
from tests.kafka import session
from tests.kafka.conftest import Name
from tests.kafka.log import QUICK

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]


class Log:
    """One installation's topics."""

    def __init__(self, prefix: str) -> None:
        self._bus = partial(KafkaBus, session.bootstrap(), prefix=prefix, bounds=QUICK)

    def account(self) -> tuple[int, dict[str, Any]]:
        ran = newsfold("doctor", "--account", "--json", "--bus", f"kafka:{session.bootstrap()}")
        return ran.code, json.loads(ran.out)

    def records(self, topic: str, kind: type[Any]) -> list[Record]:
        async def found() -> list[Record]:
            bus = self._bus()
            await bus.start()
            try:
                return [record async for record in scan(bus, topic) if is_a(record, kind)]
            finally:
                await bus.close()

        return asyncio.run(found())

    def publish(self, group: str, source: Partition, output: Output | None, *, passed: bool = False) -> int:
        """Write as a service would; with `passed`, say that all of `source` is done with. Its end then."""

        async def act() -> int:
            bus = self._bus()
            await bus.start()
            try:
                writer = await call_patiently(
                    lambda: bus.writer(group, [source.topic], source.number), Patience()
                )
                await writer.publish([output] if output else [], consumed={})
                end = await bus.end(source)
                if passed:
                    await writer.publish([], consumed={source: end})
                await writer.close()
                return end
            finally:
                await bus.close()

        return asyncio.run(act())


@pytest.fixture
def log(name: Name, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    """A replay of 60 articles."""
    prefix = f"{name('account')}."
    bus = f"kafka:{session.bootstrap()}"
    monkeypatch.setenv("NEWSFOLD_BUS__PREFIX", prefix)
    source = write_archive(tmp_path / "week.jsonl", 60)
    assert newsfold("replay", source, "--bus", bus, "--out", tmp_path / "out").code == 0
    return Log(prefix)


def test_a_replay_is_accounted_for_and_what_comes_then_is_waited_for_or_missed(log: Log) -> None:
    code, told = log.account()
    assert (code, told["clean"]) == (0, True)
    articles = log.records("articles", Article)
    assert told["articles"] == len(articles) == sum(told["endings"].values())
    assert told["endings"]["waiting"] == told["endings"]["forgotten"] == 0

    lost = articles[0]
    article = wire.decode(Article, lost.value or b"")
    text = "Nobody ever decided on this."
    version = ids.version_id(article.article_id, article.title, text)
    changed = structs.replace(article, text=text, version_id=version)
    output = Output(lost.partition, lost.key, wire.encode(changed), lost.headers, lost.timestamp_us)
    log.publish("newsfold-operators", Partition("feeds", 0), output)
    code, told = log.account()
    assert (code, told["endings"]["waiting"]) == (0, 1)

    log.publish("newsfold-dedup", lost.partition, None, passed=True)
    code, told = log.account()
    assert code == 1
    (missing,) = told["missing"]
    assert (missing["version_id"], missing["topic"]) == (version, "articles")
    (place,) = [one.offset for one in log.records("articles", Article) if text.encode() in (one.value or b"")]
    assert (missing["partition"], missing["offset"]) == (lost.partition.number, place)


def test_a_story_withdrawn_behind_its_back_is_missed_with_its_article(log: Log) -> None:
    standing = {record.key: record for record in log.records("stories", Story)}
    alone = next(
        record
        for record in standing.values()
        if len((story := wire.decode(Story, record.value or b"")).members) == 1 and not story.merged_into
    )
    clusters = Partition("clusters", alone.partition.number)
    log.publish("newsfold-enrich", clusters, Output(alone.partition, alone.key, None))
    code, told = log.account()
    story = wire.decode(Story, alone.value or b"")
    assert code == 1
    assert {one["article_id"] for one in told["missing"]} == {story.members[0].article_id}
    assert [one["story_id"] for one in told["inconsistent"]] == [story.story_id]
