"""`make chaos`: the services under everything that is done to them, at length, and the report of it.

`python -m tests.kafka.chaos` runs what its options ask for and leaves `out/chaos.json`; `--write` makes
`docs/reliability.md` of it, `--report` makes the page of an earlier run. Every trial runs the real
commands over a real broker and is held against an undisturbed run of the same recording.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from services.dedup.service import DedupService
from services.stream.service import Service
from tests.kafka import faults, outcome, poison, report, spread, throughput, turmoil
from tests.kafka.again import read_again
from tests.kafka.archive import archive
from tests.kafka.broker import Cluster, free_port
from tests.kafka.crew import APART, AT_LEAST_ONCE, Crew
from tests.kafka.faults import Did
from tests.kafka.outcome import Calm, Outcome
from tests.kafka.proxy import Api, Fault, Proxy, Side

OUT = Path("out/chaos.json")
SPAN_S = 9 * 86_400
SEED = 20
DEATH_S = 2.5
"""From one SIGKILL of a spread dedup to the next, in the mean: ten processes share two cores."""
AHEAD_S = 15.0
"""That a recording plays on when what is done to a spread dedup is over."""
Act = Callable[[Crew], Awaitable[Did]]


class Play(NamedTuple):
    """Which services a trial has, and how what they leave is held against an undisturbed run."""

    start: Callable[[Crew, Calm, float, bool], None]
    """By how many times as fast as it happened the recording is played, and whether members are static."""
    judge: Callable[[Crew, Calm], Awaitable[Outcome]]
    waited_for: tuple[Service, ...] = ()
    """Until they have decided everything; dedup and enrich where nobody is named."""
    name: str = ""


SERVICES = Play(
    lambda crew, calm, speed, static: crew.services(calm.source, speed=speed, static=static), outcome.outcome
)
SPREAD = Play(
    lambda crew, calm, speed, _: spread.start(crew, calm, speed),
    spread.outcome,
    (DedupService(),),
    report.SPREAD,
)


class Stage(NamedTuple):
    """Where trials happen."""

    cluster: Cluster
    place: Path
    wishes: argparse.Namespace


async def trial(
    stage: Stage,
    calm: Calm,
    name: str,
    act: Act,
    *,
    pace_s: float = 0.0,
    static: bool = True,
    at: str = "",
    first: Callable[[Crew], Awaitable[Any]] | None = None,
    environment: Mapping[str, str] | None = None,
    tables_only: bool = False,
    promised: bool = True,
    play: Play = SERVICES,
) -> dict[str, Any]:
    """One recording, one fault, and what came out. Never raises for what the services did.

    `first` is done before the services start, `act` while they run. `tables_only`: the log of changes may
    hold more than once what was published more than once, knowingly.
    """
    began = time.monotonic()
    place = stage.place / name.replace(" ", "-")
    told: dict[str, Any] = {"fault": name, "promised": promised, "play": play.name}
    speed = SPAN_S / pace_s if pace_s else 0.0
    bootstrap = at or stage.cluster.bootstrap
    async with Crew(bootstrap, f"chaos.{place.name}.", place, **APART, **(environment or {})) as crew:
        try:
            if first is not None:
                await first(crew)
            play.start(crew, calm, speed, static)
            await crew.started(stage.wishes.patience)
            told["did"] = await act(crew)
            told["seconds to the end"] = round(await crew.settled(stage.wishes.patience, *play.waited_for), 1)
            found = await play.judge(crew, calm)
            same = not found.wrong_stories if tables_only else found.same
            told |= {"found": found._asdict(), "same": same, "stopped": await crew.stop()}
        except Exception as error:  # noqa: BLE001 - the report says what happened, the others go on
            told |= {"same": False, "error": f"{type(error).__name__}: {error}"[:300]}
        told["exits"] = [f"{who} {code}" for who, code in crew.exits]
    told["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(told), flush=True)
    return told


async def nothing(_: Crew) -> Did:
    return {}


async def frozen(crew: Crew) -> Did:
    await asyncio.sleep(3)
    return await faults.freeze(crew.hands.pop("dedup-0"))


async def poisoned(crew: Crew, count: int) -> Did:
    values = await poison.poison(crew, count)
    await crew.settled(faults.FINISH_S)
    dead = await poison.dead(crew)
    assert sorted(map(str, dead)) == sorted(map(str, values)), f"{len(dead)} dead letters for {len(values)}"
    return {"poisonous records": count, "dead letters, byte for byte": len(dead)}


async def read_twice(crew: Crew, calm: Calm) -> Did:
    await crew.settled(faults.FINISH_S)
    await crew.stop()
    first = await outcome.outcome(crew, calm)
    assert first.same, first
    did = await read_again(crew)
    assert not did["tables that differ"], did
    return did


async def one_node_lost(cluster: Cluster) -> Did:
    await asyncio.sleep(4)
    cluster.nodes[-1].kill()
    return {"nodes": len(cluster.nodes), "nodes lost for good": 1}


async def answers_lost(crew: Crew, proxy: Proxy, count: int, chance: random.Random) -> Did:
    """Lose or delay the answers to commits, or break the connection before they come."""
    did = {"lost": 0, "delayed": 0, "reset": 0}
    kinds = [("lost", Fault("lose")), ("delayed", Fault("delay", 2.0)), ("reset", Fault("reset"))]

    def rule(api: int, side: Side) -> Fault | None:
        if api != Api.END_TXN or side != "answer" or sum(did.values()) >= count or chance.random() > 0.3:
            return None
        kind, fault = kinds[sum(did.values()) % len(kinds)]
        did[kind] += 1
        return fault

    proxy.rule = rule
    async with asyncio.timeout(faults.FINISH_S):
        while sum(did.values()) < count and crew.hands["ingest"].alive:
            crew.tend()
            await asyncio.sleep(0.1)
    return {f"commit answers {kind}": number for kind, number in did.items()}


async def on_one_node(
    stage: Stage, large: Calm, small: Calm, proxy: Proxy, proxied: str
) -> list[dict[str, Any]]:
    wishes, chance, nodes = stage.wishes, random.Random(SEED), stage.cluster.nodes
    pace_s = wishes.pace

    async def killed(crew: Crew) -> Did:
        return await faults.kills(crew, wishes.kills, chance)

    async def flooded(crew: Crew) -> Did:
        return await poison.flooded(crew, 0, flood)

    async def flooding(crew: Crew) -> None:
        flood.extend(await poison.flood(crew, 0))

    flood: list[bytes] = []
    return [
        await trial(stage, large, "nothing", nothing),
        await trial(
            stage, large, "nothing without transactions", nothing,
            environment={AT_LEAST_ONCE: "1"}, promised=False,
        ),
        await trial(stage, large, "workers killed", killed, pace_s=wishes.kills * 0.65),
        await trial(stage, small, "worker frozen", frozen, pace_s=pace_s, static=False),
        await trial(
            stage, small, "members come and go", lambda crew: faults.churn(crew, wishes.churn, 2),
            pace_s=wishes.churn, static=False,
        ),
        await trial(
            stage, small, "broker killed",
            lambda crew: faults.restarts(crew, stage.cluster, wishes.restarts, chance),
            pace_s=wishes.restarts * 7,
        ),
        await trial(
            stage, small, "no broker",
            lambda crew: faults.outage(crew, nodes, wishes.outage, crew.hands["dedup-1"]), pace_s=pace_s,
        ),
        await trial(
            stage, small, "poison", lambda crew: poisoned(crew, wishes.poison), pace_s=pace_s
        ),
        await trial(
            stage, small, "dead letters cannot be written", poison.unwritable, pace_s=pace_s
        ),
        await trial(stage, small, "nothing but poison", flooded, first=flooding),
        await trial(
            stage, small, "read again from the start", lambda crew: read_twice(crew, small), tables_only=True
        ),
        await trial(
            stage, small, "commit answers lost",
            lambda crew: answers_lost(crew, proxy, wishes.answers, chance), pace_s=pace_s, at=proxied,
        ),
    ]  # fmt: skip


async def on_spread(wishes: argparse.Namespace, place: Path) -> list[dict[str, Any]]:
    source = archive(_made(place / "spread") / "news.jsonl.gz", wishes.spread)
    calm = await outcome.calm(source, place / "spread", **APART)
    seconds = wishes.deaths * DEATH_S
    happens = turmoil.drawn(random.Random(SEED), kills=wishes.deaths, visits=wishes.guests, seconds=seconds)
    cluster = Cluster().start()
    try:
        return [
            await trial(
                Stage(cluster, place, wishes), calm, "killed and shared out anew",
                lambda crew: turmoil.go_through(crew, happens), pace_s=seconds + AHEAD_S, play=SPREAD,
                environment=turmoil.ENVIRONMENT,
            )
        ]  # fmt: skip
    finally:
        cluster.remove()


async def on_services(wishes: argparse.Namespace, place: Path) -> list[dict[str, Any]]:
    small = await outcome.calm(
        archive(_made(place / "small") / "news.jsonl.gz", wishes.small), place / "small", **APART
    )
    source = archive(_made(place / "large") / "news.jsonl.gz", wishes.articles)
    large = await outcome.calm(source, place / "large", **APART)
    port = free_port()
    cluster = Cluster(listeners={"PROXIED": "PLAINTEXT"}, advertise={"PROXIED": port}).start()
    try:
        stage = Stage(cluster, place, wishes)
        async with Proxy(port, cluster.port("PROXIED")) as proxy:
            trials = await on_one_node(stage, large, small, proxy, f"127.0.0.1:{port}")
    finally:
        cluster.remove()
    three = Cluster(3).start()
    try:
        lost = await trial(
            Stage(three, place, wishes), small, "one node of three lost",
            lambda _: one_node_lost(three), pace_s=wishes.pace,
        )  # fmt: skip
    finally:
        three.remove()
    return [*trials, lost]


PARTS = {"services": on_services, "spread": on_spread}


async def run(wishes: argparse.Namespace, place: Path) -> dict[str, Any]:
    parts = [PARTS[wishes.only]] if wishes.only else PARTS.values()
    trials = [one for part in parts for one in await part(wishes, place)]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "command": "python -m tests.kafka.chaos " + " ".join(sys.argv[1:]),
        "versions": report.versions(),
        "asked": vars(wishes),
        "trials": trials,
    }


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.kafka.chaos", description=__doc__)
    for name, default, about in (
        ("articles", 20_000, "of the recording that workers are killed over"),
        ("small", 1_000, "articles of the recording of the other trials"),
        ("kills", 200, "SIGKILLs"),
        ("churn", 120, "seconds of members that come and go"),
        ("restarts", 20, "SIGKILLs of the broker"),
        ("outage", 60, "seconds without a broker"),
        ("answers", 9, "commit answers lost, delayed, reset"),
        ("poison", 4, "poisonous records"),
        ("spread", 6_000, "articles of the recording of a spread dedup"),
        ("deaths", 64, "SIGKILLs of its processes"),
        ("guests", 10, "processes that join it for a while"),
        ("pace", 20, "seconds over which the other recordings are played"),
        ("patience", 600, "seconds a trial may take to its end after its fault"),
    ):
        parser.add_argument(f"--{name}", type=int, default=default, help=f"{about} [{default}]")
    parser.add_argument("--only", choices=PARTS, default="", help="these trials alone")
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    parser.add_argument("--report", action="store_true", help="only write the page, of the last run")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    wishes = options(words)
    if not wishes.report:
        with tempfile.TemporaryDirectory(prefix="newsfold-chaos-") as place:
            summary = asyncio.run(run(wishes, Path(place)))
        OUT.parent.mkdir(exist_ok=True)
        OUT.write_text(json.dumps(summary, indent=1))
    summary = json.loads(OUT.read_text())
    if wishes.write or wishes.report:
        speed = json.loads(throughput.OUT.read_text()) if throughput.OUT.exists() else None
        report.PAGE.write_text(report.page(summary, vars(options([])), speed))
    return 0 if all(trial["same"] or not trial["promised"] for trial in summary["trials"]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
