"""However workers and brokers die, the stories and their changes are those of an undisturbed run.

The short form of `chaos.py`: the same faults, fewer of them.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.ops.settings import BusSettings
from tests.end_to_end.archive import write_archive
from tests.kafka import again, faults, outcome, poison, session
from tests.kafka.conftest import Name
from tests.kafka.crew import APART, Crew
from tests.kafka.outcome import Calm

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]
ARTICLES = 360
SPAN_S = 9 * 86_400
WITHIN_S = 150
Make = Callable[..., Crew]


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Calm:
    place = tmp_path_factory.mktemp("calm")
    return asyncio.run(outcome.calm(write_archive(place / "news.jsonl.gz", ARTICLES), place, **APART))


@pytest.fixture
async def crew(tmp_path: Path, name: Name) -> AsyncIterator[Crew]:
    async with Crew(session.own().cluster.bootstrap, f"{name('chaos')}.", tmp_path / "crew", **APART) as crew:
        yield crew


def speed(seconds: float) -> float:
    """So many times as fast, that the recording takes `seconds`."""
    return SPAN_S / seconds


async def same(crew: Crew, calm: Calm) -> None:
    await crew.settled(WITHIN_S)
    found = await outcome.outcome(crew, calm)
    assert found.same, found
    assert found.changes == len(calm.changes) > ARTICLES / 2
    assert set((await crew.stop()).values()) == {0}


async def test_workers_killed_at_random_moments_lose_and_double_nothing(crew: Crew, calm: Calm) -> None:
    crew.services(calm.source, speed=speed(12))
    did = await faults.kills(crew, 18, random.Random(5))
    assert did["SIGKILLs"] >= 15, did
    await same(crew, calm)
    assert crew.exits == []


@pytest.mark.proof
async def test_a_worker_frozen_past_its_session_publishes_nothing_more_and_ends(
    crew: Crew, calm: Calm
) -> None:
    crew.services(calm.source, speed=speed(8), static=False)
    await asyncio.sleep(2.5)
    frozen = crew.hands.pop("dedup-0")
    did = await faults.freeze(frozen)
    assert did["exit code"] != 0
    assert len(frozen.log.read_text().splitlines()) > 2
    await same(crew, calm)


@pytest.mark.proof
async def test_members_that_come_and_go_change_nothing_where_others_stand_by_for_them(
    crew: Crew, calm: Calm
) -> None:
    crew.services(calm.source, speed=speed(14), static=False, standby=True)
    await faults.churn(crew, 15, 2)
    logs = [crew.hands[f"dedup-{number}"].log for number in range(2)]
    await same(crew, calm)
    assert any('"source": "standby"' in log.read_text() for log in logs)


@pytest.mark.proof
async def test_a_broker_that_dies_and_an_outage_change_nothing(crew: Crew, calm: Calm) -> None:
    cluster = session.own().cluster
    crew.services(calm.source, speed=speed(14))
    await crew.started(WITHIN_S)
    await faults.restarts(crew, cluster, 2, random.Random(7))
    did = await faults.outage(crew, cluster.nodes, 8, crew.hands["dedup-1"])
    cluster.wait()
    assert did["stop took, seconds"] < faults.STOP_S
    assert did["most resident memory at its end, MB"] < 1000
    await same(crew, calm)


async def test_poison_goes_to_the_dead_letters_and_the_rest_flows(crew: Crew, calm: Calm) -> None:
    crew.services(calm.source, speed=speed(5))
    values = await poison.poison(crew, 4)
    crew.hands["dedup-0"].kill()
    await same(crew, calm)
    assert sorted(map(str, await poison.dead(crew))) == sorted(map(str, values))


async def test_dead_letters_that_cannot_be_written_halt_their_partition_alone_until_they_can(
    crew: Crew, calm: Calm
) -> None:
    crew.services(calm.source)
    did = await poison.unwritable(crew)
    assert did["committed past the poison"] == 0
    await same(crew, calm)
    assert crew.exits == []


async def test_the_breaker_halts_a_partition_of_nothing_but_poison_until_somebody_lets_it_pass(
    crew: Crew, calm: Calm
) -> None:
    values = await poison.flood(crew, 0)
    crew.services(calm.source)
    did = await poison.flooded(crew, 0, values)
    assert did["of it dead before the breaker opened"] <= BusSettings().dead_run
    assert did["committed past it"] <= 1  # the marker behind what was dead before
    await same(crew, calm)


@pytest.mark.proof
async def test_all_input_read_again_from_the_start_leaves_the_tables_as_they_were(
    crew: Crew, calm: Calm
) -> None:
    crew.services(calm.source)
    await same(crew, calm)
    assert (await again.read_again(crew))["tables that differ"] == 0
