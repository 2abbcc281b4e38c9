# ruff: noqa: D301 - click wants the backspace character of an escaped b
"""The command line: what can be asked for. Bodies are in `services/console`."""

import os
from importlib import metadata
from pathlib import Path

import click

from services.console import operators
from services.console.feeds import commands as feed_commands
from services.console.group import CommandGroup
from services.console.log import commands
from services.console.options import FILE, config_option
from services.console.record.options import record
from services.console.refold.options import refold
from services.console.replay.options import replay
from services.console.stories import commands as story_commands
from services.contracts.topics import EVERY
from services.dedup.roles import ROLES
from services.ops.config import Settings, load

TYPES = sorted({kind.__name__ for topic in EVERY.values() for kind in topic.types})


@click.group(
    cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(metadata.version("newsfold"), prog_name="newsfold")
def main() -> None:
    """A river of news feeds goes in, stories come out.

    \b
    See it work:          newsfold replay tests/recordings/demo.warc.gz --out out/demo --stories
    Follow your feeds:    newsfold run all --feeds feeds.opml
    Look at what comes:   newsfold tail stories --follow
    When something is off: newsfold doctor
    """


@main.command(short_help="Follow feeds and keep their stories up to date.")
@click.argument("what", type=click.Choice(["all", "ingest", "dedup", "enrich", *ROLES]))
@click.option(
    "--feeds", type=FILE, metavar="FILE", help="Feeds to follow, .opml or .toml; added to those known."
)
@click.option(
    "--recording", "recordings", multiple=True, type=FILE, metavar="PATH",
    help="Play a recording or an archive instead of following feeds. Can be given again.",
)  # fmt: skip
@click.option("--bus", "address", default=None, metavar="BUS", help="memory | sqlite:FILE | kafka:HOST:PORT")
@click.option("--record", "folder", type=FILE, metavar="DIR", help="Write what is fetched as WARC, too.")
@click.option("--once", is_flag=True, help="Take all input once, finish all work, exit.")
@click.option("--allow-net", multiple=True, metavar="CIDR", help="Private addresses the fetcher may reach.")
@config_option
def run(
    what: str,
    feeds: Path | None,
    recordings: tuple[Path, ...],
    address: str | None,
    allow_net: tuple[str, ...],
    *,
    folder: Path | None,
    once: bool,
    settings: Settings,
) -> None:
    """Follow feeds and keep their stories up to date.

    `all` runs every stage in one process, and serves the pages of `newsfold desk` on 127.0.0.1:9470
    (desk.listen); `ingest`, `dedup` and `enrich` run one of them, over a log that the others share; `plan`,
    `sign`, `range`, `pair` and `fold` are the roles of a dedup that is spread (docs/scaling.md). Health
    and metrics are on 127.0.0.1:9464 (ops.listen) while it runs: /livez, /readyz, /metrics. SIGTERM or SIGINT
    finishes what is begun, within ops.drain_s seconds; a second one ends at once.
    The fetcher refuses private addresses; --allow-net opens a range of them.

    \b
    Examples:
      newsfold run all --feeds feeds.opml
      newsfold run all --feeds feeds.opml --once
      newsfold run all --feeds feeds.opml --record recordings/monday
      newsfold run all --feeds intranet.toml --allow-net 10.20.0.0/16
      newsfold run dedup --bus sqlite:/srv/newsfold/log.db --config newsfold.toml
      newsfold run ingest --recording week.warc.gz --once --bus kafka:127.0.0.1:9092
    """
    from services.console.run.live import RunRequest, run_live

    order = RunRequest.of(
        what=what,
        feeds=feeds,
        recordings=recordings,
        address=address,
        allow_net=allow_net,
        once=once,
        record=folder,
        settings=settings,
    )
    run_live(order)


@main.command(short_help="Serve the pages on which people look at stories.")
@click.option("--bus", "address", default=None, metavar="BUS", help="sqlite:FILE | kafka:HOST:PORT")
@click.option("--from", "folder", type=FILE, metavar="DIR", help="What a replay wrote (--out).")
@click.option("--listen", default=None, metavar="HOST:PORT", help="Where.  [default: 127.0.0.1:9470]")
@config_option
def desk(address: str | None, folder: Path | None, listen: str | None, settings: Settings) -> None:
    """Serve the Desk: top stories, who took from whom, texts side by side, feeds, counters.

    It reads a log that others write, or the files of a replay, and writes neither. `newsfold run all` serves
    the same pages (desk.serve). What it read lies in a file of its own that may be lost at any time
    (desk.file). It answers on this machine alone; docs/desk.md says how to open it further.

    \b
    Examples:
      newsfold desk --from out/demo
      newsfold desk --bus sqlite:/srv/newsfold/log.db
      newsfold desk --bus kafka:127.0.0.1:9092 --listen 127.0.0.1:8080
    """
    from services.console.desk.command import DeskRequest, serve_desk

    serve_desk(DeskRequest.of(address=address, folder=folder, listen=listen, settings=settings))


@main.command(short_help="Show what lies on topics, and what comes.")
@click.argument("topics", type=click.Choice(list(EVERY)), nargs=-1, required=True, metavar="TOPIC...")
@click.option("--bus", "address", default=None, metavar="BUS", help="sqlite:FILE | kafka:HOST:PORT")
@click.option(
    "--from", "start", default=None, metavar="WHERE",
    help="beginning, end, an offset, or -N for the last N of each partition."
    "  [default: beginning; with --follow: end]",
)  # fmt: skip
@click.option("--since", "moment", default=None, metavar="WHEN", help="2h, 3d, or 2026-03-02T06:00Z.")
@click.option("--group", default=None, metavar="NAME", help="Go on where this group of readers was.")
@click.option("--key", default=None, help="Only records with this key.")
@click.option(
    "--type", "kind", type=click.Choice(TYPES, case_sensitive=False), metavar="TYPE", help="Only one type."
)
@click.option("--follow", "-f", is_flag=True, help="Go on with what comes, until interrupted.")
@config_option
def tail(
    topics: tuple[str, ...],
    *,
    address: str | None,
    start: str | None,
    moment: str | None,
    group: str | None,
    key: str | None,
    kind: str | None,
    follow: bool,
    settings: Settings,
) -> None:
    """Show what lies on topics: one line a record in a terminal, JSON lines in a pipe.

    Topics: feeds, feed-state, articles, relations, clusters, stories, story-changes, events, storylines,
    canary, dedup-state, enrich-state, dead-letters.ingest, dead-letters.dedup, dead-letters.enrich; and
    where dedup is spread spans, keys, pairs, answers, notices, and for each role (plan, sign, range, pair)
    dead-letters.ROLE and, but for sign, ROLE-state. Of several the lines go by time and name their topic.

    A group's place is kept in the log and moves on after lines were written: a reader that is killed may
    meet the last of them again. A group that is new begins as --from or --since say, or at the beginning.

    \b
    Examples:
      newsfold tail stories --follow
      newsfold tail articles --type Article --from -20
      newsfold tail story-changes events --since 2h
      newsfold tail story-changes --group desk --follow | python docs/examples/newsroom.py
      newsfold tail dead-letters.ingest | jq .headers
    """
    from services.console.tail.command import TailRequest, show_topics

    request = TailRequest.of(
        topics, start=start, moment=moment, group=group, key=key, kind=kind, follow=follow
    )
    show_topics(address or settings.bus.url, request, settings)


@main.command(short_help="Write what a log holds as files, as a replay does.")
@click.option("--bus", "address", default=None, metavar="BUS", help="sqlite:FILE | kafka:HOST:PORT")
@click.option("--out", required=True, type=FILE, metavar="DIR", help="Where the JSON lines go.")
@config_option
def export(address: str | None, out: Path, settings: Settings) -> None:
    """Write articles, relations, stories, events, changes and dead letters of a log as JSON lines.

    The files are those of `newsfold replay --out`: the same input gives the same bytes.

    \b
    Examples:
      newsfold export --bus kafka:127.0.0.1:9092 --out out/today
      newsfold export --bus sqlite:var/newsfold.db --out out/today
    """
    from services.console.export.output import export_log

    export_log(address or settings.bus.url, out, settings)


@main.command(short_help="Say what a change did between two exports.")
@click.argument("before", type=FILE, metavar="OUT_A")
@click.argument("after", type=FILE, metavar="OUT_B")
@click.option(
    "--examples", type=click.IntRange(0, 10_000), default=3, show_default=True, help="Of each difference."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def compare(before: Path, after: Path, examples: int, *, as_json: bool) -> None:
    """Say in words what differs between two exports: what a change of rules or settings did.

    OUT_A and OUT_B are directories that `replay --out` or `export` wrote. Told are pairs that became related
    or unrelated, kinds, directions, corrections, refusals, screens, roles, stories (matched by members), and
    every other field that both have of articles, relations, stories, members, events and withdrawals; dead
    letters by service and reason: counts first, then examples with titles, the earliest.
    What was polled (feeds.jsonl) and how it came about (history.jsonl, story-changes.jsonl) are not compared.
    As with diff, the exit code is 0 where nothing differs, 1 where something does, and 2 where one of the
    two is no export.

    \b
    Examples:
      newsfold compare out/before out/after
      newsfold compare out/before out/after --examples 20
      newsfold compare out/before out/after --json | jq .counts.kind
    """
    from services.console.compare.command import show_comparison

    show_comparison(before, after, examples=examples, as_json=as_json)


@main.command(short_help="Say what is wrong with this installation and what to do.")
@click.option("--bus", "address", default=None, metavar="BUS", help="sqlite:FILE | kafka:HOST:PORT")
@click.option("--config", type=FILE, metavar="FILE", help="TOML settings to check.")
@click.option("--account", is_flag=True, help="Prove from the topics that every article ended somewhere.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def doctor(address: str | None, config: Path | None, *, account: bool, as_json: bool) -> None:
    """Check configuration, bus, topics, clock, disk and libraries; say what is wrong and what to do.

    With --account instead: read the topics and prove that every article record ended as member of a story,
    screened, known, held or dead letter, and that stories, clusters and story-changes agree. What is missing
    is named with its topic, partition and offset, and the exit code is 1. It may run beside the services.

    \b
    Examples:
      newsfold doctor
      newsfold doctor --config newsfold.toml --bus sqlite:/srv/newsfold/log.db
      newsfold doctor --account --bus kafka:127.0.0.1:9092
      newsfold doctor --account --json | jq -r '.missing[].article_id'
    """
    if account:
        from services.console.doctor.audit import show_account

        settings = load(config, os.environ)
        show_account(address or settings.bus.url, settings, as_json=as_json)
        return
    from services.console.doctor.command import report

    report(config, address, as_json=as_json)


@main.command(short_help="Watch a running installation: rates, lag, age, loop time, queues, errors.")
@click.option(
    "--at", multiple=True, metavar="HOST:PORT", help="Where a process serves /metrics. Again for more."
)
@click.option(
    "--every", "every_s", type=click.FloatRange(0.1, 60), default=2.0, help="Seconds between two looks."
)
@click.option(
    "--once", is_flag=True, help="Look twice, tell it once, exit. So it is where no terminal looks."
)
@click.option("--json", "as_json", is_flag=True, help="The same as one JSON object; once.")
@config_option
def top(at: tuple[str, ...], every_s: float, *, once: bool, as_json: bool, settings: Settings) -> None:
    """Watch a running installation: stages with rates and lag, age, loop time, queues, feeds, errors.

    It asks /metrics of one process or of several and adds them up; by default of ops.listen of the
    configuration, with its token. A process that does not answer is shown as such. Ctrl-C ends it.

    \b
    Examples:
      newsfold top
      newsfold top --at 127.0.0.1:9464 --at 127.0.0.1:9465
      newsfold top --once --json | jq .unaccounted
    """
    from services.console.top.command import show_top

    show_top(at, settings, every_s=every_s, once=once, as_json=as_json)


@main.command(short_help="Why an article relates to others, or why not, with the words that prove it.")
@click.argument("url")
@click.argument("other_url", required=False)
@click.option("--out", type=FILE, metavar="DIR", help="The --out directory of a finished replay.")
@click.option("--bus", "address", default=None, metavar="BUS", help="A log: sqlite:FILE | kafka:HOST:PORT")
@config_option
def explain(
    url: str, other_url: str | None, out: Path | None, address: str | None, settings: Settings
) -> None:
    """Say why an article relates to others, or why two articles do not.

    URL is the address of an article, as you would paste it, or enough of it to tell it from the rest. With
    one URL: its relations with their numbers, candidates and passages, the pairs a screen refused, and why
    its story is what it is. With two: what was decided about them then, whether it would be decided
    otherwise today, and every number on the way.

    \b
    Examples:
      newsfold explain --out out/demo klappbruecke-gesperrt
      newsfold explain --out out/demo klappbruecke-gesperrt klappbruecke-pendelfaehre
      newsfold explain --bus sqlite:var/newsfold.db https://paper.example/a
    """
    import asyncio

    from rich.console import Console

    from services.console.explain.command import evidence_of, explain_article, explain_pair

    console = Console(highlight=False)
    evidence = asyncio.run(evidence_of(out, address, settings))
    if other_url is None:
        explain_article(evidence, url, settings.dedup, console)
    else:
        explain_pair(evidence, url, other_url, settings.dedup, console)


main.add_command(replay)
main.add_command(refold)
main.add_command(feed_commands.feeds)
main.add_command(record)
main.add_command(operators.topics)
main.add_command(operators.dlq)
main.add_command(commands.log)
main.add_command(story_commands.stories)
main.add_command(story_commands.story)
main.add_command(story_commands.watch)
