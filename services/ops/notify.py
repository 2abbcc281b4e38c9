"""What a service tells the supervisor that started it: ready, alive, stopping. The protocol is sd_notify(3).

Without `NOTIFY_SOCKET` nothing is told and nothing is asked for. A datagram the supervisor does not take is
given up: it acts on silence anyway, and work must not wait for it.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

MOST_S = 10.0


def send_state(environ: Mapping[str, str], state: str) -> None:
    """Send one assignment, such as `READY=1`. An address with `@` is in the abstract namespace."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sender:
        sender.sendto(state.encode(), f"\0{address[1:]}" if address.startswith("@") else address)


def interval_s(environ: Mapping[str, str]) -> float:
    """Seconds between signs of life: half of what the watchdog allows, `MOST_S` without one."""
    allowed = environ.get("WATCHDOG_USEC", "")
    return min(MOST_S, int(allowed) / 2_000_000) if allowed.isdigit() and int(allowed) else MOST_S


@asynccontextmanager
async def notify_supervisor(
    environ: Mapping[str, str], alive: Callable[[], bool], stop: asyncio.Event
) -> AsyncIterator[None]:
    """Ready on entering; a sign of life at every turn while `alive`; stopping as soon as `stop` is set."""
    send_state(environ, "READY=1")
    living = asyncio.create_task(_send_heartbeats(environ, alive))
    leaving = asyncio.create_task(_send_stopping(environ, stop))
    try:
        yield
    finally:
        living.cancel()
        leaving.cancel()
        send_state(environ, "STOPPING=1")


async def _send_heartbeats(environ: Mapping[str, str], alive: Callable[[], bool]) -> None:
    while True:
        if alive():
            send_state(environ, "WATCHDOG=1")
        await asyncio.sleep(interval_s(environ))


async def _send_stopping(environ: Mapping[str, str], stop: asyncio.Event) -> None:
    await stop.wait()
    send_state(environ, "STOPPING=1")
