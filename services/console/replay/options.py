# ruff: noqa: D301 - click wants the backspace character of an escaped b
"""The command that replays. Its body is in `services/console/replay/command`."""

from datetime import datetime
from pathlib import Path

import click

from services.console.options import FILE, Moment, Span, config_option
from services.ops.config import Settings


@click.command(short_help="Run recordings through everything and say what came out.")
@click.argument("paths", nargs=-1, required=True, type=FILE, metavar="PATH...")
@click.option(
    "--out", type=FILE, metavar="DIR", help="Write articles, relations, stories … here as JSON lines."
)
@click.option("--speed", default=None, metavar="N|max", help="Times as fast as recorded.  [default: max]")
@click.option(
    "--max-gap",
    "most_gap_s",
    type=Span(),
    metavar="SPAN",
    help="Longest wait for the next item: 30s.",
)
@click.option("--from", "begin", type=Moment(), metavar="TIME", help="Only what was recorded then or later.")
@click.option("--to", "end", type=Moment(), metavar="TIME", help="Only what was recorded then or before.")
@click.option(
    "--loop",
    "rounds",
    is_flag=False,
    flag_value=0,
    type=click.IntRange(0),
    default=1,
    metavar="[N]",
    help="Play it N times in a row, the clock going on; without N until interrupted.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be played and what is missing; write nothing.")
@click.option("--bus", "address", default=None, metavar="BUS", help="memory | sqlite:FILE | kafka:HOST:PORT")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Workers of dedup and enrich each.")
@click.option("--stories", is_flag=True, help="Print who had each story first, who copied, who rewrote.")
@click.option(
    "--feeds",
    type=FILE,
    metavar="FILE",
    help="Settings of the recorded feeds, .opml or .toml: source, language, …",
)
@config_option
def replay(
    paths: tuple[Path, ...],
    out: Path | None,
    speed: str | None,
    address: str | None,
    workers: int | None,
    *,
    begin: datetime | None,
    end: datetime | None,
    rounds: int,
    most_gap_s: float | None,
    dry_run: bool,
    feeds: Path | None,
    stories: bool,
    settings: Settings,
) -> None:
    """Run recordings through the whole of Newsfold and say what came out.

    PATH is a recording of HTTP exchanges (.warc, .warc.gz) or an article archive (.jsonl, .jsonl.gz, one
    object a line with url, source, feed, title, text, published_at, fetched_at, language), or the directory
    that an earlier replay wrote (--out), with all versions as they were seen; a directory of recordings
    stands for all of them. Several PATHs are one input, in order of time. The clock is the recording's, so
    the same input gives the same bytes at any speed, on any bus, with any number of workers.

    The log is a temporary one unless --bus names a file. A replay into a file that was killed goes on
    where it was when the same command is run again.

    \b
    Examples:
      newsfold replay tests/recordings/demo.warc.gz --stories
      newsfold replay week.warc.gz --out out/week
      newsfold replay old.jsonl.gz new.jsonl.gz --out out/both --bus sqlite:var/both.db
      newsfold replay week.warc.gz --speed 3600      an hour of the recording a second
      newsfold replay week.warc.gz --speed 60 --max-gap 30s --from 2026-03-02T06:00 --to 2026-03-02T09:00
      newsfold replay week.warc.gz --dry-run         what is in it, and what it lacks
      newsfold replay week.warc.gz --speed 600 --bus sqlite:var/loop.db --loop
      newsfold replay week.warc.gz --feeds feeds.toml --out out/week
      newsfold replay out/week --out out/again       what an earlier replay saw
    """
    from services.console.replay.command import ReplayRequest, replay_recordings
    from services.console.replay.preview import show_preview
    from services.ingest.recordings.source import TimeFrame

    request = ReplayRequest.of(
        paths=paths,
        out=None if dry_run else out,
        speed=speed,
        address=address,
        workers=workers,
        settings=settings,
        feeds=feeds,
        most_gap_s=most_gap_s,
        frame=TimeFrame(begin, end),
        rounds=rounds,
    )
    if dry_run:
        show_preview(request)
    else:
        replay_recordings(request, stories=stories)
