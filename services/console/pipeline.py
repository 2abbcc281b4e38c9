"""Services on one bus in one process: how many runners each, and what is counted of them."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from services.ops.metrics import Metrics
from services.ops.observing import ServiceTotals
from services.stream.bus import Bus
from services.stream.runner import Runner
from services.stream.running import Running
from services.stream.service import Service
from services.stream.settings import RunSettings


class Stage(NamedTuple):
    service: Service
    workers: int = 1


class Pipeline:
    """Stages in the direction of the flow. `totals` by service name."""

    def __init__(self, bus: Bus, stages: Sequence[Stage], settings: RunSettings, metrics: Metrics) -> None:
        self.totals = {stage.service.name: ServiceTotals(stage.service.name, metrics) for stage in stages}
        self.runners = [
            Runner(stage.service, bus, settings=settings, observer=self.totals[stage.service.name].runner())
            for stage in stages
            for _ in range(stage.workers)
        ]

    def running(self, stop: asyncio.Event) -> Running:
        return Running(self.runners, stop)

    def of(self, service: str) -> list[Runner]:
        return [runner for runner in self.runners if runner.service.name == service]
