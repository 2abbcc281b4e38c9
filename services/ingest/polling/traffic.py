"""Manners towards hosts: how many requests at once, how far apart, and pauses that a host asked for.

One for all feeders of a process, so that feeds, pages and partitions together keep to it. Pure but for its
own counts: time is given, in seconds of a clock that never goes back.
"""

from collections import Counter
from typing import Literal

import msgspec

from services.ingest.publishers import publisher
from services.ingest.urls import host_of

_SWEEP_LEAST = 1_024
PauseScope = Literal["host", "domain"]


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
    """Requests under way, by host and registered domain."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._hosts: Counter[str] = Counter()
        self._domains: Counter[str] = Counter()
        self._free_at: dict[str, float] = {}
        """When a host, or a domain, may be asked again."""
        self._sweep_at = _SWEEP_LEAST
        """So many of them, and those whose time has come are forgotten."""

    def admits(self, url: str, now: float) -> bool:
        """Whether a request may begin beside those under way."""
        host = host_of(url)
        return (
            self._hosts[host] < self._manners.per_host
            and self._domains[publisher(host)] < self._manners.per_domain
            and self.wait_s(url, now) <= 0
        )

    def wait_s(self, url: str, now: float) -> float:
        """Seconds until a host may be asked again, whatever is under way; 0 or less: at once."""
        host = host_of(url)
        return max(self._free_at.get(host, 0.0), self._free_at.get(f".{publisher(host)}", 0.0)) - now

    def begin(self, url: str, now: float, *, gap_s: float = 0.0) -> None:
        """`gap_s`: what the host itself asks for (robots.txt, Crawl-delay)."""
        host = host_of(url)
        self._hosts[host] += 1
        self._domains[publisher(host)] += 1
        gap_s = max(gap_s, 0.0 if is_this_machine(host) else self._manners.gap_s)
        if gap_s:
            self._put_off(host, now + gap_s, now)

    def end(self, url: str) -> None:
        host = host_of(url)
        for counts, name in ((self._hosts, host), (self._domains, publisher(host))):
            counts[name] -= 1
            if counts[name] <= 0:
                del counts[name]

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
