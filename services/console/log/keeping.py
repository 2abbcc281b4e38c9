"""`newsfold log`: the embedded log as a whole, copied, put back, moved to Kafka."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click

from services.console import addresses
from services.console.addresses import Address
from services.console.log import references
from services.console.progress import shown
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.stream.bus import Partition
from services.stream.clock import SystemClock
from services.stream.moving import MovePlan, MoveResult, move
from services.stream.patience import Patience
from services.stream.sqlite import SqliteBus, backup

T = TypeVar("T")
MIB = 1 << 20


def back_up(address: str, copy: Path) -> None:
    """Copy the log as of now to `copy`, its checksum beside it. Services may be at work meanwhile."""
    place = addresses.shared(_embedded(address))
    log = _file(place)
    addresses.make_folder(copy, place)
    began = time.monotonic()
    with shown("copying pages") as bar:
        ends = _stop_where_taken(lambda: backup.back_up(log, copy, bar.at))
    size, seconds = copy.stat().st_size / MIB, time.monotonic() - began
    click.echo(
        f"{copy}: {_records(ends)}, {size:.1f} MiB in {seconds:.1f} s; checksum in {backup.digest_path(copy)}"
    )


def restore(copy: Path, address: str) -> None:
    """Put a backup in place of a log that is not there. Everything is proved before."""
    place = _embedded(address)
    if not copy.is_file():
        raise Stop(Exit.USAGE, f"{copy}: there is no such file")
    addresses.make_folder(_file(place), place)
    ends = _stop_where_taken(lambda: backup.restore(copy, _file(place)))
    click.echo(f"{place}: {_records(ends)} of {copy}, whole and in place")


def unseal(address: str) -> None:
    """Let services use a log again that was moved."""

    async def work(log: SqliteBus) -> str | None:
        seal = await log.read_seal()
        if seal is not None:
            await log.unseal()
        return seal.to if seal else None

    place = addresses.shared(_embedded(address))
    to = asyncio.run(_with_log(place, work))
    if to is None:
        raise Stop(Exit.USAGE, f"bus {place}: this log has no seal")
    click.echo(
        f"{place}: services may use it again; stop those that run on {to}, and delete its topics there"
    )


def move_log(address: str, to: str, settings: Settings) -> None:
    """Raises `Stop` (usage) for anything but an embedded log that goes to Kafka; `BusError`."""
    here, there = addresses.shared(_embedded(address)), addresses.parse(to)
    if there.kind != "kafka":
        raise Stop(Exit.USAGE, f"--to {to}: a log moves to kafka:HOST:PORT")
    name = f"{there}, topics {settings.bus.prefix}*"

    async def work(log: SqliteBus) -> MoveResult | None:
        bus = addresses.bus_at(there, settings)
        with shown("moving") as bar:
            plan = MovePlan(
                to=name,
                referring=references.REFERRING,
                left=references.LEFT,
                rewrite=references.rewrite,
                patience=Patience(total_s=settings.bus.wait_s),
                progress=lambda what, done, total: bar.at(done, total, what),
                lags=_lags(log),
            )
            try:
                await bus.start()
                return await move(log, bus, plan, clock=SystemClock())
            finally:
                await bus.close()

    moved = asyncio.run(_with_log(here, work))
    if moved is None:
        click.echo(f"{here} was moved to {name} before; nothing was left to do")
        return
    for line in _summary_lines(moved):
        click.echo(line)
    click.echo(f"{here} is on {name} now, every record compared; start the services with --bus {there}")


def _summary_lines(moved: MoveResult) -> list[str]:
    lines = [f"{topic:<22}{count:>10,} records" for topic, count in sorted(moved.records.items())]
    for group, positions in moved.positions.items():
        for (topic, number), (old, new) in positions.items():
            lines.append(f"{group:<22}{f'{topic}/{number}':>14}  goes on at {new:,} (here {old:,})")
    if moved.left:
        lines.append(
            f"not moved: {', '.join(moved.left)}; `run dedup` goes on without, and a dedup is spread anew as "
            "docs/scaling.md says"
        )
    return lines


def _records(ends: dict[Partition, int]) -> str:
    return f"{len({at.topic for at in ends})} topics, {sum(ends.values()):,} records published so far"


def _embedded(address: str) -> Address:
    place = addresses.parse(address)
    if place.kind != "sqlite":
        raise Stop(Exit.USAGE, f"bus {place}: only an embedded log is one file; name sqlite:FILE")
    return place


def _file(place: Address) -> Path:
    return Path(place.place)


def _stop_where_taken(work: Callable[[], T]) -> T:
    try:
        return work()
    except backup.TargetExists as error:
        raise Stop(Exit.USAGE, str(error)) from None


async def _with_log(place: Address, work: Callable[[SqliteBus], Awaitable[T]]) -> T:
    log = SqliteBus(_file(place))
    await log.start()
    try:
        return await work(log)
    finally:
        await log.close()


def _lags(log: SqliteBus) -> dict[str, float]:
    """As the topics of this log would have been created on Kafka."""
    articles = log.topics().get("articles")
    forget = articles is None or articles.retention_s is not None
    return {one.name: one.lag_s for one in addresses.topic_specs(forget=forget) if one.lag_s is not None}
