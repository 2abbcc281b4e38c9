"""A spread dedup in turmoil: while articles flow its processes are killed, others join and leave, and for a
third of the time twice as many share the ranges. All of it at moments that are drawn before.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from services.dedup.roles import ROLES
from tests.kafka import spread
from tests.kafka.crew import Crew
from tests.kafka.faults import Did

STOP_S = 60.0
"""For a process to get its share, or to end, among nine others on two cores."""
ENVIRONMENT = {"NEWSFOLD_BUS__SESSION_S": "10", "NEWSFOLD_BUS__SNAPSHOT_EVERY_S": "5"}
"""A process that opens all its lanes on a busy machine may stand still for longer than other trials allow.
And images are to be there, and half written, when it is killed."""
FLOW = "while articles flowed"
FEWEST = "ranges of a process at the least"


class Kill(NamedTuple):
    at_s: float
    role: str
    turn: int
    """Which of the role's processes, counted round."""


class Visit(NamedTuple):
    """One more process of a role, for a while: who it is has no place of its own in the group."""

    at_s: float
    role: str
    stay_s: float


class Turmoil(NamedTuple):
    kills: Sequence[Kill]
    visits: Sequence[Visit]


def drawn(chance: random.Random, *, kills: int, visits: int, seconds: float) -> Turmoil:
    """All roles alike, and two visits more by which the ranges are shared out among twice as many."""
    victims = [Kill(chance.uniform(0, seconds), role, chance.randrange(8)) for role in _round(chance, kills)]
    stays_s = seconds / 8
    guests = [
        Visit(chance.uniform(0, seconds - stays_s), role, chance.uniform(stays_s / 4, stays_s))
        for role in _round(chance, visits)
    ]
    wider = [Visit(seconds / 3, "range", seconds / 3)] * 2
    return Turmoil(sorted(victims), sorted([*guests, *wider]))


def _round(chance: random.Random, count: int) -> list[str]:
    roles = [ROLES[number % len(ROLES)] for number in range(count)]
    chance.shuffle(roles)
    return roles


async def go_through(crew: Crew, turmoil: Turmoil) -> Did:
    """Of a crew as `spread.start` makes it."""
    began = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        killing = tasks.create_task(_kill(crew, turmoil.kills, began))
        for number, visit in enumerate(turmoil.visits):
            tasks.create_task(_visit(crew, number, visit, began))
    killed = killing.result()
    return {
        "SIGKILLs": len(turmoil.kills),
        FLOW: killed[FLOW],
        **{f"of {role}": killed[role] for role in ROLES},
        "joins and leaves": 2 * len(turmoil.visits),
        **_told(crew),
    }


def _told(crew: Crew) -> Did:
    """What the processes themselves say of shares and states."""
    lines = [line for log in crew.folder.glob("*.log") for line in log.read_text().splitlines()]
    told = [
        json.loads(line) for line in lines if '"partitions.assigned"' in line or '"state.restored"' in line
    ]
    shares = [(one["service"], len(one["partitions"])) for one in told if "partitions" in one]
    sources = Counter(one["source"] for one in told if "source" in one)
    return {
        "shares dealt": len(shares),
        FEWEST: min(share for service, share in shares if service == "range" and share),
        **{f"states from {source}": count for source, count in sorted(sources.items())},
    }


async def _kill(crew: Crew, kills: Sequence[Kill], began: float) -> Counter[str]:
    killed: Counter[str] = Counter()
    for kill in kills:
        await _until(began + kill.at_s)
        crew.tend()
        names = sorted(name for name in crew.hands if name.startswith(f"{kill.role}-"))
        crew.hands[names[kill.turn % len(names)]].kill()
        crew.tend()
        killed.update([kill.role, *([FLOW] if crew.hands["ingest"].alive else [])])
    return killed


async def _visit(crew: Crew, number: int, visit: Visit, began: float) -> None:
    await _until(began + visit.at_s)
    name = f"guest-{number}"
    guest = crew.add(name, "run", visit.role, static=False, **spread.shared_folder(crew, visit.role))
    await guest.told("partitions.assigned", STOP_S)
    await _until(began + visit.at_s + visit.stay_s)
    code = await crew.leave(name, STOP_S)
    assert code == 0, guest.log.read_text()[-2000:]


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.monotonic()))
