"""The Desk's metrics and readiness."""

import asyncio

from services.desk.desk import Desk
from services.ops.health import Health
from services.ops.outcomes import DESK
from services.ops.registry import Metrics

LOOK_S = 1.0


class DeskGauges:
    """What is counted of a Desk. Looks at it until cancelled."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._taken = 0

    def note(self, status: int, seconds: float) -> None:
        """An answer went out."""
        self._metrics.counter("desk_answers_total", f"{status // 100}xx").inc()
        self._metrics.histogram("desk_answer_seconds").observe(seconds)

    async def watch(self, desk: Desk, health: Health | None = None) -> None:
        """`health`: of a process that does nothing else."""
        while True:
            self._look(desk)
            if health is not None:
                health.note_turn(DESK)
                self._tell(desk.missing, health)
            await asyncio.sleep(LOOK_S)

    def _look(self, desk: Desk) -> None:
        progress = desk.progress
        self._metrics.gauge("desk_ready").set(not desk.missing)
        self._metrics.gauge("desk_behind_records").set(progress.behind)
        self._metrics.gauge("desk_streams").set(desk.streams)
        self._metrics.counter("desk_records_total").inc(progress.taken - self._taken)
        self._taken = progress.taken

    def _tell(self, missing: str, health: Health) -> None:
        if missing:
            health.mark_missing(DESK, missing)
        else:
            health.mark_ready(DESK)
