"""Where the files of an export go."""

import os
from pathlib import Path

from services.ops.exits import Exit, Stop


def directory(out: Path) -> Path:
    """`out`, made. Raises `Stop` (usage)."""
    if out.is_file():
        raise Stop(Exit.USAGE, f"--out {out}: is a file; name a directory")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(Exit.USAGE, f"--out {out}: {error.strerror or error}") from None
    if not os.access(out, os.W_OK):
        raise Stop(Exit.USAGE, f"--out {out}: cannot be written")
    return out
