"""Our own outage: no network, no resolver, a wrong setting. Nothing of it is held against feeds.

When several hosts in a row give no answer and none gives one, it is us. Then one request at a time tries
whether it is over, and what it brings is not written down; the first answer of any host ends it.
"""

from typing import Self

import msgspec
from msgspec.structs import replace

SILENT = frozenset({"dns", "connect", "timeout", "tls", "blocked_address"})
"""Outcomes that no server had a part in, or may have had none."""
HOSTS = 4
"""So many different ones in a row without an answer."""
TRIAL_S = 15.0
"""From one trial to the next while it lasts."""


class Reach(msgspec.Struct, frozen=True):
    """What the last requests say of our own way to the network."""

    silent: tuple[str, ...] = ()
    """Hosts that gave no answer since one did, at most HOSTS."""
    outcome: str = ""
    """How the last of them ended."""

    @property
    def is_lost(self) -> bool:
        return len(self.silent) >= HOSTS

    def heard(self, host: str, outcome: str) -> Self:
        """After a request to `host`."""
        if outcome not in SILENT:
            return type(self)()
        if self.is_lost or host in self.silent:
            return replace(self, outcome=outcome)
        return replace(self, silent=(*self.silent, host), outcome=outcome)
