"""How the settings bound what is fetched."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from msgspec.structs import replace

from services.contracts.topics import FEED_PARTITIONS
from services.ingest.http.callbacks import CallbackServer
from services.ingest.http.exchange import Exchange
from services.ingest.http.fetch import Fetcher, FetchLimits
from services.ingest.polling.hubs import Hubs, HubSettings
from services.ingest.polling.live import Conduct
from services.ingest.polling.rhythm import PollBounds
from services.ingest.polling.robots import Robots, agent_name
from services.ingest.polling.shared_pages import SharedPages
from services.ingest.polling.traffic import Manners, Traffic
from services.ops.exits import Exit, Stop
from services.ops.fetching import FetchMetrics
from services.ops.settings import IngestSettings, host_and_port, network
from services.stream.clock import SystemClock


def fetch_limits(ingest: IngestSettings) -> FetchLimits:
    return FetchLimits(
        wire_bytes=ingest.wire_bytes,
        decoded_bytes=ingest.decoded_bytes,
        total_s=ingest.total_s,
        connect_s=ingest.connect_s,
        read_s=ingest.read_s,
        redirects=ingest.redirects,
        connections=max(100, ingest.in_flight * FEED_PARTITIONS),
    )


def poll_bounds(ingest: IngestSettings) -> PollBounds:
    return PollBounds(
        default_s=ingest.poll_s, shortest_s=ingest.poll_shortest_s, longest_s=ingest.poll_longest_s
    )


def conduct_of(ingest: IngestSettings, fetcher: Fetcher, fetches: FetchMetrics | None = None) -> Conduct:
    """How a process behaves towards hosts: one for all its feeders."""
    traffic = Traffic(
        Manners(
            per_host=ingest.per_host,
            per_domain=ingest.per_domain,
            gap_s=ingest.gap_s,
            pause_scope=ingest.pause_scope,
        )
    )
    clock = SystemClock()
    pages = SharedPages(clock)
    if ingest.robots == "ignore":
        return Conduct(traffic, pages=pages)

    async def get(url: str, *, accept: str, cut_at: int) -> Exchange:
        began = clock.monotonic()
        exchange = await fetcher.get(url, accept=accept, cut_at=cut_at)
        if fetches is not None:
            sizes = {"wire_bytes": exchange.wire_bytes, "decoded_bytes": len(exchange.body)}
            fetches.count_fetch("robots", exchange.outcome, clock.monotonic() - began, **sizes)
        return exchange

    return Conduct(traffic, Robots(get, agent_name(ingest.user_agent), clock), pages=pages)


def hubs_of(ingest: IngestSettings, fetcher: Fetcher, traffic: Traffic, fetches: FetchMetrics) -> Hubs | None:
    """The hubs of a process's feeds; None where nobody may push."""
    if not ingest.push_url:
        return None
    clock = SystemClock()

    async def post(url: str, form: bytes) -> Exchange:
        began = clock.monotonic()
        exchange = await fetcher.post(url, form)
        sizes = {"wire_bytes": exchange.wire_bytes, "decoded_bytes": len(exchange.body)}
        fetches.count_fetch("hub", exchange.outcome, clock.monotonic() - began, **sizes)
        return exchange

    settings = HubSettings(ingest.push_url, ingest.push_key.reveal().encode(), int(ingest.push_lease_s))
    return Hubs(settings, post, clock, traffic, fetches.count_push)


@asynccontextmanager
async def callbacks(ingest: IngestSettings, hubs: Hubs) -> AsyncIterator[int]:
    """Hubs are answered within; the port. Raises `Stop` where nobody can listen there."""
    server = CallbackServer(host_and_port(ingest.push_listen), hubs)
    try:
        await server.__aenter__()
    except OSError as error:
        raise Stop(
            Exit.FAILED, f"ingest.push_listen = {ingest.push_listen}: {error.strerror or error}"
        ) from None
    try:
        yield server.port
    finally:
        await server.__aexit__(None, None, None)


def with_nets(ingest: IngestSettings, allow_net: Sequence[str]) -> IngestSettings:
    """`--allow-net` beside what the settings allow. Raises `Stop` (usage)."""
    try:
        for net in allow_net:
            network(net)
    except ValueError as error:
        raise Stop(Exit.USAGE, f"--allow-net: {error}") from None
    return replace(ingest, allow_net=(*ingest.allow_net, *allow_net))
