# ruff: noqa: D301 - click wants the backspace character of an escaped b
"""The command that records. Its body is in `services/console/record/command`."""

from pathlib import Path

import click

from services.console.options import FILE, Span, config_option
from services.ops.config import Settings


@click.command(short_help="Follow feeds for a while and write down what came, as WARC.")
@click.option("--feeds", required=True, type=FILE, metavar="FILE", help="Feeds to follow, .opml or .toml.")
@click.option("--out", required=True, type=FILE, metavar="DIR", help="Folder of the recording's files.")
@click.option("--for", "seconds", type=Span(), metavar="SPAN", help="Such as 1h.  [default: one round]")
@click.option("--rotate-bytes", type=click.IntRange(1 << 20), default=1 << 30, show_default=True)
@click.option("--rotate-every", type=Span(), metavar="SPAN", default="1h", show_default=True)
@click.option("--anonymise", is_flag=True, help="Without cookies, logins and secrets in addresses.")
@click.option("--allow-net", multiple=True, metavar="CIDR", help="Private addresses the fetcher may reach.")
@config_option
def record(
    feeds: Path,
    out: Path,
    allow_net: tuple[str, ...],
    *,
    seconds: float | None,
    rotate_bytes: int,
    rotate_every: float,
    anonymise: bool,
    settings: Settings,
) -> None:
    """Follow feeds as `run` does, publish nothing, and write every answer and failure into WARC files.

    What a run makes of the feeds, `newsfold replay DIR --feeds FILE` makes of the recording. Bodies stand as
    they came; --anonymise takes secrets out of headers and addresses, not out of what publishers print.

    \b
    Examples:
      newsfold record --feeds feeds.opml --out recordings/monday
      newsfold record --feeds feeds.opml --out recordings/week --for 7d --anonymise
    """
    from services.console.record import command
    from services.ingest.recordings.recorder import Rotation

    request = command.RecordRequest.of(
        feeds=feeds,
        out=out,
        seconds=seconds,
        rotation=Rotation(most_bytes=rotate_bytes, most_s=rotate_every),
        allow_net=allow_net,
        anonymise=anonymise,
        settings=settings,
    )
    command.record(request)
