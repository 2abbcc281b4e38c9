"""A member of a group on an embedded log: fetches what it owns, from where it was told to."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from services.stream.bell import Bell
from services.stream.bus import Assignment, Partition, Record
from services.stream.groups import Membership


class FetchRequest(NamedTuple):
    """A stretch to read: at most `limit` records of `partition` from `start` on."""

    partition: Partition
    start: int
    limit: int


class FetchResult(NamedTuple):
    records: Sequence[Record]
    following: int
    """The next offset to read: past the records, and past a hole compaction left at the end."""


class Log(Protocol):
    """What a member needs of the log it reads."""

    bell: Bell
    """Rung when there may be more to read."""

    def known_end(self, partition: Partition) -> int:
        """The end as last heard; costs nothing."""

    async def find(self, requests: Sequence[FetchRequest]) -> Sequence[FetchResult]: ...


class LogMember:
    """Reads its partitions in turn, each with a fair share of the records of a fetch."""

    def __init__(self, log: Log, membership: Membership, leave: Callable[[Membership], None]) -> None:
        self._log = log
        self._membership = membership
        self._leave = leave
        self._positions: dict[Partition, int] = {}
        self._seeks = 0
        self._turn = 0

    async def assignment(self, *, timeout_s: float) -> Assignment | None:
        return await self._membership.assignment(timeout_s=timeout_s)

    def seek(self, positions: Mapping[Partition, int]) -> None:
        self._positions = dict(positions)
        self._seeks += 1
        self._log.bell.ring()

    async def fetch(self, *, max_records: int, timeout_s: float) -> Mapping[Partition, Sequence[Record]]:
        deadline = asyncio.get_running_loop().time() + timeout_s
        while True:
            requests = self._plan_requests(max_records)
            if requests:
                seeks = self._seeks
                found = await self._log.find(requests)
                got = self._take(requests, found) if seeks == self._seeks else {}
                if got:
                    return got
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return {}
            if not requests:
                await self._log.bell.wait(left)

    async def close(self) -> None:
        self._leave(self._membership)

    def _plan_requests(self, max_records: int) -> list[FetchRequest]:
        owned = self._membership.owned
        ready = sorted(
            partition
            for partition, position in self._positions.items()
            if partition in owned and self._log.known_end(partition) > position
        )
        self._turn += 1
        first = self._turn % len(ready) if ready else 0
        requests = []
        left = max_records
        for place, partition in enumerate([*ready[first:], *ready[:first]]):
            limit = -(-left // (len(ready) - place))
            if limit > 0:
                requests.append(FetchRequest(partition, self._positions[partition], limit))
            left -= limit
        return requests

    def _take(
        self, requests: Sequence[FetchRequest], found: Sequence[FetchResult]
    ) -> dict[Partition, Sequence[Record]]:
        got = {}
        for request, (records, following) in zip(requests, found, strict=True):
            if request.partition not in self._membership.owned:
                continue
            self._positions[request.partition] = following
            if records:
                got[request.partition] = records
        return got
