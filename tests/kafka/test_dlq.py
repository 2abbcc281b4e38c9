"""`newsfold dlq` on a real broker: dead letters go back byte for byte, and once."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli import main
from services.console.topics.plan import SPECS
from services.enrich.service import EnrichService
from services.stream.bus import Output, Partition
from services.stream.kafka import KafkaBus
from services.stream.runner import Runner
from services.stream.runner_group import RunnerGroup
from services.stream.settings import RunSettings
from tests.conformance.acts import read_all
from tests.kafka import session
from tests.kafka.acts import SHORT

pytestmark = pytest.mark.kafka
CLUSTERS = Partition("clusters", 2)
POISON = [
    Output(CLUSTERS, b"a", b"{broken", (("trace", b"\xff\x00"),)),
    Output(CLUSTERS, b"b", b"\x00\x01", ()),
]


class Site:
    """A prefix of its own, and an enrich that reads there."""

    def __init__(self, folder: Path) -> None:
        self.name = f"dlq-{uuid.uuid4().hex[:8]}"
        self._config = folder / "newsfold.toml"
        self._config.write_text(f'[bus]\nprefix = "{self.name}."\n', encoding="utf-8")
        self.bus = KafkaBus(session.bootstrap(), prefix=f"{self.name}.", bounds=SHORT)

    async def publish(self, *outputs: Output) -> None:
        writer = await self.bus.writer(f"{self.name}-test", ["clusters"], CLUSTERS.number)
        await writer.publish(outputs, consumed={})
        await writer.close()

    async def enrich(self) -> None:
        async with RunnerGroup(
            [Runner(EnrichService(), self.bus, settings=RunSettings(group=self.name))]
        ) as running:
            async with asyncio.timeout(60):
                await running.wait_until_settled()

    async def dlq(self, *words: str) -> Result:
        command = ["dlq", *words, "--bus", f"kafka:{session.bootstrap()}", "--service", "enrich"]
        # Two at once have one environment: each would set it back to what the other had set.
        command += ["--config", str(self._config)]
        return await asyncio.to_thread(CliRunner().invoke, main, command)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    made = Site(tmp_path)
    await made.bus.start()
    await made.bus.create(list(SPECS.values()))
    await made.publish(*POISON)
    await made.enrich()
    yield made
    await made.bus.close()


async def test_listed_shown_replayed_and_known_the_second_time(site: Site) -> None:
    listed = [json.loads(line) for line in (await site.dlq("list")).stdout.splitlines()]
    assert [(one["key"], one["reason"], one["size"]) for one in listed] == [
        ("a", "undecodable", 7),
        ("b", "undecodable", 2),
    ]
    first, second = (one["offset"] for one in listed)
    assert (await site.dlq("show", str(second), "--raw")).stdout_bytes == b"\x00\x01"

    sent = await site.dlq("replay", str(first), str(second))
    assert sent.exit_code == 0, sent.output
    assert "2 replayed, 0 were before" in sent.stderr
    *_, a, b = await read_all(site.bus, CLUSTERS)
    assert [(one.key, one.value) for one in (a, b)] == [(b"a", b"{broken"), (b"b", b"\x00\x01")]
    assert a.headers == (("trace", b"\xff\x00"), ("dl_replay", f"dead-letters.enrich/0/{first}".encode()))

    again = await site.dlq("replay", "--all")
    assert "0 replayed, 2 were before" in again.stderr
    assert len(await read_all(site.bus, CLUSTERS)) == 4
    assert len(await read_all(site.bus, Partition("dead-letters.enrich", 0))) == 2


async def test_two_operators_at_once_send_each_letter_once(site: Site) -> None:
    both = await asyncio.gather(site.dlq("replay", "--all"), site.dlq("replay", "--all"))
    assert sorted(one.exit_code for one in both) in ([0, 0], [0, 5]), [one.output for one in both]
    assert len(await read_all(site.bus, CLUSTERS)) == 4


async def test_a_letter_with_a_later_record_of_its_key_stays_dead(site: Site) -> None:
    await site.publish(Output(CLUSTERS, b"a", b"{newer", ()))
    sent = await site.dlq("replay", "--all")
    assert sent.exit_code == 0, sent.output
    assert "1 replayed, 0 were before, 1 cannot be" in sent.stderr
    assert "has a later record of its key" in sent.stdout
