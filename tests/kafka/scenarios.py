"""What can happen to workers, brokers and the network while a recording is counted.

Each scenario takes its numbers, so that `make test` runs a short form and `make chaos` the full one.
A trial's outcome must be good after every one of them.
"""

import asyncio
import random
import signal
import time
from collections.abc import Sequence

from tests.kafka.broker import Cluster, Node
from tests.kafka.proxy import Fault, Proxy, Side
from tests.kafka.trial import Trial, Worker, memory_mb

FINISH_S = 240.0
"""The longest wait for an end after the last fault."""


async def kills(trial: Trial, number: int, *, static: bool, chance: random.Random) -> dict[str, float]:
    """SIGKILL random workers at random moments, and start them again at once."""
    workers = [trial.hire(static=static) for _ in range(2)]
    await trial.reached(0.01, within_s=60)
    for _ in range(number):
        await asyncio.sleep(chance.uniform(0.05, 1.2))
        victim = chance.choice(workers)
        victim.kill()
        victim.start()
    at_last_kill = await trial.progress()
    after_s = await trial.reached(1.0, within_s=FINISH_S)
    return {"kills": number, "progress at the last kill": at_last_kill, "seconds to the end": after_s}


async def freezes(trial: Trial, number: int, *, chance: random.Random) -> dict[str, float]:
    """SIGSTOP a worker for longer than its session, let a peer take over, SIGCONT."""
    workers = [trial.hire() for _ in range(2)]
    await trial.reached(0.01, within_s=60)
    for _ in range(number):
        await asyncio.sleep(chance.uniform(0.2, 0.8))
        victim = chance.choice(workers)
        victim.send(signal.SIGSTOP)
        before = await trial.progress()
        # The peer must get further than the victim's share: it has taken over.
        await asyncio.sleep(trial.bus.access.bounds.session_s + chance.uniform(1.0, 2.5))
        assert await trial.progress() > before
        victim.send(signal.SIGCONT)
    await trial.reached(1.0, within_s=FINISH_S)
    given_up = sum(worker.words().count("gave up its number") for worker in workers)
    return {"freezes": number, "numbers given up": given_up}


async def storm(trial: Trial, changes: int, every_s: float, *, chance: random.Random) -> dict[str, float]:
    """A member joins or leaves, again and again; one stays."""
    trial.hire()
    extra: list[Worker] = []
    for _ in range(changes):
        if len(extra) < 3 and (not extra or chance.random() < 0.5):
            extra.append(trial.hire())
        else:
            leaving = extra.pop(chance.randrange(len(extra)))
            assert await asyncio.to_thread(leaving.stop) < 10
        await asyncio.sleep(every_s)
    at_last = await trial.progress()
    await trial.reached(1.0, within_s=FINISH_S)
    return {"changes": changes, "progress at the last change": at_last}


async def broker_restarts(
    trial: Trial, cluster: Cluster, number: int, *, chance: random.Random
) -> dict[str, float]:
    """SIGKILL a node under load and start it again, the nodes in turn."""
    workers = [trial.hire() for _ in range(2)]
    await trial.reached(0.01, within_s=60)
    for turn in range(number):
        await asyncio.sleep(chance.uniform(0.5, 2.0))
        node = cluster.nodes[turn % len(cluster.nodes)]
        node.kill()
        await asyncio.sleep(chance.uniform(0.0, 2.0))
        node.start()
        await asyncio.to_thread(cluster.wait)
    at_last = await trial.progress()
    recovered_s = await trial.reached(1.0, within_s=FINISH_S)
    return {
        "restarts": number,
        "progress at the last restart": at_last,
        "seconds to the end": recovered_s,
        "workers alive": sum(worker.running for worker in workers),
    }


async def outage(trial: Trial, nodes: Sequence[Node], cluster: Cluster, seconds: float) -> dict[str, float]:
    """No broker at all for a while; one worker is told to stop meanwhile, the other must go on by itself."""
    stays, goes = trial.hire(), trial.hire()
    await trial.reached(0.1, within_s=60)
    before_mb = memory_mb(stays.process)
    for node in nodes:
        node.kill()
    await asyncio.sleep(min(2.0, seconds / 4))
    began = time.monotonic()
    stopped_s = await asyncio.to_thread(goes.stop)
    await asyncio.sleep(max(0.0, seconds - (time.monotonic() - began)))
    during_mb = memory_mb(stays.process)
    for node in nodes:
        node.start()
    await asyncio.to_thread(cluster.wait)
    recovered_s = await trial.reached(1.0, within_s=FINISH_S)
    return {
        "outage seconds": seconds,
        "stop seconds": stopped_s,
        "stop exit code": goes.process.returncode,
        "memory before MB": round(before_mb),
        "memory during MB": round(during_mb),
        "survivor alive": stays.running,
        "seconds from broker to the end": recovered_s,
    }


async def bad_network(trial: Trial, proxy: Proxy, faults: int, *, chance: random.Random) -> dict[str, float]:
    """Frames are lost, late, or break their connection, in either direction; EndTxn more than others."""
    trial.hire()
    trial.hire()
    await trial.reached(0.01, within_s=60)
    hit: dict[int, int] = {}

    def rule(api: int, side: Side) -> Fault | None:
        transactional = api in (22, 24, 25, 26, 28)
        if sum(hit.values()) >= faults or chance.random() > (0.02 if transactional else 0.003):
            return None
        del side
        hit[api] = hit.get(api, 0) + 1
        what = chance.choice(("lose", "delay", "reset"))
        return Fault(what, chance.uniform(0.05, 2.0))  # type: ignore[arg-type]

    proxy.rule = rule
    try:
        await trial.reached(1.0, within_s=FINISH_S)
    finally:
        proxy.rule = lambda _, __: None
    return {
        "faults": sum(hit.values()),
        **{f"faults on API {api}": count for api, count in sorted(hit.items())},
    }
