from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, disable_created_metrics, generate_latest

from services.ops.exposition import Exposition
from services.ops.instruments import BatchHistogram, Counter, Gauge, Instrument
from services.ops.labels import Values

NUMBERS = ("0", "1", "2")
KINDS = st.sampled_from((Counter, Gauge, BatchHistogram))
AMOUNTS = st.floats(allow_nan=False) | st.sampled_from((0.0, 1e6, 1e22, 1_234_567.0))
NAMES = st.text(st.characters(codec="utf-8"), max_size=8)


@pytest.fixture(scope="module", autouse=True)
def _nothing_says_when_it_was_created() -> None:
    disable_created_metrics()  # type: ignore[no-untyped-call]


def note(child: Instrument, amount: float) -> None:
    if isinstance(child, Gauge):
        child.set(amount)
    elif isinstance(child, Counter):
        child.inc(abs(amount))
    else:
        child.observe(amount)


def definition(parent: Instrument) -> str:
    registry = CollectorRegistry()
    registry.register(parent)
    return generate_latest(registry).decode()


@given(KINDS, NAMES, st.lists(AMOUNTS, max_size=6))
def test_a_row_is_written_as_the_library_writes_it(
    kind: type[Instrument], name: str, amounts: Sequence[float]
) -> None:
    parent = kind("things", "What they are: 5 % of all,\nand \\ more", ("kind", "of"), registry=None)
    named: tuple[Values, ...] = (("a", name), ("%s b", "# c"))
    children = {values: parent.labels(*values) for values in named}
    row = Exposition(parent, children)
    assert row.text(lambda _: True) == definition(parent)
    for at, amount in enumerate(amounts):
        note(children["%s b", "# c"] if at % 2 else children["a", name], amount)
        assert row.text(lambda _: True) == definition(parent)


@given(KINDS, AMOUNTS)
def test_a_row_without_labels_is_one_child(kind: type[Instrument], amount: float) -> None:
    parent = kind("things", "what they are", registry=None)
    note(parent, amount)
    assert Exposition(parent, {(): parent}).text(lambda _: True) == definition(parent)


@given(KINDS, st.sets(st.sampled_from(NUMBERS)))
def test_children_that_are_not_to_be_shown_have_no_line(kind: type[Instrument], shown: set[str]) -> None:
    whole, part = (kind("things", "what they are", ("shard",), registry=None) for _ in range(2))
    row = Exposition(whole, {(number,): whole.labels(number) for number in NUMBERS})
    for number in NUMBERS:
        note(whole.labels(number), int(number))
        if number in shown:
            note(part.labels(number), int(number))
    assert row.text(lambda values: values[0] in shown) == definition(part)
