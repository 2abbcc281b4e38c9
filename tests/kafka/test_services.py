"""Ingest, two dedup and enrich as processes of their own over Kafka give what one process gives."""

from pathlib import Path

import pytest

from tests.end_to_end.archive import write_archive
from tests.end_to_end.output import digests
from tests.kafka import session
from tests.kafka.again import read_again
from tests.kafka.conftest import Name
from tests.kafka.crew import Crew, command
from tests.kafka.outcome import calm as calmly
from tests.kafka.outcome import outcome

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]
DEMO = Path(__file__).parents[1] / "recordings" / "demo.warc.gz"


def recording(which: str, place: Path) -> Path:
    return DEMO if which == "demo" else write_archive(place / "news.jsonl.gz", 600)


@pytest.mark.parametrize("which", ["demo", pytest.param("archive", marks=pytest.mark.proof)])
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
        assert (await read_again(crew))["tables that differ"] == 0
