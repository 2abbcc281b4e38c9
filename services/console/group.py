"""How a failure of any command is told: one line on stderr, and an exit code."""

import errno
import sqlite3
from typing import Any

import click

from services.ops.exits import Exit, Stop, table
from services.stream.bus import BusError, Fenced, Retry

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Errors of a write that has no room left."""


def code_of(error: BusError) -> Exit:
    """The exit code a bus error that nobody could mend ends the process with.

    A `Fatal` says by its causes what it is: a service that stumbled, or a bus that stayed away.
    """
    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    if any(isinstance(cause, Fenced) for cause in causes):
        return Exit.FENCED
    if any(isinstance(cause, Retry) for cause in causes):
        return Exit.BUS_UNAVAILABLE
    return Exit.LOG_UNUSABLE if isinstance(causes[-1], BusError | OSError | sqlite3.Error) else Exit.FAILED


class CommandGroup(click.Group):
    """Turns what stopped a command into one line and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        from services.ops import logging  # a third of what `--help` takes

        try:
            with logging.configure(service="newsfold", fmt="console", level="warning", libraries=False):
                return super().invoke(ctx)
        except Stop as stop:
            self._end(ctx, stop.code, stop.line)
        except BusError as error:
            self._end(ctx, code_of(error), str(error))
        except OSError as error:
            if error.errno not in _FULL:
                raise
            self._end(ctx, Exit.FAILED, f"the output cannot be written: {error.strerror}; make room for it")
        except KeyboardInterrupt:
            self._end(ctx, Exit.INTERRUPTED, "interrupted; what was acknowledged is kept")

    def _end(self, ctx: click.Context, code: Exit, line: str) -> None:
        if line:
            click.echo(f"newsfold: {line}", err=True)
        ctx.exit(code)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if ctx.parent is None:
            formatter.write(f"\nExit codes:\n{table()}\n")
