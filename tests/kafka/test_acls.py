"""The ACLs that `newsfold topics plan` prints, given to a cluster by Kafka's own tool, are enough for
every service, and for nothing that is not its business."""

import asyncio
import json
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from services.cli import main
from services.console.addresses import topic_specs
from services.console.replay.recordings import open_recordings
from services.dedup.roles import ROLES
from services.dedup.service import DedupService
from services.dedup.settings import DedupSettings
from services.dedup.spread.stages import stage
from services.enrich.service import EnrichService
from services.ops.secret import Secret
from services.stream.bus import Fatal, Output, Partition
from services.stream.kafka import KafkaBus
from services.stream.runner import Runner
from services.stream.runner_group import RunnerGroup
from services.stream.security import KafkaSecurity
from services.stream.service import Service
from tests.kafka import tools
from tests.kafka.acts import SHORT
from tests.kafka.broker import Cluster
from tests.kafka.jars import Unavailable
from tests.unit.console import archives

pytestmark = pytest.mark.kafka

WHO = ("ingest", "dedup", "enrich", "operators", "newsrooms", "plan", "sign", "range", "pair")
PASSWORD = "s3cret-of-the-test"
SETTINGS = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    # The plain listener on loopback is the administrator's.
    "super.users": "User:ANONYMOUS",
    "listener.name.scram.sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "listener.name.scram.scram-sha-512.sasl.jaas.config": (
        "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    ),
}


class Site:
    """A cluster where nobody may do anything but what the plan says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = Cluster(
            listeners={"SCRAM": "SASL_PLAINTEXT"},
            settings=SETTINGS,
            users={f"newsfold-{who}": PASSWORD for who in WHO},
        ).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.cluster.port('SCRAM')}"

    def admit(self, *options: str) -> None:
        """Run the lines of the plan, as an administrator would."""
        (self.folder / "admin.properties").touch()
        plan = CliRunner().invoke(
            main, ["topics", "plan", "--acls", *options, "--bus", f"kafka:{self.cluster.bootstrap}"]
        )
        lines = [line for line in plan.output.splitlines() if not line.startswith("#")]
        here = [line.replace("admin.properties", str(self.folder / "admin.properties")) for line in lines]
        tools.run(*(shlex.split(line) for line in here))

    def bus(self, who: str) -> KafkaBus:
        login = KafkaSecurity(mechanism="SCRAM-SHA-512", user=f"newsfold-{who}", password=Secret(PASSWORD))
        return KafkaBus(self.address, security=login, bounds=SHORT)

    async def newsfold(self, who: str, *words: str) -> Result:
        env = {
            "NEWSFOLD_KAFKA__MECHANISM": "SCRAM-SHA-512",
            "NEWSFOLD_KAFKA__USER": f"newsfold-{who}",
            "NEWSFOLD_KAFKA__PASSWORD": PASSWORD,
        }
        command = [*words, "--bus", f"kafka:{self.address}"]
        return await asyncio.to_thread(CliRunner().invoke, main, command, env=env)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    try:
        made = Site(tmp_path_factory.mktemp("acls"))
    except Unavailable as why:
        pytest.skip(f"no Apache Kafka with ACLs: {why}")
    try:
        made.admit()
        yield made
    except Unavailable as why:
        pytest.skip(f"no tools of Apache Kafka: {why}")
    finally:
        made.cluster.remove()


async def work(site: Site, archive: Path, dedup: Sequence[Service] = (DedupService(),)) -> None:
    """The services, each as its own user, until the archive is through."""
    async with open_recordings([archive]) as replayed:
        services: list[Service] = [replayed.service, *dedup, EnrichService()]
        buses = {service.name: site.bus(service.name) for service in services}
        try:
            for bus in buses.values():
                await bus.start()
                await bus.create(topic_specs(forget=True))
            runners = [Runner(service, buses[service.name]) for service in services]
            async with RunnerGroup(runners) as running, asyncio.timeout(60):
                await running.wait_until_settled()
                while any(runner.held() for runner in runners):  # noqa: ASYNC110 - it waits for answers
                    await asyncio.sleep(0.05)
        finally:
            for bus in buses.values():
                await bus.close()


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


async def refused(site: Site, who: str, topic: str) -> str:
    """That `who` may not write to `topic`."""
    bus = site.bus(who)
    await bus.start()
    try:
        writer = await bus.writer(f"newsfold-{who}", ["articles"], 0)
        with pytest.raises(Fatal) as told:
            await writer.publish([Output(Partition(topic, 0), b"k", b"{}")], consumed={})
        return str(told.value)
    finally:
        await bus.close()


async def test_the_printed_acls_are_enough_for_everybody_and_no_more(site: Site, tmp_path: Path) -> None:
    before = await site.newsfold("operators", "topics", "apply")
    assert before.exit_code == 0, before.output

    archive = archives.write(tmp_path / "week.jsonl", archives.rows(24))
    await work(site, archive)
    stories = lines(await site.newsfold("newsrooms", "tail", "stories"))
    assert max(len(row["value"]["articles"]) for row in stories) == 4
    assert lines(await site.newsfold("operators", "dlq", "list")) == []

    assert "lacks an ACL" in await refused(site, "dedup", "stories")
    hidden = await site.newsfold("newsrooms", "tail", "clusters")
    assert hidden.exit_code == 4
    assert "Traceback" not in hidden.output


@pytest.mark.proof
async def test_the_acls_of_a_spread_dedup_are_enough_for_its_roles(site: Site, tmp_path: Path) -> None:
    site.admit("--spread")
    made = await site.newsfold("operators", "topics", "apply", "--spread")
    assert made.exit_code == 0, made.output
    later = archives.rows(40)[24:]
    archive = archives.write(tmp_path / "later.jsonl", later)
    await work(site, archive, [stage(role, DedupSettings()) for role in ROLES])
    told = lines(await site.newsfold("newsrooms", "tail", "relations"))
    assert {row["url"] for row in later} <= {row["value"]["url"] for row in told}
    assert "lacks an ACL" in await refused(site, "sign", "answers")


async def test_a_check_says_what_the_one_who_asks_may_not_see(site: Site) -> None:
    await site.newsfold("operators", "topics", "apply")
    whole = await site.newsfold("enrich", "topics", "check")
    assert whole.exit_code == 0, whole.output
    part = await site.newsfold("newsrooms", "topics", "check")
    assert part.exit_code == 1
    assert "not seen settings of stories: user 'newsfold-newsrooms' lacks DescribeConfigs" in part.output
    assert "MISSING  clusters" in part.output
    assert "lacks Describe: they count as missing" in part.output


async def test_operators_may_replay_what_enrich_could_not_use(site: Site, tmp_path: Path) -> None:
    await site.newsfold("operators", "topics", "apply")
    admin = KafkaBus(site.cluster.bootstrap, bounds=SHORT)
    await admin.start()
    writer = await admin.writer("test", ["clusters"], 0)
    await writer.publish([Output(Partition("clusters", 0), b"k", b"{broken")], consumed={})
    await admin.close()
    await work(site, archives.write(tmp_path / "week.jsonl", archives.rows(2)))
    sent = await site.newsfold("operators", "dlq", "replay", "--all")
    assert "1 replayed, 0 were before, 0 cannot be" in sent.output, sent.output
