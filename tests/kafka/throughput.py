"""How fast the services are on Kafka beside the embedded log: `python -m tests.kafka.throughput`.

Three ways over one recording, in turn, round by round: one process on the embedded log; ingest, two dedup and
enrich as processes on Kafka; the same without transactions (`at_least_once.py`). From the start of the
processes to the last story. Leaves `out/kafka-throughput.json`, which the report of `chaos.py` shows.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.kafka import outcome
from tests.kafka.archive import archive
from tests.kafka.broker import Cluster
from tests.kafka.crew import AT_LEAST_ONCE, Crew

OUT = Path("out/kafka-throughput.json")
WITHIN_S = 1800
EMBEDDED, EXACTLY, AT_LEAST = (
    "embedded log, one process",
    "Kafka, exactly once, four processes",
    "Kafka, at least once, four processes",
)


async def embedded(source: Path, place: Path) -> float:
    began = time.monotonic()
    await outcome.calm(source, place)
    return time.monotonic() - began


async def on_kafka(cluster: Cluster, source: Path, place: Path, environment: Mapping[str, str]) -> float:
    async with Crew(cluster.bootstrap, f"{place.name}.", place, **environment) as crew:
        began = time.monotonic()
        crew.services(source)
        await crew.settled(WITHIN_S)
        took = time.monotonic() - began
        await crew.stop()
    return took


async def run(articles: int, rounds: int, place: Path) -> dict[str, Any]:
    source = archive(place / "news.jsonl.gz", articles)
    seconds: dict[str, list[float]] = {EMBEDDED: [], EXACTLY: [], AT_LEAST: []}
    cluster = Cluster().start()
    try:
        for number in range(rounds):
            (place / f"embedded-{number}").mkdir()
            seconds[EMBEDDED].append(await embedded(source, place / f"embedded-{number}"))
            seconds[EXACTLY].append(await on_kafka(cluster, source, place / f"exactly-{number}", {}))
            aside = {AT_LEAST_ONCE: "1"}
            seconds[AT_LEAST].append(await on_kafka(cluster, source, place / f"at-least-{number}", aside))
            print(json.dumps({way: round(took[-1], 1) for way, took in seconds.items()}), flush=True)
    finally:
        cluster.remove()
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "command": " ".join(["python -m tests.kafka.throughput", *sys.argv[1:]]),
        "articles": articles,
        "rounds": rounds,
        "seconds": {way: round(statistics.median(took), 1) for way, took in seconds.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.kafka.throughput", description=__doc__)
    parser.add_argument("--articles", type=int, default=5000, help="of the recording [5000]")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many is told [3]")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsfold-throughput-") as place:
        told = asyncio.run(run(asked.articles, asked.rounds, Path(place)))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
