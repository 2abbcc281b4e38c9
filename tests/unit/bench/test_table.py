from pathlib import Path

import pytest

from bench.quality import page, table
from bench.quality.goals import Bar, Figure, Goal, exactly, least, most
from bench.quality.table import Measured

GOALS = (
    Goal(Figure.REUSE, "de-press", least(0.99)),
    Goal(Figure.REPEATS_TOGETHER, "reuters", exactly(0)),
)


def test_a_row_says_whether_its_bar_is_reached() -> None:
    found = table.rows(GOALS, {"de-press": {Figure.REUSE: Measured(0.98, 0.65, 0.99)}})
    (cells,) = [row.cells() for row in found]
    assert cells[1:] == ("de-press", "≥ 0.99", "0.9800", "0.9900", "0.6500", "NOT REACHED")
    assert "NOT REACHED" in table.text(found)


def test_a_figure_that_was_forgotten_is_an_error_and_data_that_was_left_out_is_none() -> None:
    assert table.rows(GOALS, {}) == []
    with pytest.raises(KeyError):
        table.rows(GOALS, {"reuters": {}})


@pytest.mark.parametrize(
    ("bar", "below", "at", "above"),
    [(least(3), False, True, True), (most(3), True, True, False), (exactly(3), False, True, False)],
)
def test_bars(bar: Bar, below: bool, at: bool, above: bool) -> None:
    assert [bar.reached(value) for value in (2.9, 3, 3.1)] == [below, at, above]


def test_the_page_holds_the_table_and_every_line_has_as_many_cells(tmp_path: Path) -> None:
    found = table.rows(GOALS, {"reuters": {Figure.REPEATS_TOGETHER: Measured(0, 57)}})
    lines = table.markdown(found).splitlines()
    assert {line.count("|") for line in lines} == {len(table.HEAD) + 1}
    assert lines[-1] == "| stub and template pairs in one story | reuters | 0 | 0 | - | 57 | reached |"
    to = tmp_path / "quality.md"
    page.write(found, to)
    assert lines[-1] in to.read_text(encoding="utf-8")
