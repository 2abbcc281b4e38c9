# ruff: noqa: D301 - click wants the backspace character of an escaped b
"""The commands of whoever keeps an embedded log. Bodies are in `services/console/log_keeping`."""

from pathlib import Path

import click

from services.console.options import FILE, config_option
from services.ops.config import Settings

bus_option = click.option("--bus", "address", default=None, metavar="BUS", help="sqlite:FILE")


@click.group(short_help="Back up, restore and move the embedded log.")
def log() -> None:
    """The embedded log as a whole: copied while services run, put back elsewhere, moved to Kafka.

    \b
    Examples:
      newsfold log backup backup/monday.db
      newsfold log restore backup/monday.db --bus sqlite:/srv/newsfold/log.db
      newsfold log move --to kafka:broker:9092
    """


@log.command("backup")
@click.argument("file", type=FILE)
@bus_option
@config_option
def log_backup(file: Path, address: str | None, settings: Settings) -> None:
    """Copy the log as of one moment to FILE; services go on publishing meanwhile.

    The copy is checked, and its SHA-256 written beside it as FILE.sha256. An existing FILE is never
    overwritten.

    \b
    Examples:
      newsfold log backup backup/monday.db
      newsfold log backup backup/monday.db --bus sqlite:/srv/newsfold/log.db
    """
    from services.console.log.keeping import back_up

    back_up(address or settings.bus.url, file)


@log.command("restore")
@click.argument("file", type=FILE)
@bus_option
@config_option
def log_restore(file: Path, address: str | None, settings: Settings) -> None:
    """Put the backup FILE where the log is to be; a log that is there is never overwritten.

    Checksum, file and format are proved before anything is put in place. Services that start on the
    restored log go on where the backup was taken.

    \b
    Examples:
      newsfold log restore backup/monday.db
      newsfold log restore backup/monday.db --bus sqlite:/srv/newsfold/log.db
    """
    from services.console.log.keeping import restore

    restore(file, address or settings.bus.url)


@log.command("move")
@click.option("--to", required=True, metavar="BUS", help="kafka:HOST:PORT")
@bus_option
@config_option
def log_move(to: str, address: str | None, settings: Settings) -> None:
    """Move the log to Kafka: every record in order, every service where it was.

    Stop the services first. The log is sealed: from then on it takes nothing more. Then every record is
    copied, both logs are compared record by record, and the groups get their positions. Killed halfway,
    the same command goes on where it was. Topics on Kafka must be new; another bus.prefix makes them so.

    \b
    Examples:
      newsfold log move --to kafka:broker:9092
      newsfold log move --to kafka:broker:9092 --bus sqlite:/srv/newsfold/log.db --config newsfold.toml
    """
    from services.console.log.keeping import move_log

    move_log(address or settings.bus.url, to, settings)


@log.command("unseal")
@bus_option
@config_option
def log_unseal(address: str | None, settings: Settings) -> None:
    """Take back a move: services may use the embedded log again.

    Only where no service has run on Kafka since: what they did there is not brought back.

    \b
    Examples:
      newsfold log unseal --bus sqlite:/srv/newsfold/log.db
    """
    from services.console.log.keeping import unseal

    unseal(address or settings.bus.url)
