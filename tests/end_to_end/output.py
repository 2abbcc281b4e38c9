"""What a replay left in its output directory."""

import hashlib
import json
from pathlib import Path
from typing import Any

from services.console.export.names import FILES

Line = dict[str, Any]


def lines(out: Path, name: str) -> list[Line]:
    """The objects of `name`.jsonl."""
    return [json.loads(line) for line in (out / f"{name}.jsonl").read_text("utf-8").splitlines()]


def by_url(out: Path, name: str) -> dict[str, Line]:
    return {line["url"]: line for line in lines(out, name)}


def digests(out: Path) -> dict[str, str]:
    """SHA-256 of each file in `out`: all that an export promises, and nothing beside it."""
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()}
    assert sorted(found) == sorted(FILES)
    return found
