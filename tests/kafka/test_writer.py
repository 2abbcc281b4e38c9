"""A publish is one transaction, whatever becomes of its parts and its answers."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from services.stream.bus import Fatal, Fenced, Output, Partition, Retry, Unclear
from services.stream.clock import ManualClock
from services.stream.kafka import Bounds, KafkaBus
from services.stream.patience import Patience, call_patiently
from tests.conformance.acts import outputs, owns, read_all, topic, values
from tests.kafka import session
from tests.kafka.acts import PREFIX, SHORT, alter, client, insist
from tests.kafka.conftest import Name
from tests.kafka.proxy import Api, Fault, Proxy

pytestmark = pytest.mark.kafka


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    own = session.own()
    async with Proxy(own.proxied, own.cluster.port("PROXIED")) as proxy:
        yield proxy


@pytest.fixture
async def far(proxy: Proxy) -> AsyncIterator[KafkaBus]:
    """A bus whose every word goes through the proxy."""
    bus = client(proxied=True)
    await bus.start()
    yield bus
    proxy.rule = lambda _, __: None
    await bus.close()


async def test_an_heir_reads_the_offsets_committed_an_instant_before(bus: KafkaBus, name: Name) -> None:
    source, sink, group = await topic(bus, name("in")), await topic(bus, name("out")), name("g")
    for turn in range(1, 61):
        writer = await bus.writer(group, [source], 0)
        assert await writer.committed() == ({Partition(source, 0): turn - 1} if turn > 1 else {})
        await writer.publish(outputs(sink, [str(turn)]), consumed={Partition(source, 0): turn})
    assert await values(bus, sink) == [str(turn) for turn in range(1, 61)]


async def test_what_is_published_can_be_read_at_once_by_another_client(bus: KafkaBus, name: Name) -> None:
    sink = await topic(bus, name("out"), 2)
    other = client()
    await other.start()
    writer = await bus.writer(name("g"), [sink], 0)
    for turn in range(20):
        await writer.publish([*outputs(sink, [str(turn)]), *outputs(sink, [str(turn)], 1)], consumed={})
        for number in range(2):
            assert await values(other, sink, number) == [str(one) for one in range(turn + 1)]
    await other.close()


async def test_a_batch_that_is_refused_takes_the_whole_publish_with_it(name: Name) -> None:
    bus = client()
    await bus.start()
    source, sink, small = [await topic(bus, name(stem)) for stem in ("in", "out", "small")]
    await alter(small, {"max.message.bytes": "2000", "cleanup.policy": "delete"})
    writer = await bus.writer(name("g"), [source], 0)
    await writer.publish(outputs(sink, ["before"]), consumed={Partition(source, 0): 1})
    large = Output(Partition(small, 0), b"k", os.urandom(5000))
    for order in ([*outputs(sink, ["lost"]), large], [large, *outputs(sink, ["lost"])]):
        with pytest.raises(Fatal, match=small):
            await writer.publish(order, consumed={Partition(source, 0): 2})
        assert await writer.committed() == {Partition(source, 0): 1}
    await writer.publish(outputs(sink, ["after"]), consumed={Partition(source, 0): 2})
    assert await values(bus, sink) == ["before", "after"]
    assert await bus.committed(writer.group, [source]) == {Partition(source, 0): 2}
    await bus.close()


async def test_a_record_that_is_too_large_is_refused_before_anything_is_sent(
    bus: KafkaBus, name: Name
) -> None:
    sink = await topic(bus, name("out"))
    writer = await bus.writer(name("g"), [sink], 0)
    with pytest.raises(Fatal, match=f"{sink}.*bytes"):
        await writer.publish([Output(Partition(sink, 0), b"k", bytes(9 << 20))], consumed={})
    five = os.urandom(5 << 20)
    await writer.publish([Output(Partition(sink, 0), b"k", five)], consumed={})
    assert [record.value for record in await read_all(bus, Partition(sink, 0))] == [five]


@pytest.mark.parametrize("api", [Api.END_TXN, Api.TXN_OFFSET_COMMIT, Api.PRODUCE])
async def test_a_connection_that_breaks_around_a_request_neither_loses_nor_doubles(
    proxy: Proxy, far: KafkaBus, name: Name, api: Api
) -> None:
    source, sink = await topic(far, name("in")), await topic(far, name("out"))
    writer = await far.writer(name("g"), [source], 0)
    for turn, side in enumerate(("request", "answer"), start=1):
        proxy.once(api, side, Fault("reset"))  # type: ignore[arg-type]
        await insist(writer, outputs(sink, [str(turn)]), {Partition(source, 0): turn})
        assert await writer.committed() == {Partition(source, 0): turn}
    assert proxy.hits == 2
    assert await values(far, sink) == ["1", "2"]


@pytest.mark.parametrize("moves", [True, False], ids=["consuming", "consuming nothing"])
async def test_a_commit_whose_answer_is_lost_is_found_to_be_done(
    proxy: Proxy, far: KafkaBus, name: Name, moves: bool
) -> None:
    source, sink = await topic(far, name("in")), await topic(far, name("out"))
    writer = await far.writer(name("g"), [source], 0)
    proxy.once(Api.END_TXN, "answer", Fault("lose"))
    await writer.publish(outputs(sink, ["once"]), consumed={Partition(source, 0): 5} if moves else {})
    assert proxy.hits == 1
    await writer.publish(outputs(sink, ["next"]), consumed={})
    assert await values(far, sink) == ["once", "next"]
    assert await writer.committed() == ({Partition(source, 0): 5} if moves else {})


@pytest.mark.parametrize("moves", [True, False], ids=["consuming", "consuming nothing"])
async def test_a_commit_that_never_arrived_is_found_to_be_undone(
    proxy: Proxy, far: KafkaBus, name: Name, moves: bool
) -> None:
    source, sink = await topic(far, name("in")), await topic(far, name("out"))
    writer = await far.writer(name("g"), [source], 0)
    proxy.once(Api.END_TXN, "request", Fault("lose"))
    consumed = {Partition(source, 0): 5} if moves else {}
    with pytest.raises(Retry, match="nothing of it took effect"):
        await writer.publish(outputs(sink, ["once"]), consumed=consumed)
    assert await writer.committed() == {}
    assert await values(far, sink) == []
    await writer.publish(outputs(sink, ["once"]), consumed=consumed)
    assert await values(far, sink) == ["once"]
    assert await writer.committed() == consumed


async def test_a_commit_that_comes_late_cannot_reach_into_the_next_transaction(
    proxy: Proxy, far: KafkaBus, name: Name
) -> None:
    source, sink = await topic(far, name("in")), await topic(far, name("out"))
    writer = await far.writer(name("g"), [source], 0)
    for turn in range(1, 4):
        await writer.publish(outputs(sink, [str(turn)]), consumed={Partition(source, 0): turn})
    inits = proxy.seen.count(Api.INIT_PRODUCER_ID)
    proxy.once(Api.END_TXN, "answer", Fault("delay", 0.3))
    await writer.publish(outputs(sink, ["slow"]), consumed={Partition(source, 0): 4})
    await writer.publish(outputs(sink, ["next"]), consumed={Partition(source, 0): 5})
    assert proxy.seen.count(Api.INIT_PRODUCER_ID) == inits + 1
    assert await values(far, sink) == ["1", "2", "3", "slow", "next"]


async def test_an_outcome_that_cannot_be_found_out_is_unclear_and_a_new_writer_knows(
    proxy: Proxy, far: KafkaBus, name: Name
) -> None:
    source, sink, group = await topic(far, name("in")), await topic(far, name("out")), name("g")
    writer = await far.writer(group, [source], 0)
    lost = {(Api.END_TXN, "answer"), (Api.INIT_PRODUCER_ID, "request")}
    proxy.rule = lambda api, side: Fault("lose") if (api, side) in lost else None
    with pytest.raises(Unclear):
        await writer.publish(outputs(sink, ["once"]), consumed={Partition(source, 0): 5})
    with pytest.raises(Unclear):
        await writer.publish(outputs(sink, ["never"]), consumed={Partition(source, 0): 6})
    proxy.rule = lambda _, __: None
    heir = await far.writer(group, [source], 0)
    assert await heir.committed() == {Partition(source, 0): 5}
    assert await values(far, sink) == ["once"]


async def test_a_publish_that_is_cut_off_closes_the_writer(proxy: Proxy, far: KafkaBus, name: Name) -> None:
    source, sink, group = await topic(far, name("in")), await topic(far, name("out")), name("g")
    writer = await far.writer(group, [source], 0)
    proxy.once(Api.END_TXN, "request", Fault("lose"))
    cut = asyncio.create_task(writer.publish(outputs(sink, ["lost"]), consumed={Partition(source, 0): 5}))
    await proxy.hit.wait()
    cut.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cut
    with pytest.raises(Unclear, match="cut off"):
        await writer.publish(outputs(sink, ["again"]), consumed={Partition(source, 0): 5})
    heir = await far.writer(group, [source], 0)
    assert await heir.committed() == {}
    assert await values(far, sink) == []


async def test_records_of_a_transaction_that_did_not_end_stay_invisible_and_hold_readers_back_briefly(
    proxy: Proxy, far: KafkaBus, bus: KafkaBus, name: Name
) -> None:
    sink, group = await topic(far, name("out")), name("g")
    member = await bus.join(name("m"), [sink])
    await owns(member, {0})
    member.seek({Partition(sink, 0): 0})
    doomed = await far.writer(group, [sink], 0)
    proxy.once(Api.END_TXN, "request", Fault("lose"))
    cut = asyncio.create_task(doomed.publish(outputs(sink, ["aborted"]), consumed={}))
    await proxy.hit.wait()
    assert await values(bus, sink) == []
    assert not await member.fetch(max_records=10, timeout_s=0.3)
    cut.cancel()
    await asyncio.wait([cut])
    heir = await bus.writer(group, [sink], 0)
    await heir.publish(outputs(sink, ["kept"]), consumed={})
    assert await values(bus, sink) == ["kept"]
    got = await member.fetch(max_records=10, timeout_s=5)
    assert [record.value for record in got[Partition(sink, 0)]] == [b"kept"]


async def test_a_member_whose_transaction_grew_too_old_goes_on(
    proxy: Proxy, far: KafkaBus, name: Name
) -> None:
    source, sink, group = await topic(far, name("in")), await topic(far, name("out")), name("g")
    patient = client(proxied=True, bounds=Bounds(transaction_s=1.0, commit_s=8.0, request_s=9.0))
    await patient.start()
    member = await patient.join(group, [source])
    await owns(member, {0})
    writer = await patient.writer(group, [source], 0)
    proxy.once(Api.END_TXN, "request", Fault("delay", 4.0))
    with pytest.raises(Retry, match="nothing of it took effect"):
        await writer.publish(outputs(sink, ["once"]), consumed={Partition(source, 0): 1})
    await writer.publish(outputs(sink, ["once"]), consumed={Partition(source, 0): 1})
    assert await values(far, sink) == ["once"]
    await patient.close()


@pytest.mark.parametrize("state", ["idle", "with its producer gone"])
async def test_a_zombie_does_not_fence_its_heir(bus: KafkaBus, name: Name, state: str) -> None:
    source, sink, group = await topic(bus, name("in")), await topic(bus, name("out")), name("g")
    zombies = client()
    await zombies.start()
    frozen = await zombies.join(group, [source])
    await owns(frozen, {0})
    zombie = await zombies.writer(group, [source], 0)
    await zombie.publish(outputs(sink, ["before"]), consumed={Partition(source, 0): 1})
    # As SIGSTOP does: it does not leave, it only falls silent.
    await frozen._consumer._cut()
    member = await bus.join(group, [source])
    await owns(member, {0})
    heir = await bus.writer(group, [source], 0)
    assert await heir.committed() == {Partition(source, 0): 1}
    if state == "with its producer gone":
        zombie._drop()
    with pytest.raises(Fenced):
        await zombie.publish(outputs(sink, ["zombie"]), consumed={Partition(source, 0): 2})
    await heir.publish(outputs(sink, ["heir"]), consumed={Partition(source, 0): 2})
    assert await values(bus, sink) == ["before", "heir"]
    await zombies.close()


async def test_an_owner_fenced_by_an_intruder_that_published_nothing_goes_on(
    bus: KafkaBus, name: Name
) -> None:
    source, sink, group = await topic(bus, name("in")), await topic(bus, name("out")), name("g")
    member = await bus.join(group, [source])
    await owns(member, {0})
    owner = await bus.writer(group, [source], 0)
    await owner.publish(outputs(sink, ["first"]), consumed={Partition(source, 0): 1})
    stranger = client()
    await stranger.start()
    intruder = await stranger.writer(group, [source], 0)
    await insist(owner, outputs(sink, ["second"]), {Partition(source, 0): 2})
    with pytest.raises(Fenced):
        await intruder.publish(outputs(sink, ["intruder"]), consumed={})
    assert await values(bus, sink) == ["first", "second"]
    await stranger.close()


@pytest.mark.proof
async def test_with_the_broker_silent_a_publish_and_the_close_still_end(name: Name) -> None:
    bus = client(bounds=SHORT)
    await bus.start()
    source, sink = await topic(bus, name("in")), await topic(bus, name("out"))
    member = await bus.join(name("g"), [source])
    await owns(member, {0})
    writer = await bus.writer(member.group, [source], 0)
    await writer.publish(outputs(sink, ["before"]), consumed={Partition(source, 0): 1})
    (node,) = session.own().cluster.nodes
    node.pause()
    try:
        began = time.monotonic()
        with pytest.raises(Retry):
            await writer.publish(outputs(sink, ["lost"]), consumed={Partition(source, 0): 2})
        assert time.monotonic() - began < 6
        with pytest.raises(Retry):
            await bus.ping()
        began = time.monotonic()
        await bus.close()
        assert time.monotonic() - began < 5
    finally:
        node.resume()
    again = client()
    await again.start()
    # Who has just come to itself may not know yet that it coordinates.
    heir = await call_patiently(lambda: again.writer(member.group, [source], 0), Patience(total_s=20.0))
    assert await heir.committed() == {Partition(source, 0): 1}
    assert await values(again, sink) == ["before"]
    await again.close()


async def test_a_clock_that_stands_still_stops_nothing(name: Name) -> None:
    then = datetime(2001, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC)
    bus = KafkaBus(session.bootstrap(), prefix=PREFIX, clock=ManualClock(then))
    await bus.start()
    sink = await topic(bus, name("out"))
    writer = await bus.writer(name("g"), [sink], 0)
    await writer.publish([Output(Partition(sink, 0), b"k", b"v")], consumed={})
    (record,) = await read_all(bus, Partition(sink, 0))
    assert record.timestamp_us == then.timestamp() * 1e6
    await bus.close()
