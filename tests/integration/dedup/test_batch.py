"""What a batch finds out beforehand makes the fold quicker, and no byte of what it says another."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.dedup.batch.answers import Answers
from services.dedup.batch.engine import Lists
from services.dedup.batch.flow import foresee
from services.dedup.batch.plan import Plan
from services.dedup.batch.shop import Shop
from services.dedup.batch.store import HeapStore
from services.dedup.foresight import Unforeseen
from services.dedup.settings import DedupSettings
from tests.integration.dedup.shard import Shard, Value
from tests.integration.dedup.test_same_bytes import logs
from tests.unit.dedup.pieces import SETTINGS


def foreseen(log: list[Value], *, ranges: int = 4, wanted: DedupSettings = SETTINGS) -> Answers:
    store = HeapStore()
    planned = Plan(wanted, store)
    for value in log:
        planned.take(value)
    table = planned.table()
    shop = Shop(wanted, store, table)
    return foresee(table, lambda: shop, Lists(), ranges=ranges)


def run_with(log: list[Value], foresight: Answers, batch: int = 256) -> Shard:
    """Goes on as one process where something was not foreseen."""
    shard = Shard(log, foresight=foresight)
    try:
        return shard.run(batch=batch)
    except Unforeseen:
        return shard.cut().run(batch=batch)


@given(logs(), st.integers(1, 16), st.sampled_from([1, 4, 16]))
@settings(max_examples=60)
def test_what_was_found_out_beforehand_changes_no_byte(log: list[Value], batch: int, ranges: int) -> None:
    expected = Shard(log).run(batch=1)
    shard = run_with(log, foreseen(log, ranges=ranges), batch)
    assert shard.published() == expected.published()
    assert shard.kept() == expected.kept()
