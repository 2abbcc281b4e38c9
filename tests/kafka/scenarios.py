"""What can happen to workers, brokers and the network while a recording is counted.

A trial's outcome must be good after every one of them.
"""

import asyncio
import random

from tests.kafka.broker import Cluster
from tests.kafka.proxy import Fault, Proxy, Side
from tests.kafka.trial import Trial

FINISH_S = 240.0
"""The longest wait for an end after the last fault."""


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
