"""Where the press copy for measuring lies. It is never part of the repository."""

import os
from pathlib import Path

VARIABLE = "NEWSFOLD_PRESS_DATA"
_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


class Missing(Exception):
    """No press copy here, or not the file that is asked for. The message is for the person who asked."""


def press_data(named: Path | None = None) -> Path:
    """`named`, else the folder in NEWSFOLD_PRESS_DATA, else `shared/data` beside the repository.

    Raises `Missing` where that is no folder.
    """
    told = os.environ.get(VARIABLE)
    folder = named or (Path(told) if told else _BESIDE)
    if not folder.is_dir():
        raise Missing(
            f"no press copy in {folder}: set {VARIABLE} to the folder that holds de-press/ and reuters/"
        )
    return folder
