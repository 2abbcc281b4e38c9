"""`newsfold`, and `python -m services`: the command line in a process of its own."""

import atexit
import os
import sys
import threading

from services import cli


def main() -> None:
    """As `cli.main`, but gives nothing back to the system piece by piece: that took longer than a start."""
    try:
        cli.main()
    except SystemExit as ending:
        code = ending.code or 0
        if isinstance(code, int) and _nobody_is_at_work():
            atexit._run_exitfuncs()  # noqa: SLF001 - what an ordinary end runs
            _end(code)
        raise


def _nobody_is_at_work() -> bool:
    """Whether no thread is left that an ordinary end would wait for."""
    here = threading.current_thread()
    return all(thread is here or thread.daemon for thread in threading.enumerate())


def _end(code: int) -> None:
    """At once, unless what was said cannot be passed on: then the ordinary end says why."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except OSError:
        return
    os._exit(code)


if __name__ == "__main__":
    main()
