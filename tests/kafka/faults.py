"""What is done to the services while a recording goes through them. Each returns what it did, in numbers."""

import asyncio
import random
import signal
import time
from collections.abc import Sequence

from tests.kafka.broker import Cluster, Node
from tests.kafka.crew import LOOK_S, SESSION_S, Crew, Hand

STOP_S = 10.0
FINISH_S = 120.0
Did = dict[str, float]


async def kills(
    crew: Crew, count: int, chance: random.Random, *, longest_s: float = 0.9, shortest_s: float = 0.05
) -> Did:
    """SIGKILL a random process that runs, at random moments; a supervisor starts it again."""
    done: dict[str, int] = {}
    while sum(done.values()) < count:
        await asyncio.sleep(chance.uniform(shortest_s, longest_s))
        crew.tend()
        running = sorted(name for name, hand in crew.hands.items() if hand.alive)
        hand = crew.hands[chance.choice(running)]
        hand.kill()
        crew.tend()
        done[hand.name] = done.get(hand.name, 0) + 1
        if not crew.hands["ingest"].alive and crew.hands["ingest"].code == 0:
            break  # the recording is out: what is killed now would hardly be at work
    return {"SIGKILLs": sum(done.values()), **{f"of {name}": number for name, number in sorted(done.items())}}


async def freeze(hand: Hand) -> Did:
    """SIGSTOP until its session is over and longer, then SIGCONT; it must end by itself."""
    hand.send(signal.SIGSTOP)
    await asyncio.sleep(2 * SESSION_S + 1.0)
    hand.send(signal.SIGCONT)
    began = time.monotonic()
    code = await hand.ended(within_s=STOP_S)
    return {"exit code": code, "seconds from SIGCONT to its exit": round(time.monotonic() - began, 2)}


async def churn(crew: Crew, seconds: float, every_s: float) -> Did:
    """A dedup worker joins, the next time it leaves, and so on."""
    changes, longest_s = 0, 0.0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        guest = crew.add(f"guest-{changes}", "run", "dedup", static=False)
        await asyncio.sleep(every_s)
        await guest.told("ops.started", STOP_S)  # before that a signal ends it as the kernel does
        began = time.monotonic()
        guest.send(signal.SIGTERM)
        assert await guest.ended(STOP_S) == 0, guest.log.read_text()[-2000:]
        longest_s = max(longest_s, time.monotonic() - began)
        await asyncio.sleep(max(0.0, every_s - (time.monotonic() - began)))
        changes += 2
        crew.tend()
    return {"joins and leaves": changes, "slowest stop, seconds": round(longest_s, 2)}


async def restarts(crew: Crew, cluster: Cluster, count: int, chance: random.Random) -> Did:
    """SIGKILL a node under load, start it again, and let the work go on for a while; the nodes in turn."""
    away_s = 0.0
    for turn in range(count):
        await _wait(crew, chance.uniform(2.0, 4.0))
        node = cluster.nodes[turn % len(cluster.nodes)]
        began = time.monotonic()
        node.kill()
        await _wait(crew, chance.uniform(0.0, 1.0))
        node.start()
        await asyncio.to_thread(cluster.wait)
        away_s += time.monotonic() - began
    return {"broker SIGKILLs": count, "seconds without it, together": round(away_s)}


async def outage(crew: Crew, nodes: Sequence[Node], seconds: float, leaving: Hand) -> Did:
    """No broker at all for a while; one worker is asked to stop meanwhile."""
    for node in nodes:
        node.kill()
    await _wait(crew, seconds / 2)
    began = time.monotonic()
    leaving.send(signal.SIGTERM)
    await leaving.ended(within_s=2 * STOP_S)
    stop_s = time.monotonic() - began
    await _wait(crew, max(0.0, seconds / 2 - stop_s))
    memory = max(hand.memory_mb() for hand in crew.hands.values())
    for node in nodes:
        node.start()
    leaving.start()
    return {
        "seconds without a broker": seconds,
        "stop took, seconds": round(stop_s, 2),
        "most resident memory at its end, MB": memory,
    }


async def _wait(crew: Crew, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        crew.tend()
        await asyncio.sleep(LOOK_S)
