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
