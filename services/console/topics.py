"""`newsfold topics`: plan, create and verify what the log is made of, from the one topic table.

Creates what is missing and changes nothing that is there: what differs is told, and a person decides.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.console import acls, topic_plan
from services.console.addresses import Address
from services.console.standing import Standing, standing
from services.console.topic_plan import Copies
from services.contracts.topics import TOPICS
from services.ops.exits import Exit, Stop

PIPE_WIDTH = 140
State = Literal["ok", "created", "missing", "differs"]


class Finding(NamedTuple):
    """What is with one topic."""

    topic: str
    state: State
    told: Sequence[str] = ()

    @property
    def well(self) -> bool:
        return self.state in ("ok", "created")


class Wishes(NamedTuple):
    """What was asked for on the command line."""

    prefix: str
    replicas: int | None
    in_sync: int | None

    def copies(self, brokers: int) -> Copies:
        """Raises `Stop` (usage) where it cannot be had."""
        try:
            return topic_plan.copies(self.replicas, self.in_sync, brokers=brokers)
        except ValueError as error:
            raise Stop(Exit.USAGE, str(error)) from None


async def look(there: Standing, asked: Copies) -> list[Finding]:
    """Every topic of the table against what is there."""
    found = await there.found([topic.name for topic in TOPICS])
    findings = []
    for topic in TOPICS:
        if topic.name not in found:
            findings.append(Finding(topic.name, "missing"))
            continue
        told = topic_plan.differences(topic.name, asked, found[topic.name])
        findings.append(Finding(topic.name, "differs" if told else "ok", told))
    return findings


async def create_missing(there: Standing, asked: Copies) -> list[Finding]:
    """Create what is missing, then look again at all."""
    missing = {one.topic for one in await look(there, asked) if one.state == "missing"}
    if missing:
        await there.create({name: topic_plan.wanted(name, asked) for name in missing})
    return [
        one._replace(state="created") if one.topic in missing and one.state == "ok" else one
        for one in await look(there, asked)
    ]


def show_plan(wishes: Wishes, place: Address, form: Literal["table", "json", "acls"]) -> None:
    """Asks no broker: the plan is for a cluster of three."""
    asked = wishes.copies(max(topic_plan.USUAL_BROKERS, wishes.replicas or 0))
    rules = acls.acls(TOPICS, wishes.prefix)
    bootstrap = place.place if place.kind == "kafka" else "HOST:PORT"
    commands = [acls.command(rule, bootstrap) for rule in rules]
    if form == "json":
        topics = [topic_plan.planned(topic, wishes.prefix, asked) for topic in TOPICS]
        plan = {"topics": topics, "acls": rules, "commands": commands, "note": acls.NOTE}
        click.echo(msgspec.json.format(msgspec.json.encode(plan), indent=2).decode())
        return
    if form == "table":
        console = Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)
        console.print(_table(wishes.prefix, asked))
    click.echo("# Who may do what. The principals are placeholders for the names your services log in with.")
    click.echo(f"# {acls.NOTE}")
    for line in commands:
        click.echo(line)


def apply_plan(wishes: Wishes, place: Address) -> None:
    _report(*asyncio.run(_on(place, wishes, create=True)))


def check_plan(wishes: Wishes, place: Address) -> None:
    _report(*asyncio.run(_on(place, wishes, create=False)))


async def _on(place: Address, wishes: Wishes, *, create: bool) -> tuple[list[Finding], Sequence[str]]:
    async with standing(place, wishes.prefix) as there:
        asked = wishes.copies(await there.brokers())
        findings = await (create_missing if create else look)(there, asked)
        return findings, there.unseen()


def _report(findings: Sequence[Finding], unseen: Sequence[str]) -> None:
    """Print every finding. Raises `Stop` (failed) where something is missing or differs."""
    for finding in findings:
        state = finding.state if finding.well else finding.state.upper()
        click.echo(f"{state:<8} {finding.topic}")
        for told in finding.told:
            click.echo(f"         → {told}")
    for what in unseen:
        click.echo(f"not seen {what}")
    wrong = sum(not finding.well for finding in findings)
    if wrong:
        raise Stop(Exit.FAILED, f"{wrong} of {len(findings)} topics are missing or differ; nothing was changed")


def _table(prefix: str, asked: Copies) -> Table:
    title = f"{len(TOPICS)} topics, {asked.replicas} copies of each"
    table = Table(title=title, title_justify="left")
    for name in ("topic", "partitions", "cleanup", "keeps", "min.insync.replicas", "key", "writer", "readers"):
        table.add_column(name, overflow="fold")
    for topic in TOPICS:
        settings: Mapping[str, Any] = topic_plan.wanted(topic.name, asked).settings
        cells = (
            prefix + topic.name,
            str(topic.partitions),
            settings["cleanup.policy"],
            topic_plan.kept(topic.name),
            settings["min.insync.replicas"],
            topic.key,
            topic.writer,
            ", ".join(topic.readers),
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table
