"""Brokers die and come back: nothing is lost or doubled, and what waits for them stops when told to."""

import asyncio
import os
import random
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.stream.bus import BusError, Output, Partition
from tests.conformance.acts import outputs, topic, values
from tests.kafka import scenarios, session
from tests.kafka.acts import client, insist
from tests.kafka.broker import Cluster
from tests.kafka.proxy import Api, Fault, Proxy, Side
from tests.kafka.trial import Trial

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]
PACE_S = 0.04


@pytest.fixture
def three() -> Iterator[Cluster]:
    cluster = session.fresh(3)
    yield cluster
    cluster.remove()


@pytest.mark.proof
async def test_a_cluster_of_three_that_loses_each_node_in_turn_changes_nothing(
    tmp_path: Path, three: Cluster
) -> None:
    async with Trial(three.bootstrap, tmp_path, records=6000, pace_s=PACE_S) as run:
        facts = await scenarios.broker_restarts(run, three, 3, chance=random.Random(5))
        assert facts["workers alive"] == 2
        assert (await run.outcome()).good, await run.outcome()


@pytest.mark.parametrize("survivor", [True, False], ids=["the writer lives", "the writer is gone"])
async def test_a_broker_killed_between_deciding_a_commit_and_telling_it_neither_loses_nor_doubles(
    survivor: bool,
) -> None:
    own = session.own()
    (node,) = own.cluster.nodes
    async with Proxy(own.proxied, own.cluster.port("PROXIED")) as proxy:
        far = client(proxied=True)
        await far.start()
        own_name = uuid.uuid4().hex[:8]
        source, sink = await topic(far, f"in-{own_name}"), await topic(far, f"out-{own_name}", 2)
        group = f"g-{own_name}"
        both = [*outputs(sink, ["once"]), *outputs(sink, ["once"], 1)]
        consumed = {Partition(source, 0): 2}
        writer = await far.writer(group, [source], 0)

        def rule(api: int, side: Side) -> Fault | None:
            if api == Api.END_TXN and side == "answer":
                os.kill(node.pid, signal.SIGKILL)
            return None

        proxy.rule = rule
        publish = asyncio.create_task(insist(writer, both, consumed))
        await asyncio.to_thread(node.wait)
        proxy.rule = lambda _, __: None
        if not survivor:
            publish.cancel()
        node.start()
        await asyncio.to_thread(own.cluster.wait)
        try:
            await publish
        except (BusError, asyncio.CancelledError):
            # As a lane does, or another process: a new writer knows what is done.
            await republish(group, source, both)
        assert await values(far, sink) == ["once"]
        assert await values(far, sink, 1) == ["once"]
        await far.close()


async def republish(group: str, source: str, records: list[Output]) -> None:
    heirs = client()
    await heirs.start()
    async with asyncio.timeout(30):
        while True:
            try:
                heir = await heirs.writer(group, [source], 0)
                break
            except BusError:
                await asyncio.sleep(0.1)
    if (await heir.committed()).get(Partition(source, 0)) != 2:
        await insist(heir, records, {Partition(source, 0): 2})
    await heirs.close()
