"""`newsfold topics`: plan, create and verify what the log is made of, from the one topic table.

Creates what is missing and changes nothing that is there: what differs is told, and a person decides.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import click
import msgspec
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.console import addresses
from services.console.addresses import Address
from services.console.topics import acls, plan
from services.console.topics.plan import Copies
from services.console.topics.store import TopicStore, open_store
from services.contracts.topics import TOPICS, WITH_SPREAD, Topic
from services.ops.config import Settings
from services.ops.exits import Exit, Stop
from services.ops.settings import BusSettings
from services.stream.patience import Patience

COLUMNS = ("partitions", "cleanup", "retention", "min.insync.replicas", "key", "writer", "readers")
PIPE_WIDTH = 160
State = Literal["ok", "created", "missing", "differs"]


class TopicCheck(NamedTuple):
    """What is with one topic."""

    topic: str
    state: State
    told: Sequence[str] = ()

    @property
    def is_fine(self) -> bool:
        return self.state in ("ok", "created")


class TopicsRequest(NamedTuple):
    """What was asked for, checked."""

    place: Address
    prefix: str
    replicas: int | None
    in_sync: int | None
    settings: Settings
    topics: Sequence[Topic] = TOPICS

    @classmethod
    def of(
        cls,
        *,
        address: str | None,
        prefix: str | None,
        replicas: int | None,
        in_sync: int | None,
        settings: Settings,
        spread: bool = False,
    ) -> "TopicsRequest":
        """Raises `Stop` (usage) for what can be nowhere."""
        place = addresses.parse(address or settings.bus.url)
        prefix = settings.bus.prefix if prefix is None else prefix
        try:
            msgspec.convert({"prefix": prefix}, BusSettings)
        except msgspec.ValidationError:
            raise Stop(
                Exit.USAGE, f"--prefix {prefix!r}: letters, digits, '.', '_' and '-', 64 at most"
            ) from None
        return cls(place, prefix, replicas, in_sync, settings, WITH_SPREAD if spread else TOPICS)

    def copies(self, brokers: int) -> Copies:
        """Raises `Stop` (usage) where it cannot be had of so many."""
        try:
            return plan.copies(self.replicas, self.in_sync, brokers=brokers)
        except ValueError as error:
            raise Stop(Exit.USAGE, str(error)) from None

    def refuse_without_kafka(self) -> None:
        """Raises `Stop` (usage) where an embedded log is asked for what only a cluster has."""
        wants = self.replicas or self.in_sync or self.prefix != self.settings.bus.prefix
        if wants and self.place.kind != "kafka":
            told = "--prefix, --replication and --min-insync are for Kafka; name kafka:HOST:PORT"
            raise Stop(Exit.USAGE, f"bus {self.place}: {told}")

    def bus_settings(self) -> Settings:
        return replace(self.settings, bus=replace(self.settings.bus, prefix=self.prefix))


async def compare(store: TopicStore, asked: Copies, topics: Sequence[Topic] = TOPICS) -> list[TopicCheck]:
    """Every topic of the table against what is there."""
    found = await store.describe([topic.name for topic in topics])
    checks = []
    for topic in topics:
        if topic.name not in found:
            checks.append(TopicCheck(topic.name, "missing"))
            continue
        told = plan.differences(topic.name, asked, found[topic.name])
        checks.append(TopicCheck(topic.name, "differs" if told else "ok", told))
    return checks


async def create_missing(
    store: TopicStore, asked: Copies, topics: Sequence[Topic] = TOPICS
) -> list[TopicCheck]:
    """Create what is missing, then look again at all."""
    missing = {one.topic for one in await compare(store, asked, topics) if one.state == "missing"}
    if missing:
        await store.create({name: plan.target_description(name, asked) for name in missing})
    return [
        one._replace(state="created") if one.topic in missing and one.state == "ok" else one
        for one in await compare(store, asked, topics)
    ]


def show_plan(request: TopicsRequest, form: Literal["table", "json", "acls"]) -> None:
    """Asks no broker: the plan is for a cluster of three."""
    asked = request.copies(max(plan.USUAL_BROKERS, request.replicas or 0))
    rules = acls.acls(request.topics, request.prefix)
    bootstrap = request.place.place if request.place.kind == "kafka" else "HOST:PORT"
    commands = acls.commands(rules, bootstrap)
    if form == "json":
        topics = [plan.plan_topic(topic, request.prefix, asked) for topic in request.topics]
        whole = {"topics": topics, "acls": rules, "commands": commands, "note": acls.NOTE}
        click.echo(msgspec.json.format(msgspec.json.encode(whole), indent=2).decode())
        return
    if form == "table":
        console = Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)
        console.print(_table(request, asked))
    click.echo("# Who may do what. The principals are placeholders for the names your services log in with.")
    click.echo(f"# {acls.NOTE}")
    for line in commands:
        click.echo(line)


def apply_plan(request: TopicsRequest) -> None:
    _report(*asyncio.run(_check_topics(request, create=True)))


def check_plan(request: TopicsRequest) -> None:
    _report(*asyncio.run(_check_topics(request, create=False)))


async def _check_topics(request: TopicsRequest, *, create: bool) -> tuple[list[TopicCheck], Sequence[str]]:
    request.refuse_without_kafka()
    place = request.place if create else addresses.shared(request.place)
    patience = Patience(total_s=request.settings.bus.wait_s) if create else None
    async with open_store(place, request.bus_settings(), patience) as store:
        asked = request.copies(await store.brokers())
        checks = await (create_missing if create else compare)(store, asked, request.topics)
        return checks, store.blind_spots()


def _report(checks: Sequence[TopicCheck], blind_spots: Sequence[str]) -> None:
    """Print every check. Raises `Stop` (failed) where something is missing or differs."""
    for check in checks:
        state = check.state if check.is_fine else check.state.upper()
        click.echo(f"{state:<8} {check.topic}")
        for told in check.told:
            click.echo(f"         → {told}")
    for what in blind_spots:
        click.echo(f"not seen {what}")
    wrong = sum(not check.is_fine for check in checks)
    if wrong:
        raise Stop(Exit.FAILED, f"{wrong} of {len(checks)} topics are missing or differ; nothing was changed")


def _table(request: TopicsRequest, asked: Copies) -> Table:
    title = f"{len(request.topics)} topics, {asked.replicas} copies of each"
    table = Table(title=title, title_justify="left")
    table.add_column("topic", no_wrap=True)
    for name in COLUMNS:
        table.add_column(name, overflow="fold")
    for topic in request.topics:
        settings: Mapping[str, Any] = plan.target_description(topic.name, asked).settings
        cells = (
            request.prefix + topic.name,
            str(topic.partitions),
            settings["cleanup.policy"],
            plan.retention(topic.name),
            settings["min.insync.replicas"],
            topic.key,
            ", ".join((topic.writer, *topic.also)),
            ", ".join(topic.readers),
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table
