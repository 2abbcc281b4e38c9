from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.relations import Passage
from services.desk.drawings.axis import Axis
from services.desk.drawings.curve import Dot, bars, heights, steps
from services.desk.drawings.ribbons import ribbons
from services.desk.drawings.tree import Leaf, rows

NINE = datetime(2026, 3, 9, 9, 14, tzinfo=UTC)
SPANS = st.integers(0, 400 * 86_400).map(lambda seconds: timedelta(seconds=seconds))


@given(SPANS)
def test_an_axis_has_few_ticks_at_round_times_within_it(span: timedelta) -> None:
    axis = Axis(NINE, NINE + span)
    ticks = list(axis.ticks())
    assert len(ticks) <= 5
    assert [tick.x for tick in ticks] == sorted(tick.x for tick in ticks)
    assert all(axis.first <= tick.at <= axis.last and tick.at.second == 0 for tick in ticks)
    assert 0 <= axis.x(axis.first) <= axis.x(axis.last) <= 100


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 9)), max_size=12))
def test_the_lines_of_a_tree_meet_from_row_to_row(parents: list[tuple[int, int]]) -> None:
    """What leaves a row below comes into the next one above: by its own line, or passing."""
    leaves = [Leaf(str(n), str(parent), NINE + timedelta(minutes=n)) for n, (parent, _) in enumerate(parents)]
    drawn = rows(leaves, Axis(NINE, NINE + timedelta(minutes=len(leaves))))
    assert [row.key for row in drawn] == [leaf.key for leaf in leaves]
    for upper, lower in pairwise(drawn):
        out = {
            *upper.passing,
            *({upper.x} if upper.opens else ()),
            *({upper.from_x} if upper.goes_on else ()),
        }
        into = {*lower.passing, *(() if lower.from_x is None else (lower.from_x,))}
        assert out == into
    assert not drawn or not (drawn[-1].opens or drawn[-1].goes_on or drawn[-1].passing)


@given(st.lists(st.floats(), max_size=8))
def test_heights_stay_in_their_box_whatever_is_counted(values: list[float]) -> None:
    found = heights(values)
    assert len(found) == len(values)
    assert all(0 <= height <= 100 for height in found)


def test_a_higher_value_stands_higher() -> None:
    low, high, middle = heights([1.0, 5.0, 3.0])
    assert low > middle > high
    assert steps([Dot(0, low), Dot(50, high)]).count("V") == 1
    assert bars([1, 4])[1].y == 100


def test_a_ribbon_ties_the_place_in_one_text_to_the_place_in_the_other() -> None:
    (ribbon,) = ribbons([Passage(0, 50, 75, 100)], 100, 100)
    assert ribbon.left == (0, 50)
    assert ribbon.right == (75, 100)
    (thin,) = ribbons([Passage(99_999, 100_000, 0, 0)], 100_000, 0)
    assert thin.left[1] - thin.left[0] > 0.5
    assert thin.left[1] <= 100
