from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from services.contracts.topics import EVERY, LANES, SHARD_COUNT
from services.dedup.settings import DedupSettings
from services.dedup.spread.stages import stage
from services.ops.instruments import BatchHistogram
from services.ops.metrics import METRICS, PREFIX, services_of
from services.ops.outcomes import DESK, ROLES, SERVICES
from services.ops.registry import Metrics

MOST_SERIES = 1500
NUMBERS = range(4)


def everything_owned(services: Sequence[str] = (*SERVICES, DESK)) -> Metrics:
    metrics = Metrics(services)
    for service in filter((*SERVICES, *ROLES).__contains__, services):
        metrics.own(service, NUMBERS if service in SERVICES else range(SHARD_COUNT * LANES))
    return metrics


def samples(metrics: Metrics) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Labels and values by family, ours only, without prefix."""
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(b"".join(metrics.exposition()).decode()):
        if family.name.startswith(PREFIX):
            found[family.name.removeprefix(PREFIX)] = [(one.labels, one.value) for one in family.samples]
    return found


def test_every_series_exists_before_the_first_record() -> None:
    found = samples(everything_owned((*SERVICES, *ROLES, DESK)))
    assert found.keys() == {row.name.removesuffix("_total") for row in METRICS}
    for row in METRICS:
        family = found[row.name.removesuffix("_total")]
        assert {tuple(labels.get(label, "") for label in row.labels) for labels, _ in family} == set(
            row.allowed
        )
        assert row.name == "build_info" or not any(value for _, value in family)


def test_a_process_has_a_bounded_number_of_series() -> None:
    lines = b"".join(everything_owned().exposition()).decode().splitlines()
    assert len([line for line in lines if not line.startswith("#")]) <= MOST_SERIES


@pytest.mark.parametrize("service", [*SERVICES, *ROLES, DESK])
def test_a_service_that_runs_alone_has_its_own_series_only(service: str) -> None:
    found = samples(everything_owned([service]))
    assert found.keys() == {row.name.removesuffix("_total") for row in METRICS if service in services_of(row)}
    named = {labels["service"] for family in found.values() for labels, _ in family if "service" in labels}
    assert named == {service}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_progress_of_each_partition_it_takes_whether_or_not_it_keeps_a_state(role: str) -> None:
    metrics = Metrics([role])
    taken = range(EVERY[stage(role, DedupSettings()).inputs[0]].partitions)
    metrics.own(role, taken)
    for number in taken:
        metrics.gauge("partition_progress_timestamp_seconds", role, str(number)).set(1)
    shown = samples(metrics)["partition_progress_timestamp_seconds"]
    assert [labels["partition"] for labels, _ in shown] == list(map(str, taken))


def test_what_is_set_for_a_service_that_runs_elsewhere_is_not_shown() -> None:
    metrics = Metrics(["dedup"])
    metrics.own("enrich", NUMBERS)
    metrics.gauge("feeds", "fresh").set(3)
    metrics.gauge("partition_lag_records", "enrich", "clusters", "0").set(3)
    assert "feeds" not in samples(metrics)
    assert not samples(metrics)["partition_lag_records"]


def test_a_partition_is_spoken_of_while_it_is_owned_and_begins_anew_when_it_returns() -> None:
    metrics = Metrics()
    assert not samples(metrics)["live_articles"]
    metrics.own("dedup", {1, 2})
    metrics.gauge("live_articles", "1").set(7)
    metrics.gauge("live_articles", "2").set(8)
    assert samples(metrics)["live_articles"] == [({"shard": "1"}, 7), ({"shard": "2"}, 8)]
    metrics.own("dedup", {2, 3})
    metrics.gauge("live_articles", "1").set(9)  # its last batch was under way when it was revoked
    assert samples(metrics)["live_articles"] == [({"shard": "2"}, 8), ({"shard": "3"}, 0)]
    metrics.own("dedup", {1})
    assert samples(metrics)["live_articles"] == [({"shard": "1"}, 0)]


def test_the_partitions_of_one_service_are_not_those_of_another() -> None:
    metrics = Metrics()
    metrics.own("dedup", {1})
    metrics.own("enrich", {2})
    owned = {(labels["service"], labels["partition"]) for labels, _ in samples(metrics)["partition_halted"]}
    assert owned == {("dedup", "1"), ("enrich", "2")}


def test_no_created_series_double_the_number() -> None:
    assert b"_created" not in b"".join(Metrics().exposition())


def test_the_start_and_the_memory_of_the_process_are_told_beside_ours() -> None:
    text = b"".join(Metrics().exposition())
    assert b"\nprocess_start_time_seconds " in text
    assert b"\nprocess_resident_memory_bytes " in text


def test_two_processes_worth_of_metrics_do_not_share_a_registry() -> None:
    one, other = Metrics(), Metrics()
    one.counter("readings_total", "ingest").inc()
    assert b'readings_total{service="ingest"} 1.0' in b"".join(one.exposition())
    assert b'readings_total{service="ingest"} 0.0' in b"".join(other.exposition())


def test_what_is_not_in_the_table_cannot_be_counted() -> None:
    with pytest.raises(KeyError):
        Metrics().counter("surprises_total")
    with pytest.raises(KeyError):
        Metrics().gauge("held_records", "https://feeds.example/one")


@given(st.dictionaries(st.floats(0, 1e6), st.integers(1, 40), max_size=20))
def test_a_batch_is_observed_as_its_amounts_would_be_one_by_one(amounts: dict[float, int]) -> None:
    bounds = (0.5, 1.0, 10.0, 1_000.0)
    batch, single = (
        BatchHistogram("seconds", "h", ("path",), registry=None, buckets=bounds).labels("live")
        for _ in range(2)
    )
    batch.observe_all(amounts)
    for amount, count in amounts.items():
        for _ in range(count):
            single.observe(amount)
    told, wanted = ([one.value for one in kind._child_samples()] for kind in (batch, single))
    assert told == pytest.approx(wanted)
