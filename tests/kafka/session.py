"""One broker for the whole test session, started by whoever needs it first.

`KAFKA_BOOTSTRAP` names a cluster to use instead. Where neither can be had, the test is skipped and
`missing` says why, for the line at the end of the run.
"""

import atexit
import os
from functools import cache

import pytest

from tests.kafka.broker import Cluster
from tests.kafka.jars import Unavailable

missing = ""


def bootstrap() -> str:
    """HOST:PORT of the session's broker; skips the test where there is none."""
    found = _bootstrap()
    if not found:
        pytest.skip(f"no Apache Kafka: {missing}")
    return found


@cache
def _bootstrap() -> str:
    if given := os.environ.get("KAFKA_BOOTSTRAP"):
        return given
    try:
        cluster = Cluster().start()
    except Unavailable as why:
        global missing  # noqa: PLW0603 - the summary is printed once, by another module
        missing = str(why)
        return ""
    atexit.register(cluster.remove)
    return cluster.bootstrap
