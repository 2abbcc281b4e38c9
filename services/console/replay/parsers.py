"""How many processes parse what a replay reads."""

import os
from collections.abc import Sequence
from pathlib import Path

from services.console.replay.inputs import is_archive

MOST_PARSERS = 4
PARSER_BYTES = 2 << 20
"""Packed bytes of recordings that are worth a parser process more."""


def parser_count(paths: Sequence[Path]) -> int:
    """None for archives. Loading a parser takes longer than it needs for a small recording."""
    recordings = [path for path in paths if not is_archive(path)]
    size = sum(path.stat().st_size for path in recordings)
    most = min(MOST_PARSERS, os.cpu_count() or 1, 1 + size // PARSER_BYTES)
    return most if recordings else 0
