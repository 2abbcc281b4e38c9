from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.ops.metrics import METRICS, PREFIX, Metric, Metrics, table

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "metrics.md"
MOST_SERIES = 1500


def test_the_documented_table_is_the_one_in_the_code() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == table()


def test_every_series_exists_before_the_first_record() -> None:
    families = list(text_string_to_metric_families(Metrics().exposition().decode()))
    assert {family.name for family in families} == {
        PREFIX + row.name.removesuffix("_total") for row in METRICS
    }
    samples = [sample for family in families for sample in family.samples]
    assert all(sample.value == 0 for sample in samples if not sample.name.endswith("build_info"))
    assert len(samples) < MOST_SERIES
    for row in METRICS:
        family = next(one for one in families if one.name == PREFIX + row.name.removesuffix("_total"))
        found = {tuple(sample.labels.get(label, "") for label in row.labels) for sample in family.samples}
        assert found == set(row.allowed), row.name


def test_no_created_series_double_the_number() -> None:
    assert b"_created" not in Metrics().exposition()


def test_two_processes_worth_of_metrics_do_not_share_a_registry() -> None:
    one, other = Metrics(), Metrics()
    one.counter("readings_total", "ingest").inc()
    assert b'readings_total{service="ingest"} 1.0' in one.exposition()
    assert b'readings_total{service="ingest"} 0.0' in other.exposition()


def test_what_is_not_in_the_table_cannot_be_counted() -> None:
    with pytest.raises(KeyError):
        Metrics().counter("surprises_total")
    with pytest.raises(KeyError):
        Metrics().gauge("held_records", "https://feeds.example/one")


@pytest.mark.parametrize("row", METRICS, ids=lambda row: row.name)
def test_names_say_unit_and_type(row: Metric) -> None:
    assert row.name.endswith("_total") == (row.kind == "counter")
    assert row.kind != "histogram" or (row.name.endswith("_seconds") and row.buckets)
    assert row.help.endswith(".")
    assert all(len(values) == len(row.labels) for values in row.allowed)
    assert len(set(row.allowed)) == len(row.allowed)
