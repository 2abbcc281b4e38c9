from typing import get_args

import pytest

from services.ingest.http.exchange import Outcome
from services.ops.fetching import FetchMetrics
from services.ops.labels import FETCH_OUTCOMES
from services.ops.registry import Metrics


def value(metrics: Metrics, series: str) -> float:
    lines = b"".join(metrics.exposition()).decode().splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"newsfold_{series} "))


def test_every_way_a_fetch_can_end_has_its_own_series() -> None:
    assert set(FETCH_OUTCOMES) == set(get_args(Outcome))


@pytest.mark.parametrize("kind", ["feed", "page"])
def test_a_fetch_is_counted_with_its_time_and_bytes(kind: str) -> None:
    metrics = Metrics(["ingest"])
    fetches = FetchMetrics(metrics)
    fetches.count_fetch(kind, "ok", 0.3, wire_bytes=100, decoded_bytes=400)
    fetches.count_fetch(kind, "timeout", 20.0, wire_bytes=0, decoded_bytes=0)
    assert value(metrics, f'fetches_total{{kind="{kind}",outcome="ok"}}') == 1
    assert value(metrics, f'fetches_total{{kind="{kind}",outcome="timeout"}}') == 1
    assert value(metrics, "fetch_seconds_sum") == 20.3
    assert value(metrics, 'fetch_bytes_total{form="wire"}') == 100
    assert value(metrics, 'fetch_bytes_total{form="decoded"}') == 400


def test_every_push_is_counted_by_what_became_of_it() -> None:
    metrics = Metrics(["ingest"])
    fetches = FetchMetrics(metrics)
    for outcome in ("taken", "unsigned", "taken"):
        fetches.count_push(outcome)
    assert value(metrics, 'pushes_total{outcome="taken"}') == 2
    assert value(metrics, 'pushes_total{outcome="unsigned"}') == 1


def test_a_poll_that_is_early_by_a_clock_that_went_back_is_on_time() -> None:
    metrics = Metrics(["ingest"])
    fetches = FetchMetrics(metrics)
    fetches.count_poll(-3.0)
    fetches.count_poll(12.0)
    assert value(metrics, "poll_delay_seconds_sum") == 12


def test_the_busiest_feeder_is_the_depth_of_requests() -> None:
    metrics = Metrics(["ingest"])
    fetches = FetchMetrics(metrics)
    fetches.set_load(0, requests=9, parsers=2)
    fetches.set_load(1, requests=3, parsers=1)
    assert value(metrics, 'queue_depth{queue="requests",service="ingest"}') == 9
    assert value(metrics, 'queue_depth{queue="parsers",service="ingest"}') == 1
    fetches.set_load(0, requests=1, parsers=0)
    assert value(metrics, 'queue_depth{queue="requests",service="ingest"}') == 3
