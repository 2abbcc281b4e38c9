"""Kafka behind the Bus port. `client.py` alone imports aiokafka."""

from services.stream.kafka.bounds import Bounds
from services.stream.kafka.bus import KafkaBus

__all__ = ["Bounds", "KafkaBus"]
