from pathlib import Path

import pytest

from services.ops.metric import Metric
from services.ops.metrics import METRICS, PREFIX, services_of, table
from services.ops.outcomes import DESK, ROLES, SERVICES

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "metrics.md"


def test_the_documented_table_is_the_one_in_the_code() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == table()


@pytest.mark.parametrize("row", METRICS, ids=lambda row: row.name)
def test_names_say_unit_and_type(row: Metric) -> None:
    assert row.name.endswith("_total") == (row.kind == "counter")
    assert bool(row.buckets) == (row.kind == "histogram")
    assert row.kind != "histogram" or row.name.endswith("_seconds") == (row.unit == "seconds")
    assert row.help.endswith(".")


@pytest.mark.parametrize("row", METRICS, ids=lambda row: row.name)
def test_labels_are_closed_and_each_has_an_owner(row: Metric) -> None:
    assert all(len(values) == len(row.labels) for values in row.allowed)
    assert len(set(row.allowed)) == len(row.allowed)
    assert set(services_of(row)) <= {*SERVICES, *ROLES, DESK}
    assert row.owned <= (row.labels[-1:] in {("partition",), ("shard",)}), "its last label is the number"
    assert not row.owned or row.kind == "gauge", "a counter that goes away is a counter that was reset"


def test_names_are_given_once() -> None:
    names = [PREFIX + row.name for row in METRICS]
    assert len(set(names)) == len(names)


def test_the_bound_of_the_objective_is_an_edge_of_the_histogram() -> None:
    (age,) = (row for row in METRICS if row.name == "story_age_seconds")
    assert 120 in age.buckets
