"""What every test of the suite starts from: a log, a started client, names nobody else uses."""

import itertools
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.stream.bus import Bus
from tests.conformance.logs import LOGS, Log

Name = Callable[[str], str]


@pytest.fixture(params=LOGS)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Log:
    made: Log = request.param(tmp_path)
    return made


@pytest.fixture
async def bus(log: Log) -> AsyncIterator[Bus]:
    client = log.client()
    await client.start()
    yield client
    await client.close()


@pytest.fixture
def name() -> Name:
    """Topics and groups outlive a test where the log is a broker."""
    run = uuid.uuid4().hex[:8]
    count = itertools.count()
    return lambda stem: f"{stem}-{run}-{next(count)}"
