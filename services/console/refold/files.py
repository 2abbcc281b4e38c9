"""The store of a batch as files in a folder, which all of its processes see."""

import os
from pathlib import Path


class FileStore:
    """A file a value. Any number of processes may write the same one at a time: it is whole or not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, kind: str, number: int, value: bytes) -> None:
        place = self.folder / kind
        place.mkdir(parents=True, exist_ok=True)
        partial = place / f".{number}.{os.getpid()}"
        partial.write_bytes(value)
        partial.replace(place / str(number))

    def get(self, kind: str, number: int) -> bytes:
        try:
            return (self.folder / kind / str(number)).read_bytes()
        except FileNotFoundError:
            return b""
