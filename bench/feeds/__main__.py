"""Many feeds followed by one process: polls a second, how late they begin, what they write and take.

`python -m bench.feeds [--feeds N] [--for 60s] [--each 180s]`. All feeds are known at the start, 5 a host and
10 a domain, and due one after the other; each is polled at a fixed interval, so that the load is what was
asked for. Their server is a process of its own on loopback, 20 ms slow; 95 % of its answers are 304, the
others a document with one new entry. Whether the limits of hosts and domains held is read from the server's
own log.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.feeds.follow import Following, follow, share
from bench.feeds.server import FeedServer, Judgement, judge
from services.ops import logging
from services.ops.settings import IngestSettings

KIB, MIB = 1 << 10, 1 << 20


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.feeds", description=__doc__)
    parser.add_argument("--feeds", type=int, default=100_000)
    parser.add_argument("--for", dest="seconds", type=_seconds, default=60.0, help="such as 60s or 10m")
    parser.add_argument("--each", type=_seconds, default=180.0, help="interval of each feed's polls")
    asked = parser.parse_args(arguments)
    server = FeedServer()
    with tempfile.TemporaryDirectory(prefix="newsfold-feeds-") as folder:
        log = Path(folder) / "log.jsonl"
        with (
            log.open("w", encoding="utf-8") as stream,
            logging.configure(service="newsfold", fmt="json", level="info", stream=stream),
        ):
            found = asyncio.run(
                follow(Path(folder), server.port, count=asked.feeds, seconds=asked.seconds, each_s=asked.each)
            )
    rows, unchanged = server.log()
    for line in lines(found, judge(rows, near_s=asked.each / 2), unchanged):
        print(line)
    return 0


def _seconds(text: str) -> float:
    units = {"s": 1, "m": 60, "h": 3_600}
    return float(text[:-1]) * units[text[-1]] if text[-1:] in units else float(text)


def lines(found: Following, judged: Judgement, unchanged: int) -> Iterator[str]:
    """A table."""
    polls, seconds = sum(one.polls for one in found.stretches), sum(one.seconds for one in found.stretches)
    cpu_s = sum(one.cpu_s for one in found.stretches)
    manners = IngestSettings()
    yield f"| {found.feeds:,} feeds, {seconds:.0f} s | measured |"
    yield "|---|---|"
    yield f"| polls | {polls / seconds:,.0f} a second, {polls:,} in all |"
    yield f"| CPU of the process | {1e3 * cpu_s / max(1, polls):.2f} ms a poll, {cpu_s / seconds:.2f} cores |"
    yield f"| scheduling delay, p95 | {max(one.delay_p95_s for one in found.stretches):.1f} s at worst |"
    late_s = max(one.lag_p99_s for one in found.stretches)
    yield f"| lateness of the loop, p99 | {1e3 * late_s:.0f} ms at worst |"
    if found.mark_bytes:
        mean = sum(found.mark_bytes) / len(found.mark_bytes)
        yield f"| written an unchanged poll | {mean:.0f} bytes, p99 {share(found.mark_bytes, 0.99):.0f} |"
    yield f"| written in all, a poll | {found.written / max(1, polls):,.0f} bytes |"
    yield f"| memory a feed | {(found.stretches[-1].resident - found.empty) / found.feeds / KIB:.1f} KiB |"
    yield f"| memory by quarter | {', '.join(f'{one.resident / MIB:,.0f}' for one in found.stretches)} MiB |"
    share_of = unchanged / max(1, judged.requests)
    yield f"| the server's log: unchanged | {share_of:.1%} of {judged.requests:,} |"
    yield f"| … at once to a host | {judged.most_at_once_host} of {manners.per_host} |"
    yield f"| … at once to a domain | {judged.most_at_once_domain} of {manners.per_domain} |"
    yield f"| … least gap at a host | {judged.least_gap_s:.2f} s of {manners.gap_s} |"
    yield f"| … a feed twice within half its interval | {judged.twice} |"


if __name__ == "__main__":
    sys.exit(main())
