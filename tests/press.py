"""Where press copy for development lies, if it is here at all. It is never part of the repository."""

import os
from pathlib import Path


def press_data() -> Path | None:
    """`NEWSFOLD_PRESS_DATA`, else a `shared/data` folder beside the repository, else None."""
    named = os.environ.get("NEWSFOLD_PRESS_DATA")
    if named:
        return Path(named)
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return beside if beside.is_dir() else None
