"""Which neighbours a kernel passes over is what the definitions say, bit for bit."""

from datetime import timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.events import EventReport
from services.enrich.events import grouping as definition
from services.enrich.events.grouping import DAY_US, RULES
from services.enrich.events.neighbours import Columns, Neighbours, Reports, microseconds
from services.enrich.kernels import grouping as compiled
from tests.unit.enrich.members import START

MILLION = 1_000_000
NEW = EventReport(story_id="new", number=500, seen_at=START, crowd=20_000)
ROWS = st.tuples(
    st.integers(0, 499),
    st.integers(0, 400_000) | st.integers(0, MILLION),
    st.integers(0, MILLION),
    st.integers(0, 1_000),
    st.integers(0, 100_000),
    st.integers(-20 * DAY_US, 2 * DAY_US).map(lambda apart: microseconds(START) + apart),
    st.integers(-20, 2).map(lambda days: (START + timedelta(days)).toordinal()),
)
COLUMNS = st.lists(ROWS, max_size=60).map(
    lambda rows: np.ascontiguousarray(np.array(rows, np.int64).reshape(-1, 7).T)
)


@given(COLUMNS, st.integers(0, 6), st.integers(1, 40))
def test_the_crowd_is_the_same(columns: Columns, days: int, size: int) -> None:
    asked = columns, microseconds(START), days * DAY_US, size
    assert compiled.crowd(*asked) == definition.crowd(*asked)


@given(COLUMNS)
def test_those_that_may_be_of_the_happening_are_the_same(columns: Columns) -> None:
    near = Neighbours(columns, Reports({}, {}))
    found = compiled.hopes_of(NEW, near, RULES)
    assert found.tolist() == definition.hopes_of(NEW, near, RULES).tolist()


@given(COLUMNS, st.integers(0, 900), st.integers(0, MILLION))
def test_those_that_may_be_of_the_affair_are_the_same(columns: Columns, headline: int, least: int) -> None:
    for mine, theirs in zip(
        compiled.chains(columns, headline, least), definition.chains(columns, headline, least), strict=True
    ):
        assert mine.tolist() == theirs.tolist()
