"""Kafka as one of the logs of the conformance suite."""

from pathlib import Path
from typing import ClassVar

from services.stream.kafka import Bounds, KafkaBus
from tests.kafka import session

QUICK = Bounds(session_s=6.0)
"""Heartbeats more often than in production, so that a rebalance is noticed sooner."""


class KafkaLog:
    """Many tests share one broker: topics and groups of other names keep them apart."""

    compacts_at_once: ClassVar[bool] = False

    def __init__(self, _: Path) -> None:
        self._bootstrap = session.bootstrap()

    def client(self) -> KafkaBus:
        return KafkaBus(self._bootstrap, prefix="test.", bounds=QUICK)
