"""A file whose age tells a probe without HTTP whether the loop still turns."""

import asyncio
from pathlib import Path

from services.ops.exits import Exit, Stop

BEAT_S = 1.0


class Heartbeat:
    """Touches the file at most once a second; removes it at a good end."""

    def __init__(self, file: Path) -> None:
        """Raises `Stop` (usage) where the file cannot be written."""
        self._file = file
        self._next = 0.0
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        except OSError as error:
            raise Stop(Exit.USAGE, f"ops.heartbeat_file = {file}: {error.strerror or error}") from None

    async def beat(self) -> None:
        """Raises OSError."""
        now = asyncio.get_running_loop().time()
        if now >= self._next:
            self._next = now + BEAT_S
            await asyncio.to_thread(self._file.touch)

    def end(self) -> None:
        self._file.unlink(missing_ok=True)
