"""What the Kafka tests start from."""

import itertools
import uuid
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from services.stream.kafka import KafkaBus
from tests.kafka import session
from tests.kafka.broker import Cluster
from tests.kafka.log import QUICK

Name = Callable[[str], str]


@pytest.fixture
def name() -> Name:
    """Topics and groups outlive a test."""
    run = uuid.uuid4().hex[:8]
    count = itertools.count()
    return lambda stem: f"{stem}-{run}-{next(count)}"


@pytest.fixture
async def bus() -> AsyncIterator[KafkaBus]:
    client = KafkaBus(session.bootstrap(), prefix="test.", bounds=QUICK)
    await client.start()
    yield client
    await client.close()


@pytest.fixture
def fresh_cluster() -> Iterator[Cluster]:
    """A broker to be killed: the session's has hundreds of topics to recover, and others wait for it."""
    cluster = session.fresh()
    yield cluster
    cluster.remove()
