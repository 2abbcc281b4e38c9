from typing import get_args

from services.contracts.clusters import Change
from services.contracts.relations import PairAnswer, RelationKind, ScreenReason
from services.ops.labels import ARTICLE_KINDS
from services.ops.notes import Notes
from services.ops.registry import Metrics
from services.stream.observer import Delivery

NOW_S = 2_000_000_000.0


def delivery(**fields: object) -> Delivery:
    empty: dict[str, object] = {"inputs": {}, "readings": 0, "outcomes": {}, "dead": {}, "outputs": {}}
    return Delivery(**{"number": 2, "held": 0, "consumed": {}, **empty, **fields})  # type: ignore[arg-type]


def told(service: str, *deliveries: Delivery) -> dict[str, float]:
    """Every series that is not 0."""
    metrics = Metrics()
    metrics.own(service, range(4))
    notes = Notes(service, metrics)
    for one in deliveries:
        notes.take(one, now_s=NOW_S)
    lines = b"".join(metrics.exposition()).decode().splitlines()
    series = (
        line.removeprefix("newsfold_").rpartition(" ") for line in lines if line.startswith("newsfold_")
    )
    values = {name: float(value) for name, _, value in series if "build_info" not in name}
    return {name: value for name, value in values.items() if value}


def test_every_kind_a_contract_names_has_its_series() -> None:
    kinds = {
        "articles_total": ARTICLE_KINDS,
        "relations_total": get_args(RelationKind),
        "screened_total": get_args(ScreenReason),
        "refusals_total": set(get_args(PairAnswer)) - set(get_args(RelationKind)),
    }
    noted = {(name, kind): 2 for name, values in kinds.items() for kind in values}
    found = told("dedup", delivery(noted=noted))
    assert len(found) == len(noted)
    assert set(found.values()) == {2}
    changes = {("story_changes_total", change): 1 for change in get_args(Change)}
    assert len(told("enrich", delivery(noted=changes))) == len(changes)


def test_what_is_noted_of_a_shard_has_its_number() -> None:
    found = told("dedup", delivery(noted={("late_records_total", ""): 3}, levels={"live_articles": 7}))
    assert found == {'late_records_total{shard="2"}': 3, 'live_articles{shard="2"}': 7}


def test_levels_of_a_partition_have_service_and_number_and_the_last_word_stands() -> None:
    found = told("ingest", delivery(levels={"state_records": 7}), delivery(levels={"state_records": 5}))
    assert found == {'state_records{partition="2",service="ingest"}': 5}


def test_counts_of_candidates_are_observed_one_by_one() -> None:
    found = told("dedup", delivery(noted={("candidates", "0"): 3, ("candidates", "5"): 2}))
    assert found['candidates_bucket{le="0.0"}'] == 3
    assert found['candidates_bucket{le="4.0"}'] == 3
    assert found['candidates_bucket{le="8.0"}'] == 5
    assert found["candidates_sum"] == 10


def test_the_time_of_a_step_is_shared_out_among_the_versions_it_decided() -> None:
    outcomes = {"story": 3, "screened": 1, "watermark": 9, "known": 5}
    found = told("dedup", delivery(outcomes=outcomes, seconds=0.2), delivery(outcomes={"watermark": 1}))
    assert found["verdict_seconds_sum"] == 0.05
    assert found["verdict_seconds_count"] == 1


def test_what_was_first_seen_before_today_is_no_age_of_a_live_story() -> None:
    ages = (90, 3, 40 * 86_400, -60)
    stamps = tuple(round(1_000_000 * (NOW_S - age)) for age in ages)
    found = told("enrich", delivery(stamps=stamps))
    assert found['story_age_seconds_count{path="live"}'] == 3
    assert found['story_age_seconds_bucket{le="60.0",path="live"}'] == 2
    assert found['story_age_seconds_bucket{le="120.0",path="live"}'] == 3
    assert found['story_age_seconds_count{path="backfill"}'] == 1


def test_a_reason_that_no_label_is_for_is_counted_as_other() -> None:
    noted = {("failed_polls_total", "not_a_feed"): 2, ("failed_polls_total", "sunspots"): 3}
    found = told("ingest", delivery(noted=noted))
    assert found == {'failed_polls_total{reason="not_a_feed"}': 2, 'failed_polls_total{reason="other"}': 3}
