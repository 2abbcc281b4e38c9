"""The embedded log: topics, offsets, groups and compaction in one SQLite file in WAL mode."""

from services.stream.sqlite.bus import SqliteBus

__all__ = ["SqliteBus"]
