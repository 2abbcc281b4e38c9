# ruff: noqa: D301 - click wants the backspace character of an escaped b
"""The commands of whoever keeps the log: its topics, its dead letters. Bodies are in their own modules."""

from collections.abc import Callable
from typing import Any, Literal

import click

from services.console.options import config_option
from services.ops.config import Settings
from services.ops.outcomes import FLOW

Command = Callable[..., Any]

bus_option = click.option(
    "--bus", "address", default=None, metavar="BUS", help="sqlite:FILE | kafka:HOST:PORT"
)
service_option = click.option("--service", type=click.Choice(FLOW), help="Whose dead letters.")


def layout_options(command: Command) -> Command:
    """Where the topics are, and how many copies they shall have."""
    for option in reversed(
        [
            bus_option,
            click.option(
                "--prefix", default=None, metavar="P", help="Before every topic.  [default: newsfold.]"
            ),
            click.option(
                "--replication", "replicas", type=click.IntRange(1, 9), default=None, metavar="N",
                help="Copies of each topic.  [default: one a broker, at most 3]",
            ),
            click.option(
                "--min-insync", "in_sync", type=click.IntRange(1, 9), default=None, metavar="N",
                help="Copies that must have a record before it counts.  [default: one less than copies]",
            ),
            click.option("--spread", is_flag=True, help="With those of a spread dedup."),
            config_option,
        ]
    ):  # fmt: skip
        command = option(command)
    return command


@click.group(short_help="Plan, create and verify the topics, and who may use them.")
def topics() -> None:
    """What the log is made of: planned, created and verified from one table.

    \b
    Examples:
      newsfold topics plan
      newsfold topics apply --bus kafka:broker:9092
      newsfold topics check --bus kafka:broker:9092
      newsfold topics apply --bus kafka:broker:9092 --spread
    """


@topics.command("plan")
@layout_options
@click.option("--json", "form", flag_value="json", help="Topics and ACLs for a program.")
@click.option("--acls", "form", flag_value="acls", help="Only the lines for kafka-acls.sh.")
def topics_plan(form: Literal["json", "acls"] | None, **request: Any) -> None:
    """Show the topics, and the ACLs that each service needs. Asks no broker and changes nothing.

    The ACLs are lines for Kafka's own kafka-acls.sh; User:newsfold-SERVICE stands for the name that
    SERVICE logs in with.

    \b
    Examples:
      newsfold topics plan
      newsfold topics plan --bus kafka:broker:9092 --acls > acls.sh
      newsfold topics plan --replication 3 --min-insync 2 --json | jq .topics
    """
    from services.console.topics.command import TopicsRequest, show_plan

    show_plan(TopicsRequest.of(**request), form or "table")


@topics.command("apply")
@layout_options
def topics_apply(**request: Any) -> None:
    """Create the topics that are missing, then verify all. A cluster that is away is waited for (bus.wait_s).

    A topic that is there is never changed: what differs is told, and the exit code is 1. The number of
    partitions above all: it decides where every key lies.

    \b
    Examples:
      newsfold topics apply --bus kafka:broker:9092
      newsfold topics apply --bus kafka:broker:9092 --prefix staging. --replication 1
      newsfold topics apply --bus sqlite:/srv/newsfold/log.db
    """
    from services.console.topics.command import TopicsRequest, apply_plan

    apply_plan(TopicsRequest.of(**request))


@topics.command("check")
@layout_options
def topics_check(**request: Any) -> None:
    """Compare the topics with the table; exit 1 where one is missing or differs. Changes nothing.

    What it cannot see it says: ACLs on Kafka, cleanup and retention in an embedded log.

    \b
    Examples:
      newsfold topics check
      newsfold topics check --bus kafka:broker:9092 --min-insync 2
    """
    from services.console.topics.command import TopicsRequest, check_plan

    check_plan(TopicsRequest.of(**request))


@click.group(short_help="List, show and replay input that could not be used.")
def dlq() -> None:
    """Dead letters: input that could not be used, kept as it came, with the reason and its origin.

    \b
    Examples:
      newsfold dlq list
      newsfold dlq show 17 --service dedup
      newsfold dlq replay 17 --service dedup
    """


@dlq.command("list")
@service_option
@bus_option
@click.option("--reason", default=None, metavar="R", help="Only those that died of this.")
@config_option
def dlq_list(service: str | None, address: str | None, reason: str | None, settings: Settings) -> None:
    """List dead letters, one a line: pretty in a terminal, JSON lines in a pipe.

    \b
    Examples:
      newsfold dlq list
      newsfold dlq list --service dedup --reason undecodable
      newsfold dlq list | jq -r .reason | sort | uniq -c
    """
    from services.console.dlq.command import LetterScope, list_letters

    list_letters(LetterScope.of(address=address, service=service, settings=settings), reason)


@dlq.command("show")
@click.argument("offset", type=click.IntRange(min=0))
@service_option
@bus_option
@click.option("--raw", is_flag=True, help="The value's bytes as they came, and nothing else.")
@config_option
def dlq_show(offset: int, service: str | None, address: str | None, *, raw: bool, settings: Settings) -> None:
    """Show one dead letter: why it died, its headers, and its value as text or as a dump.

    \b
    Examples:
      newsfold dlq show 17 --service dedup
      newsfold dlq show 17 --service dedup --raw > article.json
    """
    from services.console.dlq.command import LetterScope, show_letter

    show_letter(LetterScope.of(address=address, service=service, settings=settings), offset, raw=raw)


@dlq.command("replay")
@click.argument("offsets", nargs=-1, type=click.IntRange(min=0), metavar="[OFFSET]...")
@click.option("--all", "everything", is_flag=True, help="All that can be; the others are told.")
@click.option("--reason", default=None, metavar="R", help="With --all: only those that died of this.")
@click.option("--again", "repeat", is_flag=True, help="Also those that were replayed before.")
@service_option
@bus_option
@config_option
def dlq_replay(
    offsets: tuple[int, ...],
    reason: str | None,
    service: str | None,
    address: str | None,
    *,
    everything: bool,
    repeat: bool,
    settings: Settings,
) -> None:
    """Send dead letters again, to the topic and partition they came from.

    Key, value and headers are the bytes that came; the header dl_replay names the dead letter. Nothing is
    deleted. Each is sent once, however often this runs, also when it was killed halfway. Where a topic
    keeps the last record of each key, a letter with a later record of its key is refused.

    What came from a file or a feed cannot be sent again: run `newsfold replay` on the file; the feed's
    next poll fetches the page.

    \b
    Examples:
      newsfold dlq replay 17 18 --service dedup
      newsfold dlq replay --all --reason undecodable
    """
    from services.console.dlq.command import LetterScope, ReplaySelection, replay_letters

    choice = ReplaySelection.of(offsets, everything=everything, reason=reason, repeat=repeat)
    replay_letters(LetterScope.of(address=address, service=service, settings=settings), choice)
