"""What can happen to workers, brokers and the network while a recording is counted.

A trial's outcome must be good after every one of them.
"""

import asyncio
import random
import signal
from collections.abc import Sequence

from tests.kafka.broker import Cluster
from tests.kafka.proxy import Fault, Proxy, Side
from tests.kafka.trial import Trial, Worker

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
    workers = [trial.hire(extra=["--leave"]) for _ in range(2)]
    await trial.reached(0.01, within_s=60)
    tending = asyncio.create_task(_tended(workers))
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
    tending.cancel()
    given_up = sum(worker.words().count("gave up its number") for worker in workers)
    return {"freezes": number, "numbers given up": given_up}


async def _tended(workers: Sequence[Worker]) -> None:
    """As a supervisor does: start again who ended because another took over."""
    while True:
        for worker in workers:
            if not worker.running:
                worker.start()
        await asyncio.sleep(0.2)


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
