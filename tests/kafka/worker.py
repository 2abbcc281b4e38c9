"""One worker of the tally, as a process of its own that can be killed: `python -m tests.kafka.worker`.

Exit codes: 0 told to stop and drained, 3 cannot go on, 5 another process took over.
"""

import argparse
import asyncio
import logging
import signal
import sys

from services.stream.breaker import Limits
from services.stream.bus import Fatal
from services.stream.kafka import KafkaBus
from services.stream.patience import Patience, call_patiently
from services.stream.runner import Runner
from services.stream.settings import RunSettings
from tests.kafka.acts import SHORT
from tests.kafka.tally import Tally

CANNOT = 3
FENCED = 5
OWNERSHIP_S = 0.5


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("bootstrap")
    parser.add_argument("prefix")
    parser.add_argument("group")
    parser.add_argument("--instance")
    parser.add_argument("--pace", type=float, default=0.0)
    parser.add_argument("--batch", type=int, default=20)
    parser.add_argument("--patience", type=float, default=120.0)
    parser.add_argument("--leave", action="store_true")
    parser.add_argument("--dead-ratio", type=float, default=0.5)
    return parser.parse_args()


async def _leave(runner: Runner, stop: asyncio.Event) -> None:
    """End when another process took over, as the services do."""
    while not runner.fenced_numbers():  # noqa: ASYNC110 - a runner is asked, it does not tell
        await asyncio.sleep(OWNERSHIP_S)
    stop.set()


async def work(given: argparse.Namespace) -> int:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    bus = KafkaBus(given.bootstrap, prefix=given.prefix, bounds=SHORT, group_instance_id=given.instance)
    patience = Patience(total_s=given.patience, longest_s=1.0)
    settings = RunSettings(
        group=given.group,
        batch_records=given.batch,
        fetch_records=200,
        queue_records=200,
        drain_s=4.0,
        patience=patience,
        dead_limits=Limits(ratio=given.dead_ratio, window=200),
    )
    try:
        await call_patiently(bus.start, patience)
        runner = Runner(Tally(given.pace), bus, settings=settings)
        watching = asyncio.create_task(_leave(runner, stop)) if given.leave else None
        await runner.run(stop)
        if watching is not None:
            watching.cancel()
        return FENCED if given.leave and runner.fenced_numbers() else 0
    finally:
        await bus.close()


def main() -> int:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        return asyncio.run(work(arguments()))
    except Fatal as why:
        print(f"cannot go on: {why}", file=sys.stderr)
        return CANNOT


if __name__ == "__main__":
    sys.exit(main())
