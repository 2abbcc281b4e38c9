"""A dedup that is spread over processes on a broker: the bytes of one process, whoever is killed or moved."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.dedup.service import DedupService
from tests.end_to_end.archive import write_archive
from tests.kafka import session, spread
from tests.kafka.conftest import Name
from tests.kafka.crew import APART, Crew

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]
ARTICLES = 560
SPAN_S = 9 * 86_400
WITHIN_S = 150


@pytest.fixture
async def crew(tmp_path: Path, name: Name) -> AsyncIterator[Crew]:
    async with Crew(
        session.own().cluster.bootstrap, f"{name('spread')}.", tmp_path / "crew", **APART
    ) as crew:
        yield crew


def ingest(crew: Crew, seconds: float) -> None:
    """Play the archive so fast that it takes so long."""
    source = write_archive(crew.folder / "news.jsonl.gz", ARTICLES)
    crew.add(
        "ingest", "run", "ingest", "--recording", str(source), "--once",
        NEWSFOLD_REPLAY__SPEED=str(SPAN_S / seconds if seconds else 0),
    )  # fmt: skip


async def same_as_one(crew: Crew) -> None:
    """Wait until all is decided, stop everybody, and compare."""
    await crew.settled(WITHIN_S, DedupService())
    assert set((await crew.stop()).values()) == {0}
    found, wanted = await spread.published(crew), await spread.by_one(crew)
    assert len(wanted.relations) > ARTICLES / 2
    assert found.relations == wanted.relations
    assert found.clusters == wanted.clusters
    assert found.state == wanted.state
    assert crew.exits == []


async def test_five_roles_in_nine_processes_leave_the_bytes_of_one(crew: Crew) -> None:
    spread.begin(crew)
    ingest(crew, 0)
    await same_as_one(crew)


async def test_every_role_killed_at_random_moments_and_ranges_shared_out_anew_change_nothing(
    crew: Crew,
) -> None:
    chance = random.Random(16)
    spread.begin(crew)
    ingest(crew, 6)
    await spread.verdicts(crew, 1, WITHIN_S)
    await spread.kill_each(crew, chance, longest_s=0.5)
    for number in (2, 3):
        crew.add(f"range-{number}", "run", "range")
    await spread.kill_each(crew, chance, longest_s=0.5)
    await same_as_one(crew)


async def test_moved_to_a_spread_dedup_and_back_in_mid_stream(crew: Crew) -> None:
    crew.add("dedup-0", "run", "dedup")
    ingest(crew, 6)
    await spread.verdicts(crew, 50, WITHIN_S)
    spread.begin(crew, ("plan", "sign", "range", "pair"))
    await spread.verdicts(crew, 180, WITHIN_S)
    assert await crew.leave("dedup-0") == 0
    spread.begin(crew, ("fold",))
    await spread.verdicts(crew, 360, WITHIN_S)
    assert await crew.leave("fold-0") == 0
    crew.add("dedup-0", "run", "dedup")
    await same_as_one(crew)
