import sqlite3
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from services.desk.queries import front
from services.desk.store import schema
from services.desk.store.heat import heat, reach
from services.desk.store.moments import us

START = datetime(2026, 3, 1, tzinfo=UTC)
HOURS = 200
WIDTHS = st.integers(0, 9).map(lambda power: 2**power) | st.integers(1, 100)


class State(NamedTuple):
    """In hours: first sight of the story, how long after it the state came, how long it stood."""

    first: int
    behind: int
    stood: int | None
    outlets: int
    texts: int

    def row(self, number: int) -> tuple[object, ...]:
        first = START + timedelta(hours=self.first)
        at = first + timedelta(hours=self.behind)
        until = None if self.stood is None else us(at + timedelta(hours=self.stood))
        warm = heat(first.timestamp(), self.outlets, self.texts), reach(self.outlets, self.texts)
        return (number, f"s{number % 7}", number, us(at), until, us(first), *warm)


STATES = st.lists(
    st.builds(
        State, st.integers(0, HOURS), st.integers(0, 40), st.none() | st.integers(0, 90), WIDTHS, WIDTHS
    ),
    max_size=30,
)


def filled(states: list[State]) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.executescript(schema.TABLES + schema.INDEXES)
    db.executemany(
        "insert into state values (?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, ?, ?, '', '', '', '')",
        [state.row(number) for number, state in enumerate(states)],
    )
    return db


@given(STATES, st.integers(0, HOURS), st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_the_hottest_of_a_past_moment_are_found_without_looking_through_what_came_after(
    states: list[State], hour: int, most: int
) -> None:
    db, at = filled(states), START + timedelta(hours=hour)
    everything = db.execute(
        "select id from state where at_us <= ? and (until_us is null or until_us > ?) "
        "order by heat desc, story_id limit ?",
        (us(at), us(at), most),
    ).fetchall()
    found = [one.number for one in front._by_heat(db, at, most)]
    heats = dict(db.execute("select id, heat from state"))
    assert [heats[one] for one in found] == [heats[one] for (one,) in everything]
    assert len(set(found)) == len(found)
    db.close()
