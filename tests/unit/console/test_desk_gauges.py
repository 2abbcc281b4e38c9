import asyncio
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast

from services.console.desk.gauges import DeskGauges
from services.ops.outcomes import DESK
from services.ops.registry import Metrics
from tests.unit.ops.test_fetching import value


async def test_answers_streams_and_what_was_read_are_counted() -> None:
    metrics = Metrics([DESK])
    gauges = DeskGauges(metrics)
    gauges.note(200, 0.02)
    gauges.note(404, 0.01)
    desk = SimpleNamespace(missing="", streams=3, progress=SimpleNamespace(taken=7, behind=2))
    with suppress(TimeoutError):
        async with asyncio.timeout(0.01):
            await gauges.watch(cast(Any, desk))
    assert value(metrics, 'desk_answers_total{status="2xx"}') == 1
    assert value(metrics, "desk_answer_seconds_count") == 2
    assert value(metrics, "desk_streams") == 3
    assert value(metrics, "desk_behind_records") == 2
    assert value(metrics, "desk_records_total") == 7
    assert value(metrics, "desk_ready") == 1
