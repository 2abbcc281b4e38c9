"""`newsfold doctor`: looks at everything a run depends on and says what is wrong and what to do."""

import asyncio
import os
import platform
import re
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import click
import msgspec

from services.console.addresses import Address, bus_at, parse, topics_on
from services.console.doctor.feeds import feed_findings
from services.console.doctor.finding import Finding
from services.console.feeds.census import Census
from services.ops.config import Settings, load
from services.ops.exits import Exit, Stop
from services.stream.bus import Bus, BusError

LEAST_FREE_BYTES = 1 << 30
BUILT_IN = datetime(2026, 1, 1, tzinfo=UTC)


async def examine(address: Address, settings: Settings) -> list[Finding]:
    """All findings but the configuration's, which had to be read to get here."""
    findings = [*_python(), *_libraries(), *_clock(address.file()), *_disk(address.file())]
    findings.extend(await _bus(address, settings))
    return findings


def _python() -> Iterator[Finding]:
    version = platform.python_version()
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs it elsewhere should be told
        yield Finding("python", version, "Newsfold needs Python 3.11 or newer")
    else:
        yield Finding("python", f"{version}, SQLite {sqlite3.sqlite_version}")


def _libraries() -> Iterator[Finding]:
    try:
        required = metadata.requires("newsfold") or []
    except metadata.PackageNotFoundError:
        yield Finding("libraries", "newsfold is not installed as a package", "run `make setup`")
        return
    names = [re.split(r"[^A-Za-z0-9._-]", line)[0] for line in required if "extra ==" not in line]
    missing = [name for name in names if _version(name) is None]
    if missing:
        yield Finding("libraries", f"missing: {', '.join(missing)}", "run `make setup` again")
    else:
        yield Finding("libraries", ", ".join(f"{name} {_version(name)}" for name in sorted(names)))


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _clock(log: Path | None) -> Iterator[Finding]:
    now = datetime.now(UTC)
    told = now.isoformat(timespec="seconds")
    wall, steady = time.time(), time.monotonic()
    time.sleep(0.05)
    drift = abs((time.time() - wall) - (time.monotonic() - steady))
    if now < BUILT_IN:
        yield Finding(
            "clock", told, "the clock is behind this program's own date; set it, then start time sync"
        )
    elif drift > 0.02:
        yield Finding("clock", f"{told}, jumping", "something steps the clock; let time sync slew it instead")
    elif log is not None and log.exists() and log.stat().st_mtime > now.timestamp() + 60:
        yield Finding("clock", told, f"{log} was written in the future: the clock has been set back")
    else:
        yield Finding("clock", told)


def _disk(log: Path | None) -> Iterator[Finding]:
    if log is None:
        return
    place = next(folder for folder in (log.absolute(), *log.absolute().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    told = f"{free / (1 << 30):.1f} GiB free where {log} lies"
    yield Finding("disk", told, "" if free >= LEAST_FREE_BYTES else "make room: less than 1 GiB is left")


async def _bus(address: Address, settings: Settings) -> list[Finding]:
    file = address.file()
    if file is not None and not file.exists():
        return [Finding("bus", f"{address}: no log there yet; the first run makes it")]
    try:
        bus = bus_at(address, settings)
        await bus.start()
    except (BusError, Stop) as error:
        return [Finding("bus", str(address), str(error))]
    try:
        topics = list(await _topics(bus))
        feeds = await _feeds(bus) if all(finding.well for finding in topics) else []
        return [Finding("bus", f"{address} opens"), *topics, *feeds]
    finally:
        await bus.close()


async def _feeds(bus: Bus) -> list[Finding]:
    census = Census()
    try:
        await census.refresh(bus)
    except BusError as error:
        return [Finding("feeds", f"cannot be read: {error}", "let this user read feeds and feed-state")]
    return list(feed_findings(census.followed(), datetime.now(UTC)))


async def _topics(bus: Bus) -> Iterable[Finding]:
    wrong, topics = [], await topics_on(bus)
    for topic in topics:
        try:
            partitions = await bus.partitions(topic.name)
        except BusError:
            wrong.append(Finding("topics", f"{topic.name} is missing", "the next `newsfold run` creates it"))
            continue
        if partitions != topic.partitions:
            told = f"{topic.name} has {partitions} partitions, not {topic.partitions}"
            wrong.append(Finding("topics", told, "this log is from another version; begin a new one"))
    return wrong or [Finding("topics", f"all {len(topics)} as in the topic table")]


def report(config: Path | None, address: str | None, *, as_json: bool = False) -> None:
    """Print every finding. Raises `Stop` (failed) where something is wrong."""
    findings = asyncio.run(_findings(config, address))
    click.echo(_as_json(findings) if as_json else _as_lines(findings))
    wrong = sum(not finding.well for finding in findings)
    if wrong:
        raise Stop(Exit.FAILED, f"{wrong} of {len(findings)} checks found something wrong")


def _as_lines(findings: Iterable[Finding]) -> str:
    lines = []
    for finding in findings:
        lines.append(f"{'ok   ' if finding.well else 'WRONG'}  {finding.part}: {finding.told}")
        if not finding.well:
            lines.append(f"       → {finding.remedy}")
    return "\n".join(lines)


def _as_json(findings: Iterable[Finding]) -> bytes:
    told = [{**finding._asdict(), "well": finding.well} for finding in findings]
    return msgspec.json.encode({"clean": all(one["well"] for one in told), "findings": told})


async def _findings(config: Path | None, address: str | None) -> list[Finding]:
    try:
        settings = load(config, os.environ)
        place = parse(address or settings.bus.url)
    except Stop as refused:
        return [Finding("config", refused.line, "correct it; nothing starts with a wrong configuration")]
    return [Finding("config", str(config or "defaults and environment")), *await examine(place, settings)]
