"""One broker for the whole test session, started by whoever needs it first.

`KAFKA_BOOTSTRAP` names a cluster to use instead, where a test does not have to harm it. Where neither
can be had, the test is skipped and says why, for the line at the end of the run.
"""

import atexit
import os
from functools import cache
from typing import NamedTuple

import pytest

from tests.kafka.broker import Cluster, free_port
from tests.kafka.jars import Unavailable

NONE = "no Apache Kafka to test against: "
"""How the reason of such a skip begins."""


class Own(NamedTuple):
    """Our own broker, to which a proxy may stand in the way."""

    cluster: Cluster
    proxied: int
    """The port of the proxy a test may start; `cluster.port("PROXIED")` is where it passes on to."""


def bootstrap() -> str:
    """HOST:PORT of a broker that nobody harms; skips the test where there is none."""
    return os.environ.get("KAFKA_BOOTSTRAP") or own().cluster.bootstrap


def own() -> Own:
    """The session's broker; skips the test where there is none. Who stops it starts it again; who failed
    before that costs the tests behind it nothing.
    """
    found = _own()
    if isinstance(found, Unavailable):
        pytest.skip(f"{NONE}{found}")
    if not all(node.running for node in found.cluster.nodes):
        found.cluster.start()
    return found


def fresh(nodes: int = 1) -> Cluster:
    """A cluster that nobody else needs, to be removed; skips the test where there is none."""
    try:
        return Cluster(nodes).start()
    except Unavailable as why:
        pytest.skip(f"{NONE}{why}")


@cache
def _own() -> Own | Unavailable:
    proxied = free_port()
    try:
        cluster = Cluster(listeners={"PROXIED": "PLAINTEXT"}, advertise={"PROXIED": proxied}).start()
    except Unavailable as why:
        return why
    atexit.register(cluster.remove)
    return Own(cluster, proxied)
