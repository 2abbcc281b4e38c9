"""`newsfold doctor --account`: proves from the topics that every article ended somewhere, or names it.

Reads each shard's topics once, one record at a time; two shards are never in memory together. Beside a
running installation the services' positions are taken first, so that what is on its way is no fault.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import click
import msgspec

from services.console import addresses
from services.console.doctor.ledger import Account, Cut, Fault, Faults, Ledger, origins
from services.console.scan import is_a, scan, scan_partition
from services.contracts import wire
from services.contracts.sketches import ShardClock
from services.contracts.topics import BY_NAME, SHARD_COUNT
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.stream.bus import Bus, Partition
from services.stream.dead_letters import topic_of

SHOWN = 20
"""Faults shown on a terminal; `--json` names more."""
LOOKS = 3
PAUSE_S = 1.0
CLOCK_REACH = 256
"""Offsets from the end of a changelog within which a shard's clock is looked for: every step writes it."""
WORDS = {
    "story": "in stories",
    "dead-letter": "dead letters",
    "withdrawal": "withdrawals",
    "waiting": "on their way",
    "forgotten": "beyond retention",
}
"""Endings that read better in other words than their names."""

FORGETFUL = ("relations", "story-changes")
Origins = Mapping[Partition, Collection[int]]


async def audit(bus: Bus) -> list[Account]:
    """The account of every shard. Raises `BusError` where a topic is missing or the bus does not answer."""
    cuts = [await _cut(bus, number) for number in range(SHARD_COUNT)]
    letters = await _letters(bus)
    return [await _account_at_rest(bus, cut, letters) for cut in cuts]


async def _account_at_rest(bus: Bus, cut: Cut, letters: Origins) -> Account:
    """Whoever finds a fault while the log moves looks again: compaction may have been at work."""
    for look in range(1, LOOKS + 1):
        ends = await _ends(bus, cut.number)
        account = await _account(bus, cut, letters)
        if account.clean or look == LOOKS or ends == await _ends(bus, cut.number):
            break
        await asyncio.sleep(PAUSE_S)
        cut, letters = await _cut(bus, cut.number), await _letters(bus)
    return account


async def _account(bus: Bus, cut: Cut, letters: Origins) -> Account:
    articles, clusters = Partition("articles", cut.number), Partition("clusters", cut.number)
    ledger = Ledger(cut, dead=letters.get(articles, ()), untold=letters.get(clusters, ()))
    takers = {
        "relations": ledger.verdict,
        "stories": ledger.story,
        "story-changes": ledger.change,
        "clusters": ledger.cluster,
        "articles": ledger.article,
    }
    for topic, take in takers.items():
        async for record in scan_partition(bus, Partition(topic, cut.number), 0):
            take(record)
    return ledger.account()


async def _cut(bus: Bus, number: int) -> Cut:
    articles, clusters = Partition("articles", number), Partition("clusters", number)
    decided = (await bus.committed("newsfold-dedup", ["articles"])).get(articles, 0)
    enriched = (await bus.committed("newsfold-enrich", ["clusters"])).get(clusters, 0)
    retention_s = BY_NAME["relations"].retention_s
    return Cut(
        number=number,
        decided=decided,
        taken=max(decided, await _offset_taken(bus, number)),
        told=enriched,
        horizon_us=round((time.time() - retention_s) * 1_000_000) if retention_s is not None else 0,
        emptied=frozenset([topic for topic in FORGETFUL if await _emptied(bus, Partition(topic, number))]),
    )


async def _emptied(bus: Bus, partition: Partition) -> bool:
    return await bus.end(partition) > 0 and not await bus.read(partition, 0, max_records=1)


async def _offset_taken(bus: Bus, number: int) -> int:
    """How far dedup has read, from the last clock in its changelog; 0 where there is none near the end."""
    partition = Partition("dedup-state", number)
    start = max(0, await bus.end(partition) - CLOCK_REACH)
    taken = 0
    async for record in scan_partition(bus, partition, start):
        if is_a(record, ShardClock):
            taken = wire.decode(ShardClock, record.value or b"").taken
    return taken


async def _letters(bus: Bus) -> Origins:
    """Offsets of the records that dedup and enrich could not use."""
    found: defaultdict[Partition, set[int]] = defaultdict(set)
    for service in ("dedup", "enrich"):
        async for letter in scan(bus, topic_of(service)):
            for partition, offset in origins([letter]):
                found[partition].add(offset)
    return found


async def _ends(bus: Bus, number: int) -> list[int]:
    topics = ("articles", "relations", "clusters", "stories", "story-changes")
    return [await bus.end(Partition(topic, number)) for topic in topics]


def show_account(address: str, settings: Settings, *, as_json: bool) -> None:
    """Print the account. Raises `Stop` (failed) where something is missing or two topics disagree."""
    accounts = asyncio.run(_audited(address, settings))
    click.echo(msgspec.json.encode(as_record(accounts)) if as_json else account_lines(accounts))
    missing = sum(account.missing.count for account in accounts)
    inconsistent = sum(account.inconsistent.count for account in accounts)
    if missing or inconsistent:
        raise Stop(
            Exit.FAILED,
            f"missing articles: {missing:,}, inconsistent stories: {inconsistent:,}; stop deploys, keep the "
            "topics as they are, and follow RecordsUnaccounted in deploy/runbook.md",
        )


async def _audited(address: str, settings: Settings) -> list[Account]:
    place = addresses.shared(addresses.parse(address))
    bus = addresses.bus_at(place, settings)
    await bus.start()
    try:
        return await audit(bus)
    finally:
        await bus.close()


def as_record(accounts: Sequence[Account]) -> dict[str, Any]:
    """For scripts: the sums, then each shard; faults are named up to a bound and counted without one."""
    missing, inconsistent = _joined(accounts)
    return {
        "clean": all(account.clean for account in accounts),
        "articles": sum(account.articles for account in accounts),
        "endings": _sum(account.endings for account in accounts),
        "screened": _sum(account.screened for account in accounts),
        "stories": sum(account.stories for account in accounts),
        "missing_count": missing.count,
        "missing": missing.named,
        "inconsistent_count": inconsistent.count,
        "inconsistent": inconsistent.named,
        "shards": [
            {
                "shard": account.shard,
                "articles": account.articles,
                "endings": account.endings,
                "missing_count": account.missing.count,
                "inconsistent_count": account.inconsistent.count,
            }
            for account in accounts
        ],
    }


def account_lines(accounts: Sequence[Account]) -> str:
    """For a person: a line a shard, then what is wrong."""
    missing, inconsistent = _joined(accounts)
    return "\n".join(
        [
            *(_line(account) for account in accounts),
            *_fault_lines("missing", missing),
            *_fault_lines("inconsistent", inconsistent),
        ]
    )


def _line(account: Account) -> str:
    parts = {WORDS.get(name, name): count for name, count in account.endings.items() if count}
    parts |= {"missing": account.missing.count} if account.missing.count else {}
    total = f"{account.articles:,} = " + " + ".join(f"{count:,} {name}" for name, count in parts.items())
    mark = "ok   " if account.clean else "WRONG"
    sums = total if parts else "no articles"
    why = ", ".join(f"{count:,} {reason}" for reason, count in account.screened.items())
    return f"{mark}  articles/{account.shard}: {sums}" + (f" (screened: {why})" if why else "")


def _fault_lines(what: str, faults: Faults) -> list[str]:
    lines = [f"       {what}: {fault}" for fault in faults.named[:SHOWN]]
    more = faults.count - len(lines)
    return [*lines, f"       … and {more:,} more"] if more > 0 else lines


def _joined(accounts: Sequence[Account]) -> tuple[Faults, Faults]:
    return _join_faults([one.missing for one in accounts]), _join_faults(
        [one.inconsistent for one in accounts]
    )


def _join_faults(parts: Sequence[Faults]) -> Faults:
    named: list[Fault] = [fault for part in parts for fault in part.named]
    return Faults(sum(part.count for part in parts), named)


def _sum(parts: Any) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return dict(total)
