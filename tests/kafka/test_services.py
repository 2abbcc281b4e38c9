"""Ingest, two dedup and enrich as processes of their own over Kafka give what one process gives."""

from functools import partial
from pathlib import Path

import pytest

from services.stream.bus import Partition
from services.stream.patience import Patience, patiently
from tests.end_to_end.archive import write_archive
from tests.end_to_end.output import digests
from tests.kafka import session
from tests.kafka.conftest import Name
from tests.kafka.crew import Crew, command, latest
from tests.kafka.outcome import LOG, TABLE, outcome
from tests.kafka.outcome import calm as calmly

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]
DEMO = Path(__file__).parents[1] / "recordings" / "demo.warc.gz"


def recording(which: str, place: Path) -> Path:
    return DEMO if which == "demo" else write_archive(place / "news.jsonl.gz", 600)


@pytest.mark.parametrize("which", ["demo", "archive"])
async def test_services_in_processes_of_their_own_leave_the_bytes_of_a_replay_in_memory(
    which: str, tmp_path: Path, name: Name
) -> None:
    source = recording(which, tmp_path)
    await command(tmp_path, "replay", source, "--bus", "memory", "--out", tmp_path / "memory")
    calm = await calmly(source, tmp_path)
    async with Crew(session.bootstrap(), f"{name(which)}.", tmp_path / "crew") as crew:
        crew.services(source)
        await crew.settled(60)
        export = crew.add("export", "export", "--out", str(tmp_path / "kafka"))
        assert await export.ended(30) == 0, export.log.read_text()
        assert digests(tmp_path / "kafka") == digests(tmp_path / "memory")
        assert (found := await outcome(crew, calm)).same, found
        assert set((await crew.stop()).values()) == {0}
        assert crew.exits == []
        await read_again(crew)


async def read_again(crew: Crew) -> None:
    """All input from offset 0, into the same outputs: the tables stay as they were."""
    tables = (TABLE, "clusters", "events", "dedup-state")
    before = {topic: latest(await crew.records(topic)) for topic in tables}
    changes = await crew.records(LOG)
    async with crew.bus() as bus:
        for group, topic in (("newsfold-dedup", "articles"), ("newsfold-enrich", "clusters")):
            for number in range(await bus.partitions(topic)):
                writer = await patiently(partial(bus.writer, group, [topic], number), Patience())
                await writer.publish([], consumed={Partition(topic, number): 0})
                await writer.close()
    crew.add("dedup-again", "run", "dedup")
    crew.add("enrich-again", "run", "enrich")
    await crew.settled(60)
    await crew.stop()
    after = {topic: latest(await crew.records(topic)) for topic in tables}
    assert after[TABLE] == before[TABLE]
    assert after == before
    assert latest(await crew.records(LOG)) == latest(changes)
