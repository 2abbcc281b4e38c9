"""Frames between workers and broker are lost, late or broken off: only the time it takes changes."""

import random
from pathlib import Path

import pytest

from tests.kafka import scenarios, session
from tests.kafka.proxy import Proxy
from tests.kafka.trial import Trial

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]


async def test_twenty_faults_on_the_network_change_nothing(tmp_path: Path) -> None:
    own = session.own()
    async with (
        Proxy(own.proxied, own.cluster.port("PROXIED")) as proxy,
        Trial(
            own.cluster.bootstrap,
            tmp_path,
            records=6000,
            pace_s=0.01,
            through=f"127.0.0.1:{own.proxied}",
        ) as run,
    ):
        facts = await scenarios.bad_network(run, proxy, 20, chance=random.Random(6))
        assert facts["faults"] == 20
        assert (await run.outcome()).good, await run.outcome()
