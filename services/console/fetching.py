"""How the settings bound what is fetched."""

from collections.abc import Sequence

from msgspec.structs import replace

from services.contracts.topics import FEED_PARTITIONS
from services.ingest.http.exchange import Exchange
from services.ingest.http.fetch import Fetcher, FetchLimits
from services.ingest.polling.live import Conduct
from services.ingest.polling.robots import Robots, agent_name
from services.ingest.polling.shared_pages import SharedPages
from services.ingest.polling.traffic import Manners, Traffic
from services.ops.exits import Exit, Stop
from services.ops.fetching import FetchMetrics
from services.ops.settings import IngestSettings, network
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


def with_nets(ingest: IngestSettings, allow_net: Sequence[str]) -> IngestSettings:
    """`--allow-net` beside what the settings allow. Raises `Stop` (usage)."""
    try:
        for net in allow_net:
            network(net)
    except ValueError as error:
        raise Stop(Exit.USAGE, f"--allow-net: {error}") from None
    return replace(ingest, allow_net=(*ingest.allow_net, *allow_net))
