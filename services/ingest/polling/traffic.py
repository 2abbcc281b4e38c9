"""Manners towards hosts: how many requests at once, how far apart, and pauses that a host asked for.

One for all feeders of a process, so that feeds, pages and partitions together keep to it. Pure but for its
own counts: time is given, in seconds of a clock that never goes back.
"""

from collections import Counter, deque
from collections.abc import Callable
from typing import Literal

import msgspec

from services.ingest.publishers import publisher
from services.ingest.urls import host_of

_SWEEP_LEAST = 1_024
PauseScope = Literal["host", "domain"]
Wake = Callable[[], bool]
"""Tells that there is room again; answers whether that was still waited for."""


class Manners(msgspec.Struct, frozen=True, kw_only=True):
    per_host: int = 2
    """Requests at once to one host."""
    per_domain: int = 4
    """Requests at once to all hosts of one registered domain."""
    gap_s: float = 0.5
    """From the begin of one request to a host to the begin of the next; never on this machine itself."""
    pause_scope: PauseScope = "host"
    """Who is left alone when an answer asks for a pause."""


class Traffic:
    """Requests under way, by host and registered domain, a domain under its name with a dot before it."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._under_way: Counter[str] = Counter()
        self._free_at: dict[str, float] = {}
        """When a host, or a domain, may be asked again."""
        self._waiting: dict[str, deque[Wake]] = {}
        """Who waits for the end of a request to a host or domain."""
        self._sweep_at = _SWEEP_LEAST
        """So many of them, and those whose time has come are forgotten."""

    def admits(self, url: str, now: float) -> bool:
        """Whether a request may begin beside those under way."""
        return not self.full_name(url) and self.wait_s(url, now) <= 0

    def full_name(self, url: str) -> str:
        """The host or domain that has as many requests under way as it may; empty where there is room."""
        host = host_of(url)
        domain = f".{publisher(host)}"
        if self._under_way[host] >= self._manners.per_host:
            return host
        return domain if self._under_way[domain] >= self._manners.per_domain else ""

    def wait_s(self, url: str, now: float) -> float:
        """Seconds until a host may be asked again, whatever is under way; 0 or less: at once."""
        host = host_of(url)
        return max(self._free_at.get(host, 0.0), self._free_at.get(f".{publisher(host)}", 0.0)) - now

    def begin(self, url: str, now: float, *, gap_s: float = 0.0) -> None:
        """`gap_s`: what the host itself asks for (robots.txt, Crawl-delay)."""
        host = host_of(url)
        self._under_way.update((host, f".{publisher(host)}"))
        gap_s = max(gap_s, 0.0 if is_this_machine(host) else self._manners.gap_s)
        if gap_s:
            self._put_off(host, now + gap_s, now)

    def end(self, url: str) -> None:
        host = host_of(url)
        for name in (host, f".{publisher(host)}"):
            self._under_way[name] -= 1
            if self._under_way[name] <= 0:
                del self._under_way[name]
            self.wake_next(name)

    def wait_for(self, name: str, wake: Wake) -> None:
        """Call `wake`, once, when a request to a host or domain (`full_name`) has ended."""
        self._waiting.setdefault(name, deque()).append(wake)

    def wake_next(self, name: str) -> None:
        """There may be room at a host or domain: the first that still waits for it is told."""
        waiting = self._waiting.get(name)
        while waiting and not waiting.popleft()():
            pass
        if not waiting:
            self._waiting.pop(name, None)

    def pause(self, url: str, until: float, now: float) -> None:
        """The host of an address asked for a pause."""
        host = host_of(url)
        self._put_off(host if self._manners.pause_scope == "host" else f".{publisher(host)}", until, now)

    def __len__(self) -> int:
        """Hosts and domains of which it is remembered when they may be asked."""
        return len(self._free_at)

    def _put_off(self, name: str, until: float, now: float) -> None:
        self._free_at[name] = max(self._free_at.get(name, 0.0), until)
        if len(self._free_at) >= self._sweep_at:
            self._free_at = {name: at for name, at in self._free_at.items() if at > now}
            self._sweep_at = max(_SWEEP_LEAST, 2 * len(self._free_at))


def is_this_machine(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")
