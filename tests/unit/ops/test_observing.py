from typing import Any, cast, get_args

import pytest

from services.ingest import service
from services.ingest.http.exchange import Outcome
from services.ingest.readings import Refusal
from services.ops.labels import FAILURES, FATES, REBALANCES, REFUSALS, RESTORE_SOURCES
from services.ops.observing import ServiceTotals
from services.ops.outcomes import DEAD, ENTRIES, OTHER, OUTCOMES
from services.ops.registry import Metrics
from services.stream.bus import Partition, Retry
from services.stream.changelog import RestoreResult
from services.stream.imager import Written
from services.stream.observer import Delivery


def delivery(
    number: int = 0, *, taken: int = 0, held: int = 0, readings: int = 0, **outcomes: int
) -> Delivery:
    return Delivery(
        number=number,
        inputs={"articles": taken} if taken else {},
        readings=readings,
        outcomes=outcomes,
        dead={},
        outputs={"relations": 1},
        held=held,
        consumed={Partition("articles", number): taken},
    )


def observed() -> tuple[ServiceTotals, Metrics]:
    metrics = Metrics()
    return ServiceTotals("dedup", metrics), metrics


def test_inputs_that_ended_or_are_held_are_accounted_for() -> None:
    totals, metrics = observed()
    runner = totals.runner()
    runner.rebalanced(frozenset({0}))
    runner.delivered(delivery(taken=10, held=4, story=6))
    assert (totals.held(), totals.unaccounted()) == (4, 0)
    assert b'newsfold_held_records{service="dedup"} 4.0' in b"".join(metrics.exposition())
    runner.delivered(delivery(taken=0, held=0, story=4))
    assert (totals.held(), totals.unaccounted()) == (0, 0)
    assert b'newsfold_outcomes_total{outcome="story",service="dedup"} 10.0' in b"".join(metrics.exposition())


def test_an_input_that_ended_nowhere_shows() -> None:
    totals, metrics = observed()
    runner = totals.runner()
    runner.rebalanced(frozenset({0}))
    runner.delivered(delivery(taken=10, story=9))
    assert totals.unaccounted() == 1
    assert b'newsfold_unaccounted_records{service="dedup"} 1.0' in b"".join(metrics.exposition())


def test_a_number_that_went_to_another_owner_leaves_the_account() -> None:
    totals, _ = observed()
    first, second = totals.runner(), totals.runner()
    first.rebalanced(frozenset({0, 1}))
    first.delivered(delivery(0, taken=5, held=5))
    first.rebalanced(frozenset({1}))
    second.rebalanced(frozenset({0}))
    first.delivered(delivery(0, taken=1, held=6))
    assert totals.held() == 0
    second.delivered(delivery(0, taken=6, story=6))
    assert (totals.held(), totals.unaccounted(), totals.owned()) == (0, 0, 2)


def test_an_outcome_nobody_listed_is_counted_as_other() -> None:
    totals, metrics = observed()
    runner = totals.runner()
    runner.rebalanced(frozenset({0}))
    runner.delivered(delivery(taken=1, surprising=1))
    assert b'newsfold_outcomes_total{outcome="other",service="dedup"} 1.0' in b"".join(metrics.exposition())
    assert totals.outcomes == {"surprising": 1}


def test_every_way_ingest_can_end_an_input_has_its_own_series() -> None:
    assert set(OUTCOMES["ingest"]) == {*service.OUTCOMES, OTHER}
    assert set(DEAD["ingest"]) == {*service.DEAD_REASONS, OTHER}


def test_every_way_an_entry_or_a_fetch_can_end_has_its_own_series() -> None:
    assert {*service.ENTRY_OUTCOMES, OTHER} <= set(ENTRIES)
    assert set(REFUSALS) == set(get_args(Refusal))
    assert {*get_args(Outcome), *REFUSALS} - {"ok", "not_modified"} <= set(FAILURES) <= set(FATES)


def value(metrics: Metrics, line: str) -> float:
    found = [
        one
        for one in b"".join(metrics.exposition()).decode().splitlines()
        if one.startswith(f"newsfold_{line} ")
    ]
    return float(found[0].split()[-1])


def test_an_image_shows_with_how_long_it_took() -> None:
    totals, metrics = observed()
    totals.runner().imaged(0, Written(bytes=1000, seconds=2.0, pause_s=0.01))
    assert value(metrics, 'state_image_seconds_sum{service="dedup"}') == 2.0


def test_rebalances_are_told_apart() -> None:
    totals, metrics = observed()
    runner = totals.runner()
    runner.rebalanced(frozenset({0, 1}))
    runner.rebalanced(frozenset({1, 2}))
    runner.rebalanced(frozenset({1, 2}))
    runner.lost(2)
    kinds = {
        kind: value(metrics, f'rebalances_total{{kind="{kind}",service="dedup"}}') for kind in REBALANCES
    }
    assert kinds == {"assigned": 3, "revoked": 1, "unchanged": 1, "lost": 1}


def test_the_partitions_that_a_process_stands_by_for_are_told() -> None:
    totals, metrics = observed()
    runner = totals.runner()
    for numbers in (frozenset({1, 2}), frozenset({2})):
        runner.following(numbers)
        assert value(metrics, 'standby_partitions{service="dedup"}') == len(numbers)


def test_restores_are_counted_by_what_they_began_with() -> None:
    totals, metrics = observed()
    runner = totals.runner()
    runner.restoring(0, 5, 10)
    assert totals.restoring == {0: (5, 10)}
    for restored in (
        RestoreResult(count=9, next_offset=10, checksum="", from_snapshot=4),
        RestoreResult(count=9, next_offset=10, checksum="", image=True),
        RestoreResult(count=9, next_offset=10, checksum="", ignored="damaged", refused=True),
        RestoreResult(count=9, next_offset=10, checksum="", ignored="there is none"),
        RestoreResult(count=9, next_offset=10, checksum="", followed=True),
    ):
        runner.restored(0, restored, 0.5)
    assert totals.restoring == {}
    for source in RESTORE_SOURCES:
        assert value(metrics, f'state_restores_total{{service="dedup",source="{source}"}}') == 1
    assert value(metrics, 'state_restored_records_total{service="dedup"}') == 45


def test_a_publish_that_is_tried_again_is_failing_until_it_is_done() -> None:
    totals, metrics = observed()
    runner = totals.runner()
    runner.transaction("aborted", 2.0)
    assert totals.failing
    runner.transaction("committed", 0.02)
    assert not totals.failing
    assert value(metrics, 'transaction_seconds_sum{result="aborted",service="dedup"}') == 2


def test_a_long_restore_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, object]] = []

    class Log:
        def info(self, event: str, **fields: object) -> None:
            told.append({"event": event, **fields})

    at = iter([0.0, 3.0, 6.0, 7.0, 12.0])
    monkeypatch.setattr("services.ops.observing.time.monotonic", lambda: next(at))
    runner = ServiceTotals("dedup", Metrics(), cast(Any, Log())).runner()
    for offset in (10, 20, 30, 40, 50):
        runner.restoring(3, offset, 100)
    assert [line["offset"] for line in told] == [30, 50]
    assert told[0] == {"event": "state.partly_restored", "partition": 3, "offset": 30, "end": 100}


def shown(metrics: Metrics) -> set[str]:
    lines = b"".join(metrics.exposition()).decode().splitlines()
    progress = [line for line in lines if line.startswith("newsfold_partition_progress")]
    return {line.partition('partition="')[2][0] for line in progress}


def test_only_what_is_owned_is_spoken_of() -> None:
    totals, metrics = observed()
    first, second = totals.runner(), totals.runner()
    assert shown(metrics) == set()
    first.rebalanced(frozenset({0, 1}))
    second.rebalanced(frozenset({2}))
    assert shown(metrics) == {"0", "1", "2"}
    assert value(metrics, 'partition_progress_timestamp_seconds{partition="2",service="dedup"}') > 1e9
    first.rebalanced(frozenset({1}))
    assert shown(metrics) == {"1", "2"}
    first.delivered(delivery(0, taken=1, story=1))
    assert shown(metrics) == {"1", "2"}


def test_what_another_process_has_taken_over_is_its_to_speak_of() -> None:
    totals, metrics = observed()
    runner = totals.runner()
    runner.rebalanced(frozenset({0, 1}))
    runner.lost(1)
    assert shown(metrics) == {"0"}
    runner.rebalanced(frozenset({0, 1}))
    assert shown(metrics) == {"0"}
    runner.rebalanced(frozenset({0}))
    runner.rebalanced(frozenset({0, 1}))
    assert shown(metrics) == {"0", "1"}


def test_a_partition_stands_still_until_something_of_it_is_delivered() -> None:
    totals, metrics = observed()
    runner = totals.runner()
    runner.rebalanced(frozenset({0, 1}))
    runner.halted(1)
    assert value(metrics, 'partition_halted{partition="1",service="dedup"}') == 1
    runner.delivered(delivery(0, taken=1, story=1))
    assert value(metrics, 'partition_halted{partition="1",service="dedup"}') == 1
    runner.delivered(delivery(1, taken=1, story=1))
    assert value(metrics, 'partition_halted{partition="1",service="dedup"}') == 0


def test_the_oldest_restore_under_way_has_a_beginning() -> None:
    totals, metrics = observed()
    first, second = totals.runner(), totals.runner()
    first.rebalanced(frozenset({0, 1}))
    second.rebalanced(frozenset({2}))
    series = 'state_restore_started_timestamp_seconds{service="dedup"}'
    assert value(metrics, series) == 0
    first.restoring(0, 1, 9)
    began = value(metrics, series)
    assert began > 1e9
    second.restoring(2, 1, 9)
    first.restoring(0, 5, 9)
    assert value(metrics, series) == began
    first.restored(0, RestoreResult(count=9, next_offset=10, checksum="", from_snapshot=4), 0.5)
    assert value(metrics, series) > began
    second.rebalanced(frozenset())
    assert value(metrics, series) == 0


def test_what_is_raised_is_counted_by_kind_and_doing() -> None:
    totals, metrics = observed()
    totals.runner().failed("publish", Retry("https://secret.example/ is away"))
    assert value(metrics, 'errors_total{error_type="retry",service="dedup",stage="publish"}') == 1
    assert b"secret" not in b"".join(metrics.exposition())
