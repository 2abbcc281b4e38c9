# ruff: noqa: D301 - click wants the backspace character of an escaped b
"""The command that refolds. Its body is in `services/console/refold/command`."""

from pathlib import Path

import click

from services.console.options import FILE, config_option
from services.ops.config import Settings


@click.command(short_help="Replay a large archive, its texts and pairs looked at by Spark.")
@click.argument("paths", nargs=-1, required=True, type=FILE, metavar="PATH...")
@click.option(
    "--out", type=FILE, metavar="DIR", help="Write articles, relations, stories … here as JSON lines."
)
@click.option("--bus", "address", default=None, metavar="BUS", help="sqlite:FILE | kafka:HOST:PORT")
@click.option("--master", default="local[*]", show_default=True, metavar="URL", help="Of Spark.")
@click.option(
    "--memory", default="1g", show_default=True, metavar="SIZE", help="Of each Java process of Spark."
)
@click.option(
    "--partitions",
    type=click.IntRange(1, 100_000),
    default=16,
    show_default=True,
    help="Pieces that Spark cuts the work into.",
)
@click.option(
    "--work",
    type=FILE,
    metavar="DIR",
    help="Where what is found out lies; on a cluster a folder that all see.  [default: a temporary one]",
)
@click.option(
    "--listen",
    default="127.0.0.1",
    show_default=True,
    metavar="HOST",
    help="Where executors reach this process.",
)
@config_option
def refold(
    paths: tuple[Path, ...],
    *,
    out: Path | None,
    address: str | None,
    master: str,
    memory: str,
    partitions: int,
    work: Path | None,
    listen: str,
    settings: Settings,
) -> None:
    """Run an archive through everything, with Spark for what one process would take long over.

    The files and the log are those of `newsfold replay` of the same PATHs, byte for byte: Spark reads, signs
    and compares texts, and this process decides. What it found out is not kept; the log is, with --bus, and
    `newsfold run` goes on from it. Needs Java 17 and `pip install 'newsfold[spark]'`.

    \b
    Examples:
      newsfold refold year.jsonl.gz --out out/year
      newsfold refold month.jsonl.gz --bus sqlite:var/newsfold.db --memory 2g
      newsfold refold year.jsonl.gz --master spark://10.0.0.5:7077 --listen 10.0.0.4 --work /mnt/refold
    """
    from services.console.refold.command import refold_archive
    from services.console.refold.spark import SparkOrder
    from services.console.replay.request import ReplayRequest

    request = ReplayRequest.of(
        paths=paths, out=out, speed="max", address=address, workers=None, settings=settings
    )
    refold_archive(request, SparkOrder(master, memory, partitions, listen), work)
