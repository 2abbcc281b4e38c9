"""User names and passwords for feeds: from the list of feeds and the netrc file, never onto the log."""

from pathlib import Path

import click

from services.ingest.http.credentials import Credentials
from services.ingest.http.netrc_file import BadNetrc, read_netrc
from services.ingest.polling.feedlist import BadFeedList, read_logins
from services.ingest.urls import host_of
from services.ops.config import Settings
from services.ops.exits import Exit, Stop


def logins_in(file: Path | None, settings: Settings) -> Credentials:
    """Of the list of feeds and of the netrc file. Raises `Stop` (usage)."""
    netrc = settings.ingest.netrc
    try:
        return listed_logins(file) + (read_netrc(Path(netrc)) if netrc else Credentials())
    except BadNetrc as error:
        raise Stop(Exit.USAGE, str(error)) from None


def listed_logins(file: Path | None) -> Credentials:
    """Raises `Stop` (usage)."""
    try:
        return read_logins(file) if file else Credentials()
    except BadFeedList as error:
        raise Stop(Exit.USAGE, str(error)) from None


def tell_logins(credentials: Credentials) -> None:
    """One line on the logins that an import leaves out."""
    count = len(credentials.logins)
    if count:
        hosts = ", ".join(sorted({host_of(login.url) for login in credentials.logins})[:5])
        click.echo(
            f"Left out of the log: {count} logins in addresses ({hosts}). `newsfold run` takes them from "
            "--feeds or from a netrc file (ingest.netrc)."
        )
