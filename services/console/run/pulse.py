"""Whether the bus answers. A client of a lost broker goes on waiting, so somebody has to ask."""

import asyncio
import time

from services.stream.bus import Bus, BusError, Partition


class Pulse:
    """Asks for a partition's end. `lost` says since when there was no answer, and why; empty while well."""

    def __init__(self, bus: Bus, name: str, partition: Partition, *, silence_s: float) -> None:
        """`name`: of the bus, for people. `silence_s`: how long an answer may take."""
        self.lost = ""
        self._bus = bus
        self._name = name
        self._partition = partition
        self._silence_s = silence_s
        self._answered = time.monotonic()

    async def feel(self) -> None:
        """Ask once. Never raises for what the bus has to say."""
        try:
            async with asyncio.timeout(self._silence_s):
                await self._bus.end(self._partition)
        except TimeoutError:
            self._lose("no answer")
        except BusError as error:
            self._lose(str(error))
        else:
            self._answered = time.monotonic()
            self.lost = ""

    def _lose(self, why: str) -> None:
        self.lost = f"{self._name} is lost for {time.monotonic() - self._answered:.0f} s: {why}"
