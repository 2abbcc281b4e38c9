"""`newsfold topics` on a real cluster: it creates what it plans, and changes nothing that is there."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence

import pytest
from click.testing import CliRunner, Result

from services.cli import main
from services.contracts.topics import TOPICS
from services.stream.bus import TopicSpec
from services.stream.kafka import KafkaBus
from tests.kafka import session
from tests.kafka.acts import PREFIX, SHORT, alter

pytestmark = pytest.mark.kafka


class Site:
    """A prefix of its own on the session's broker."""

    def __init__(self) -> None:
        self.name = uuid.uuid4().hex[:8]
        self.bus = KafkaBus(session.own().cluster.bootstrap, prefix=self.prefix, bounds=SHORT)

    @property
    def prefix(self) -> str:
        return f"{PREFIX}{self.name}."

    async def topics(self, *words: str) -> Result:
        command = [
            "topics",
            *words,
            "--bus",
            f"kafka:{session.own().cluster.bootstrap}",
            "--prefix",
            self.prefix,
        ]
        return await asyncio.to_thread(CliRunner().invoke, main, command)

    async def shows(self, topic: str, setting: str, value: str) -> None:
        """Wait until the broker tells the new value: the controller takes it first."""
        async with asyncio.timeout(20):
            while (await self.bus.describe([topic]))[topic].settings[setting] != value:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    await made.bus.start()
    yield made
    await made.bus.close()


def lines(result: Result, state: str) -> Sequence[str]:
    return [line.split()[1] for line in result.output.splitlines() if line.startswith(f"{state} ")]


async def test_what_is_applied_is_as_planned_and_a_service_takes_it(site: Site) -> None:
    missing = await site.topics("check")
    assert missing.exit_code == 1
    assert len(lines(missing, "MISSING")) == len(TOPICS)
    first = await site.topics("apply")
    assert (first.exit_code, len(lines(first, "created"))) == (0, len(TOPICS)), first.output
    check = await site.topics("check")
    assert (check.exit_code, len(lines(check, "ok"))) == (0, len(TOPICS)), check.output
    assert "not seen ACLs" in check.output
    await site.bus.verify([TopicSpec(name="stories", partitions=4, compact=True)])


async def test_a_setting_that_somebody_changed_is_found_and_left(site: Site) -> None:
    await site.topics("apply")
    await alter(f"{site.name}.articles", {"retention.ms": "3600000"})
    await site.shows("articles", "retention.ms", "3600000")
    for word in ("check", "apply"):
        result = await site.topics(word)
        assert result.exit_code == 1
        assert lines(result, "DIFFERS") == ["articles"]
        assert "retention.ms is 3600000, not 3196800000" in result.output


async def test_partitions_of_a_topic_that_is_there_are_never_changed(site: Site) -> None:
    await site.bus.create([TopicSpec(name="story-changes", partitions=2)])
    result = await site.topics("apply")
    assert result.exit_code == 1
    assert lines(result, "DIFFERS") == ["story-changes"]
    assert "has 2 partitions, not 4" in result.output
    assert len(lines(result, "created")) == len(TOPICS) - 1
    assert (await site.bus.describe(["story-changes"]))["story-changes"].partitions == 2


async def test_more_copies_than_brokers_are_refused_before_anything_is_made(site: Site) -> None:
    result = await site.topics("apply", "--replication", "9")
    assert result.exit_code == 2
    assert "the cluster has" in result.stderr
    assert not await site.bus.describe([topic.name for topic in TOPICS])
