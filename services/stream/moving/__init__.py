"""Moving a log to another bus: every record once and in order, every group where it was."""

from services.stream.moving.move import GROUP, MovePlan, MoveResult, PlacesByPartition, move

__all__ = ["GROUP", "MovePlan", "MoveResult", "PlacesByPartition", "move"]
