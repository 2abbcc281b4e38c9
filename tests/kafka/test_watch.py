"""What operators see of services on a real broker: lag, readiness, and states that come back quickly."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from msgspec.structs import replace

from services.console.addresses import parse, topic_specs
from services.console.run.lag import Behind, behind
from services.console.run.pipeline import Pipeline, Stage
from services.console.run.watch import Watch
from services.enrich.service import EnrichService
from services.ops.config import Settings
from services.ops.health import Health
from services.ops.registry import Metrics
from services.ops.settings import OpsSettings
from services.stream.bus import Partition
from services.stream.kafka import KafkaBus
from services.stream.runner import Runner
from services.stream.settings import RunSettings
from services.stream.snapshot import SnapshotFolder
from tests.conformance.acts import outputs, publish, topic
from tests.conformance.acts import values as values_of
from tests.kafka import session
from tests.kafka.acts import SHORT
from tests.kafka.broker import Cluster
from tests.kafka.conftest import Name
from tests.kafka.log import QUICK
from tests.unit.stream.test_images import KeepingService
from tests.unit.stream.toys import FAST, SINK, STATE, CountService, Notes, expected, put, topics, until

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]
NOW_S = 1_060.0
"""A minute after the stamps of the conformance suite."""


async def test_markers_of_transactions_are_no_lag(bus: KafkaBus, name: Name) -> None:
    read = Partition(await topic(bus, name("lag")), 0)
    await publish(bus, name("press"), outputs(read.topic, ["a", "b"]))
    taken = (await bus.read(read, 0, max_records=10))[-1].offset + 1
    assert await bus.end(read) > taken
    assert await behind(bus, read, taken, NOW_S) == Behind()


async def test_an_open_transaction_of_somebody_else_is_no_lag_until_it_is_committed(
    bus: KafkaBus, name: Name
) -> None:
    read = Partition(await topic(bus, name("lag")), 0)
    await publish(bus, name("press"), outputs(read.topic, ["a"]))
    taken = (await bus.read(read, 0, max_records=10))[-1].offset + 1
    other = AIOKafkaProducer(bootstrap_servers=session.bootstrap(), transactional_id=name("other"))
    await other.start()
    try:
        async with other.transaction():
            for n in range(3):
                await other.send_and_wait(
                    f"test.{read.topic}", b"%d" % n, partition=0, timestamp_ms=1_000_000
                )
            assert await behind(bus, read, taken, NOW_S) == Behind()
    finally:
        await other.stop()
    async with asyncio.timeout(5):
        while not (told := await behind(bus, read, taken, NOW_S)).records:  # noqa: ASYNC110 - it polls
            await asyncio.sleep(0.05)
    assert told.seconds == 60.0
    assert told.records >= 3


@asynccontextmanager
async def counting(
    bus: KafkaBus, settings: RunSettings, total: int, service: CountService | None = None
) -> AsyncIterator[Notes]:
    """A service that counts, until `total` records are counted; then it is stopped well."""
    notes, stop = Notes(), asyncio.Event()
    runner = Runner(service or CountService(), bus, settings=settings, observer=notes)
    run = asyncio.create_task(runner.run(stop))

    async def counted() -> bool:
        return run.done() or (bool(notes.restores) and len(await values_of(bus, SINK)) >= total)

    try:
        await until(counted)
        yield notes
    finally:
        stop.set()
        await run


async def test_a_state_comes_back_from_a_snapshot_an_older_one_and_a_damaged_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = uuid.uuid4().hex[:8]
    bus = KafkaBus(session.bootstrap(), prefix=f"{run}.", bounds=QUICK)
    place = SnapshotFolder(folder=tmp_path, scheme="toys/1")
    settings = replace(FAST, group=f"count-{run}", snapshots=place, drain_s=10.0)
    file = place.path(Partition(STATE, 0))
    values = ["apple", "anise", "beet", "clove", "beech"]
    await bus.start()
    try:
        await topics(bus)
        await put(bus, values)
        async with counting(bus, settings, 5):
            pass
        older = file.read_bytes()
        values.append("date")
        await put(bus, ["date"])
        async with counting(bus, settings, 6) as quick:
            pass
        file.write_bytes(older)
        async with counting(bus, settings, 6) as completed:
            pass
        file.write_bytes(older[:-1] + b"\x00")
        with caplog.at_level(logging.WARNING):
            async with counting(bus, settings, 6) as refused:
                pass
        values.append("again")
        await put(bus, ["again"])
        async with counting(bus, settings, 7):
            assert await values_of(bus, SINK) == expected(values)
    finally:
        await bus.close()
    assert (quick.restores[0][1].from_snapshot, quick.restores[0][1].count) == (3, 3)
    assert (completed.restores[0][1].from_snapshot, completed.restores[0][1].count) == (3, 4)
    assert refused.restores[0][1].refused
    assert "does not match its checksum" in caplog.text


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_a_state_goes_on_from_an_image_and_what_came_behind_it(tmp_path: Path) -> None:
    run = uuid.uuid4().hex[:8]
    bus = KafkaBus(session.bootstrap(), prefix=f"{run}.", bounds=QUICK)
    place = SnapshotFolder(folder=tmp_path, scheme="toys/1")
    settings = replace(FAST, group=f"count-{run}", snapshots=place, drain_s=10.0)
    values, service = ["apple", "anise", "beet", "clove", "beech"], KeepingService(tmp_path / "spool")
    await bus.start()
    try:
        await topics(bus)
        await put(bus, values)
        async with counting(bus, settings, 5, service):
            pass
        older = files_in(tmp_path)
        values += ["date", "again"]
        await put(bus, values[5:])
        async with counting(bus, settings, 7, service) as quick:
            pass
        for path, content in older.items():
            path.write_bytes(content)
        await put(bus, ["basil"])
        async with counting(bus, settings, 8, service) as completed:
            assert await values_of(bus, SINK) == expected([*values, "basil"])
    finally:
        await bus.close()
    assert (quick.restores[0][1].image, quick.restores[0][1].count) == (True, 0)
    assert (completed.restores[0][1].image, completed.restores[0][1].count) == (True, 2)


async def test_a_lost_broker_makes_a_service_unready_by_name_but_not_dead(fresh_cluster: Cluster) -> None:
    run = uuid.uuid4().hex[:8]
    address = parse(f"kafka:{fresh_cluster.bootstrap}")
    bus = KafkaBus(fresh_cluster.bootstrap, prefix=f"{run}.", bounds=SHORT)
    metrics, health = Metrics(), Health({"bus": "", "enrich": ""}, stall_s=2.0)
    settings = Settings(ops=OpsSettings(silence_s=1.0))
    await bus.start()
    try:
        await bus.create(topic_specs(forget=True))
        pipeline = Pipeline(bus, [Stage(EnrichService())], RunSettings(group=f"enrich-{run}"), metrics)
        watch = Watch(pipeline, bus, address, health, metrics, settings=settings)
        async with pipeline.running(asyncio.Event()):
            watching = asyncio.create_task(watch.run())
            await _until(health, ready=True)
            fresh_cluster.nodes[0].kill()
            try:
                await _until(health, ready=False)
                missing = str(health.readiness()[1]["missing"])
                assert f"kafka:{fresh_cluster.bootstrap} is lost" in missing
                assert metrics.gauge("bus_connected", "enrich")._value.get() == 0
                await asyncio.sleep(2.5)
                assert health.liveness()[0]
            finally:
                fresh_cluster.nodes[0].start()
                await asyncio.to_thread(fresh_cluster.wait)
            await _until(health, ready=True)
            assert metrics.gauge("bus_connected", "enrich")._value.get() == 1
            assert health.liveness()[0]
            watching.cancel()
    finally:
        await bus.close()


async def _until(health: Health, *, ready: bool) -> None:
    async with asyncio.timeout(30):
        while health.readiness()[0] != ready:  # noqa: ASYNC110 - a probe asks, it is not told
            await asyncio.sleep(0.05)
