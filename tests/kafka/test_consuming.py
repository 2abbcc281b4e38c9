"""The documented consumers on a real broker: committed records, all of them, once, in order."""

import asyncio
import json
import math
import shlex
import shutil
import subprocess
import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer
from click.testing import CliRunner

from services.cli import main
from services.console.topics.plan import SPECS
from services.stream.bus import Output, Partition
from services.stream.kafka import KafkaBus
from services.stream.kafka.marks import CommittedOffset
from services.stream.kafka.producer import Producer
from services.stream.kafka.records import to_wire
from tests.kafka import session, tools
from tests.kafka.acts import SHORT
from tests.kafka.jars import Unavailable
from tests.unit.consuming import samples
from tests.unit.consuming.samples import clusters, on, published, revisions, standing

pytestmark = pytest.mark.kafka

STORIES = samples.sample("follow_stories")
CHANGES = samples.sample("follow_changes")
TOLD = clusters(samples.HISTORY)
OUTPUTS = published(TOLD)
PUBLISHES = 3
PATIENCE_S = 30.0
NOW_US = 1_000_000


class Newsroom:
    """Topics below a prefix of their own, filled by several transactions behind a dead writer's."""

    def __init__(self) -> None:
        self.bootstrap = session.bootstrap()
        self.prefix = f"news-{uuid.uuid4().hex[:8]}."
        self.stories = f"{self.prefix}stories"
        self.changes = f"{self.prefix}story-changes"
        self.bus = KafkaBus(self.bootstrap, prefix=self.prefix, bounds=SHORT)

    async def fill(self) -> None:
        # Their times lie years apart, so segments are rolled, and compaction takes what is counted here.
        whole = msgspec.structs.replace(SPECS["stories"], lag_s=math.inf)
        others = ("story-changes", "events", "storylines", "enrich-state", "clusters")
        await self.bus.create([whole, *(SPECS[name] for name in others)])
        await self.die_halfway()
        writer = await self.bus.writer(self.prefix, ["clusters"], 0)
        size = len(OUTPUTS) // PUBLISHES + 1
        for start in range(0, len(OUTPUTS), size):
            await writer.publish(OUTPUTS[start : start + size], consumed={})
        await writer.close()

    async def die_halfway(self) -> None:
        """A writer that sent a story nobody may ever see, and was gone before it could commit."""
        ghost = [
            Output(
                Partition(topic, 0), b"ghost", b'{"story_id": "ghost", "revision": 9, "headline": "Ghost"}'
            )
            for topic in ("stories", "story-changes")
        ]
        producer = Producer(self.bus.access, f"{self.prefix}-0")
        await producer.start()
        wires = {output.partition: [to_wire(output, NOW_US)] for output in ghost}
        await producer.stage(wires, {Partition("clusters", 0): CommittedOffset(0, "ghost")}, self.prefix)
        await producer.end()


@pytest.fixture
async def newsroom() -> AsyncIterator[Newsroom]:
    made = Newsroom()
    await made.bus.start()
    try:
        await made.fill()
        yield made
    finally:
        await made.bus.close()


async def test_the_documented_reader_holds_the_table_as_it_stands(newsroom: Newsroom) -> None:
    table: dict[str, dict[str, Any]] = {}
    seen = []
    async with (
        asyncio.timeout(PATIENCE_S),
        aclosing(STORIES.follow(newsroom.bootstrap, newsroom.stories, table)) as changed,
    ):
        async for story_id in changed:
            seen.append(story_id)
            if len(seen) == len(on("stories", OUTPUTS)):
                break
    assert revisions(table) == standing(TOLD)
    assert "ghost" not in seen
    assert seen == [(output.key or b"").decode() for output in on("stories", OUTPUTS)]


async def test_what_the_dead_writer_sent_is_there_for_who_does_not_ask_for_committed_records(
    newsroom: Newsroom,
) -> None:
    async with (
        asyncio.timeout(PATIENCE_S),
        AIOKafkaConsumer(
            newsroom.stories, bootstrap_servers=newsroom.bootstrap, auto_offset_reset="earliest"
        ) as careless,
    ):
        assert (await careless.getone()).key == b"ghost"


async def test_the_documented_log_reader_goes_on_where_it_was(newsroom: Newsroom) -> None:
    group = f"newsroom-{uuid.uuid4().hex[:8]}"
    done: dict[str, int] = {}
    acted: list[tuple[str, int]] = []

    async def act(count: int) -> None:
        async with (
            asyncio.timeout(PATIENCE_S),
            aclosing(CHANGES.follow(newsroom.bootstrap, newsroom.changes, group, done)) as changes,
        ):
            async for change in changes:
                acted.append((change["story_id"], change["revision"]))
                if len(acted) == count:
                    break

    await act(4)
    await act(len(TOLD))
    assert acted == [(cluster.story_id, cluster.revision) for cluster in TOLD]


async def test_the_documented_command_of_kafka_shows_what_is_committed(newsroom: Newsroom) -> None:
    (line,) = samples.commands("kafka-console-consumer.sh")
    line = line.replace("HOST:PORT", newsroom.bootstrap).replace("newsfold.story-changes", newsroom.stories)
    records = on("stories", OUTPUTS)
    try:
        told = await asyncio.to_thread(tools.run, [*shlex.split(line), "--max-messages", str(len(records))])
    except Unavailable as why:
        pytest.skip(f"no tools of Apache Kafka: {why}")
    shown = [row.split("\t") for row in told.splitlines() if row.strip()]
    assert [key for _, key, _ in shown] == [(record.key or b"").decode() for record in records]
    assert [value == "null" for _, _, value in shown] == [record.value is None for record in records]
    assert "ce_type:newsfold.Story.v1" in shown[0][0]
    assert json.loads(shown[0][2])["revision"] == 1


async def test_the_documented_command_of_kcat_shows_what_is_committed(newsroom: Newsroom) -> None:
    if shutil.which("kcat") is None:
        pytest.skip("kcat is not installed")
    (line,) = samples.commands("kcat")
    line = line.replace("HOST:PORT", newsroom.bootstrap).replace("newsfold.stories", newsroom.stories)
    done = await asyncio.to_thread(
        subprocess.run,
        [*shlex.split(line), "-e", "-q"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    keys = [row.split(" ")[0] for row in done.stdout.splitlines()]
    assert keys == [(record.key or b"").decode() for record in on("stories", OUTPUTS)]


async def test_newsfold_tail_reads_kafka_as_it_reads_the_embedded_log(newsroom: Newsroom) -> None:
    def tail(*words: str) -> list[dict[str, Any]]:
        result = CliRunner().invoke(
            main,
            ["tail", *words, "--bus", f"kafka:{newsroom.bootstrap}"],
            env={"NEWSFOLD_BUS__PREFIX": newsroom.prefix},
        )
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    rows = await asyncio.to_thread(tail, "story-changes")
    assert [(row["key"], row["value"]["revision"]) for row in rows] == [
        (cluster.story_id, cluster.revision) for cluster in TOLD
    ]
    assert {row["type"] for row in rows} == {"StoryChange"}
    assert await asyncio.to_thread(tail, "story-changes", "--group", "desk") == rows
    assert await asyncio.to_thread(tail, "story-changes", "--group", "desk") == []
    one = TOLD[0].story_id
    chosen = await asyncio.to_thread(tail, "stories", "--key", one, "--type", "Story")
    assert [row["key"] for row in chosen] == [one] * sum(cluster.story_id == one for cluster in TOLD)
    last = await asyncio.to_thread(tail, "story-changes", "--from", "-2")
    assert last == rows[-2:]
