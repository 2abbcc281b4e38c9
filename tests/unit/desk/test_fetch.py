import sqlite3
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from services.desk.queries.fetch import fetch


class Row(NamedTuple):
    number: int
    text: str


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(st.builds(Row, st.integers(-(2**63), 2**63 - 1), TEXTS)))
@settings(max_examples=60, deadline=None)
def test_rows_of_one_step_are_those_of_many(rows: list[Row]) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("create table told (place integer primary key, number integer, text text)")
    db.executemany("insert into told (number, text) values (?, ?)", rows)
    assert fetch(db, Row, "number, text", "from told order by place") == rows
    assert fetch(db, Row, "number, text", "from told order by place desc limit ?", (2,)) == rows[::-1][:2]
    db.close()
