"""Which of the requests that are due may begin: one queue a host, and hosts that wake when they are free.

A host is looked at when its gap or pause is over, or when a request that was in its way has ended; never
because time passes or another host answers. Pure: time is given, in seconds of a clock that never goes back.
"""

import heapq
import math
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from services.ingest.polling.agenda import Appointment
from services.ingest.polling.traffic import Traffic
from services.ingest.publishers import publisher
from services.ingest.urls import host_of


class Request(NamedTuple):
    url: str
    what: Appointment


class Dispatcher:
    """The requests of one feeder. Several share a `traffic`, and wake each other."""

    def __init__(
        self,
        traffic: Traffic,
        *,
        gap_s: Callable[[Request], float] = lambda _: 0.0,
        woken: Callable[[], None] = lambda: None,
    ) -> None:
        """`gap_s`: what the site itself wants between two. `woken`: called when a host can be looked at."""
        self._traffic = traffic
        self._gap_s = gap_s
        self._woken = woken
        self._queues: dict[str, deque[Request]] = {}
        """By host, none empty. Each host stands in `_ready` or waits for the end of a request."""
        self._ready: list[tuple[float, int, str]] = []
        self._turn = 0
        self._now = -math.inf
        self._closed = False

    def put(self, request: Request) -> None:
        """It is due. Behind all of its host."""
        host = host_of(request.url)
        queue = self._queues.get(host)
        if queue is None:
            queue = self._queues[host] = deque()
            self._look_at(host, self._now)
        queue.append(request)

    def take(self, now: float) -> Request | None:
        """The next that may begin, counted as under way until `Traffic.end`; None where none may."""
        self._now = now
        while self._ready and self._ready[0][0] <= now:
            host = heapq.heappop(self._ready)[2]
            request = self._queues[host][0]
            wait_s, full = self._traffic.wait_s(request.url, now), self._traffic.full_name(request.url)
            if full:
                self._traffic.wait_for(full, lambda host=host: self._wake(host))  # type: ignore[misc]
            elif wait_s > 0:
                self._look_at(host, now + wait_s)
            else:
                return self._begin(host, now)
        return None

    def _begin(self, host: str, now: float) -> Request:
        queue = self._queues[host]
        request = queue.popleft()
        self._traffic.begin(request.url, now, gap_s=self._gap_s(request))
        if queue:
            self._look_at(host, now)
        else:
            del self._queues[host]
        return request

    def soonest(self) -> float:
        """When a host can be looked at; infinity where each waits for an end, or there is none."""
        return self._ready[0][0] if self._ready else math.inf

    @property
    def waits_for_others(self) -> bool:
        """Whether some host waits for the end of a request."""
        return len(self._queues) > len(self._ready)

    def close(self) -> None:
        """Nothing more begins here; what was to be told to this one is told to the next that waits."""
        self._closed = True
        for host in self._queues:
            self._traffic.wake_next(host)
            self._traffic.wake_next(f".{publisher(host)}")
        self._queues.clear()
        self._ready.clear()

    def _wake(self, host: str) -> bool:
        if self._closed:
            return False
        self._look_at(host, self._now)
        self._woken()
        return True

    def _look_at(self, host: str, at: float) -> None:
        self._turn += 1
        heapq.heappush(self._ready, (at, self._turn, host))

    def __len__(self) -> int:
        return sum(len(queue) for queue in self._queues.values())
