"""The `newsfold` command, run in this process: what it wrote and what it ended with."""

from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner

from services.cli import main


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def told(self) -> list[str]:
        """What it complained of, a line each."""
        return [line for line in self.err.splitlines() if line.startswith("newsfold: ")]


def newsfold(*arguments: str | Path) -> Ran:
    """Anything but an exit code, such as a traceback, is raised here."""
    done = CliRunner().invoke(main, [str(one) for one in arguments], prog_name="newsfold")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Ran(done.exit_code, done.stdout, done.stderr)


class Replay(NamedTuple):
    """A replay that is done: its input, what it told, its output and its log."""

    source: Path
    ran: Ran
    out: Path
    log: Path


def replayed(source: Path, place: Path, *options: str) -> Replay:
    """Replay `source` into `place`, on an embedded log that stays."""
    out, log = place / "out", place / "log.db"
    ran = newsfold("replay", source, "--out", out, "--bus", f"sqlite:{log}", *options)
    assert (ran.code, ran.err) == (0, "")
    return Replay(source, ran, out, log)
