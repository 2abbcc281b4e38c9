"""The stylesheet and the script: files that never change under their address, which carries their digest."""

import gzip
import hashlib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


class Asset(NamedTuple):
    body: bytes
    gzipped: bytes
    content_type: str
    digest: str


@cache
def assets() -> dict[str, Asset]:
    """By file name."""
    folder = files("services.desk.pages") / "static"
    return {entry.name: _asset(entry.name, entry.read_bytes()) for entry in folder.iterdir()}


def asset(name: str) -> str:
    """The address of a file."""
    return f"/static/{name}?v={assets()[name].digest}"


def _asset(name: str, body: bytes) -> Asset:
    digest = hashlib.sha256(body).hexdigest()[:12]
    return Asset(body, gzip.compress(body, 9, mtime=0), _TYPES[name.rpartition(".")[2]], digest)
