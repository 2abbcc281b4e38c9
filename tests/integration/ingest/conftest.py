"""A site on loopback, and a fetcher that may go there."""

from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest

from services.ingest.http.fetch import Fetcher, FetchLimits
from tests.integration.ingest.site import Site

LIMITS = FetchLimits(total_s=2.0, read_s=1.0, connect_s=1.0)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site() as running:
        yield running


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(allow=[ip_network("127.0.0.0/8")], limits=LIMITS) as running:
        yield running
