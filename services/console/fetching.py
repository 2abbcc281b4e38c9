"""How the settings bound what is fetched."""

from collections.abc import Sequence

from msgspec.structs import replace

from services.ingest.http.fetch import FetchLimits
from services.ops.exits import Exit, Stop
from services.ops.settings import IngestSettings, network


def fetch_limits(ingest: IngestSettings) -> FetchLimits:
    return FetchLimits(
        wire_bytes=ingest.wire_bytes,
        decoded_bytes=ingest.decoded_bytes,
        total_s=ingest.total_s,
        connect_s=ingest.connect_s,
        read_s=ingest.read_s,
        redirects=ingest.redirects,
    )


def with_nets(ingest: IngestSettings, allow_net: Sequence[str]) -> IngestSettings:
    """`--allow-net` beside what the settings allow. Raises `Stop` (usage)."""
    try:
        for net in allow_net:
            network(net)
    except ValueError as error:
        raise Stop(Exit.USAGE, f"--allow-net: {error}") from None
    return replace(ingest, allow_net=(*ingest.allow_net, *allow_net))
