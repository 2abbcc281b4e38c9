"""A dedup that is spread over processes on a broker: the bytes of one process, whoever is killed or moved."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.contracts.topics import RANGES
from services.dedup.service import DedupService
from services.dedup.spread import blocks
from services.dedup.spread.blocks import read_block
from services.stream.bus import Record
from tests.end_to_end.archive import write_archive
from tests.kafka import outcome, session, spread, turmoil
from tests.kafka.conftest import Name
from tests.kafka.crew import APART, Crew

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]
ARTICLES = 560
SPAN_S = 9 * 86_400
WITHIN_S = 150
SESSION_S = "10"
"""A process that opens all its lanes on a busy machine may stand still for longer than other tests allow."""


@pytest.fixture
async def crew(tmp_path: Path, name: Name) -> AsyncIterator[Crew]:
    bootstrap, prefix = session.own().cluster.bootstrap, f"{name('spread')}."
    async with Crew(bootstrap, prefix, tmp_path / "crew", **APART, NEWSFOLD_BUS__SESSION_S=SESSION_S) as crew:
        yield crew


def kind_of(record: Record) -> str:
    return read_block(record).kind


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


@pytest.mark.proof
async def test_every_role_killed_at_random_moments_and_ranges_shared_out_anew_change_nothing(
    crew: Crew,
) -> None:
    chance = random.Random(16)
    spread.begin(crew)
    ingest(crew, 6)
    await spread.wait_until_filled(crew, "relations", 1, WITHIN_S)
    await spread.kill_each(crew, chance, longest_s=0.5)
    for number in (2, 3):
        crew.add(f"range-{number}", "run", "range")
    await spread.kill_each(crew, chance, longest_s=0.5)
    await same_as_one(crew)


@pytest.mark.proof
@pytest.mark.timeout(600)
async def test_in_turmoil_nothing_is_lost_or_doubled_and_states_move_with_their_images(
    tmp_path: Path, name: Name
) -> None:
    calm = await outcome.calm(write_archive(tmp_path / "news.jsonl.gz", ARTICLES), tmp_path, **APART)
    happens = turmoil.drawn(random.Random(7), kills=15, visits=5, seconds=45)
    bootstrap, prefix = session.own().cluster.bootstrap, f"{name('turmoil')}."
    async with Crew(bootstrap, prefix, tmp_path / "crew", **APART, **turmoil.ENVIRONMENT) as crew:
        spread.start(crew, calm, SPAN_S / 60)
        await crew.started(WITHIN_S)
        did = await turmoil.go_through(crew, happens)
        await crew.settled(WITHIN_S, DedupService())
        found = await spread.outcome(crew, calm)
        await spread.wait_until_imaged(crew, "range", RANGES, WITHIN_S)
        heir = crew.add("heir", "run", "range", static=False, **spread.shared_folder(crew, "range"))
        await heir.told('"source": "image"', WITHIN_S)
        assert set((await crew.stop(turmoil.STOP_S)).values()) == {0}
    assert found.same, found
    assert found.changes > ARTICLES
    assert did["SIGKILLs"] == did[turmoil.FLOW] == 15
    assert did[turmoil.FEWEST] <= RANGES / 4
    assert crew.exits == []


async def some(crew: Crew, count: int) -> None:
    """Play the archive until so many records lie in `articles`, and pause."""
    ingest(crew, 20)
    await spread.wait_until_filled(crew, "articles", count, WITHIN_S)
    assert crew.hands["ingest"].alive, "the archive was through before it was to pause"
    assert await crew.leave("ingest") == 0


@pytest.mark.proof
async def test_moved_to_a_spread_dedup_and_back_in_mid_stream(crew: Crew) -> None:
    crew.add("dedup-0", "run", "dedup")
    await some(crew, 120)
    await spread.wait_until_filled(crew, "relations", 60, WITHIN_S)
    spread.begin(crew, ("plan", "sign", "range", "pair"))
    assert await crew.leave("dedup-0") == 0
    by_dedup = len(await crew.records("relations"))
    await some(crew, 300)
    spread.begin(crew, ("fold",))
    await spread.wait_until_filled(crew, "relations", by_dedup + 60, WITHIN_S)
    assert await crew.leave("fold-0") == 0
    assert len(await crew.records("relations")) < ARTICLES * 3 / 4
    crew.add("dedup-0", "run", "dedup")
    ingest(crew, 0)
    await same_as_one(crew)


@pytest.mark.proof
async def test_the_roles_go_on_where_one_process_stopped_and_read_nothing_again(crew: Crew) -> None:
    chance = random.Random(17)
    crew.add("dedup-0", "run", "dedup")
    await some(crew, 300)
    await spread.wait_until_filled(crew, "relations", 100, WITHIN_S)
    assert await crew.leave("dedup-0") == 0
    spread.begin(crew)
    await spread.kill_each(crew, chance, longest_s=0.5)
    ingest(crew, 0)
    await same_as_one(crew)
    read = [record for record in await crew.records("spans") if kind_of(record) == "span"]
    known = [record for record in await crew.records("spans") if kind_of(record) == "known"]
    rows = [row for record in read for row in blocks.body_of(read_block(record), blocks.Span).rows]
    assert known
    assert len(rows) < ARTICLES - 50
