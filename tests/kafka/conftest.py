"""What the Kafka tests start from, and the line that says loudly when they did not run."""

import itertools
import uuid
from collections.abc import AsyncIterator, Callable

import pytest

from services.stream.kafka import KafkaBus
from tests.kafka import session
from tests.kafka.log import QUICK
from tests.told import skips

Name = Callable[[str], str]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reason in sorted(skips(terminalreporter, session.NONE)):
        terminalreporter.section("KAFKA TESTS DID NOT RUN", red=True, bold=True)
        terminalreporter.line(reason)


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
