from services.ingest import service
from services.ops.metrics import Metrics
from services.ops.observing import ServiceTotals
from services.ops.outcomes import DEAD, OTHER, OUTCOMES
from services.stream.bus import Partition
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
    runner.delivered(delivery(taken=0, held=0, story=4))
    assert (totals.held(), totals.unaccounted()) == (0, 0)
    assert b'newsfold_outcomes_total{outcome="story",service="dedup"} 10.0' in metrics.exposition()


def test_an_input_that_ended_nowhere_shows() -> None:
    totals, metrics = observed()
    runner = totals.runner()
    runner.rebalanced(frozenset({0}))
    runner.delivered(delivery(taken=10, story=9))
    assert totals.unaccounted() == 1
    assert b'newsfold_unaccounted_records{service="dedup"} 1.0' in metrics.exposition()


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
    assert b'newsfold_outcomes_total{outcome="other",service="dedup"} 1.0' in metrics.exposition()
    assert totals.outcomes == {"surprising": 1}


def test_every_way_ingest_can_end_an_input_has_its_own_series() -> None:
    assert set(OUTCOMES["ingest"]) == {*service.OUTCOMES, OTHER}
    assert set(DEAD["ingest"]) == {*service.DEAD_REASONS, OTHER}
