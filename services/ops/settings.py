"""What can be configured in the sections that belong to no single service, with range and default."""

from ipaddress import ip_address
from typing import Annotated, Literal

from msgspec import Meta, Struct

from services.ops.secret import Secret

BUS_ADDRESS = r"^(memory|sqlite:.+|kafka:[^\s:/]+:[0-9]{1,5})$"
LISTEN_ADDRESS = r"^(\[[0-9a-fA-F:.]+\]|[^\s:\[\]]+):[0-9]{1,5}$"


class BusSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[bus]`: where the log is."""

    url: Annotated[str, Meta(pattern=BUS_ADDRESS)] = "sqlite:var/newsfold.db"
    """`memory`, `sqlite:FILE` or `kafka:HOST:PORT`."""
    wait_s: Annotated[float, Meta(ge=0, le=3600)] = 60.0
    """Seconds to wait for a bus that is away, with growing delay, before giving up with exit code 3."""


class OpsSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[ops]`: logs, health, metrics, shutdown."""

    listen: Annotated[str, Meta(pattern=LISTEN_ADDRESS)] = "127.0.0.1:9464"
    """HOST:PORT of `/livez`, `/readyz` and `/metrics`; port 0 takes any free one."""
    expose: bool = False
    """Allow `listen` to be reachable from other machines."""
    token: Secret = Secret()
    """When set, `/readyz` and `/metrics` ask for it as a bearer token. `token_file` reads it from a file."""
    log_format: Literal["auto", "json", "console"] = "auto"
    """`auto` is console in a terminal and JSON lines elsewhere."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    drain_s: Annotated[float, Meta(ge=1, le=300)] = 20.0
    """Seconds that running work gets to finish after the first SIGTERM or SIGINT."""
    stall_s: Annotated[float, Meta(ge=5, le=3600)] = 30.0
    """Seconds without a turn of a run loop after which `/livez` fails."""

    def __post_init__(self) -> None:
        host, port = self.address()
        if port > 65_535:
            raise ValueError(f"listen names port {port}; allowed: 0 (any free one) to 65535")
        if not (self.expose or is_loopback(host)):
            raise ValueError(
                f"listen = {self.listen!r} is reachable from other machines; set expose = true if meant"
            )

    def address(self) -> tuple[str, int]:
        """Host and port of `listen`."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`. A name other than `localhost` counts as reachable."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class ReplaySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[replay]`: defaults of `newsfold replay`."""

    workers: Annotated[int, Meta(ge=1, le=64)] = 1
    """Workers of dedup and of enrich each. The output does not depend on it."""
    speed: Annotated[float, Meta(ge=0, le=1_000_000)] = 0.0
    """The recording's time runs this many times as fast; 0 is as fast as the machine can."""
