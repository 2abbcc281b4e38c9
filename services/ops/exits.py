"""Exit codes: one table, because supervisors and scripts act on them.

`newsfold --help` and the documentation print this table; nothing else in the project picks a number.
"""

from enum import IntEnum


class Exit(IntEnum):
    """What a process tells the one who started it. `MEANING` says it in words."""

    OK = 0
    FAILED = 1
    USAGE = 2
    BUS_UNAVAILABLE = 3
    LOG_UNUSABLE = 4
    FENCED = 5
    INTERRUPTED = 130


MEANING: dict[Exit, str] = {
    Exit.OK: "done; every input is accounted for",
    Exit.FAILED: "failed; one line on stderr says why. Of compare: the two differ",
    Exit.USAGE: "wrong usage, configuration or input path; nothing was started",
    Exit.BUS_UNAVAILABLE: "the bus did not answer within the configured wait; start again when it does",
    Exit.LOG_UNUSABLE: "the log cannot be written or read: disk full, damaged, or another topic layout",
    Exit.FENCED: "another process took over this input; do not run both",
    Exit.INTERRUPTED: "stopped at once by a second signal; what was acknowledged is kept",
}


class Stop(Exception):
    """Ends the process with a code and one line that says what happened and what to do."""

    def __init__(self, code: Exit, line: str) -> None:
        super().__init__(line)
        self.code = code
        self.line = " ".join(line.split())


def table() -> str:
    """The table as text, a line a code."""
    return "\n".join(f"{code.value:>3}  {meaning}" for code, meaning in MEANING.items())
