from pathlib import Path

import pytest

from bench import live
from bench.live import Measure, lines


@pytest.mark.proof
def test_what_a_live_article_takes_is_told_by_part(capsys: pytest.CaptureFixture[str]) -> None:
    assert live.main(["--articles", "64", "--invented"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert all(f"{part}, B each" in head for part in ("index", "versions", "stories", "novelty"))
    assert [row.split(" | ")[0] for row in rows] == ["| 16", "| 32", "| 48", "| 64"]


def test_what_each_article_more_takes_is_the_slope() -> None:
    found = [Measure(10, 3 << 20, {"index": 100}, 50), Measure(20, (3 << 20) + 5000, {"index": 160}, 80)]
    rows = list(lines(found, 2 << 20))
    assert rows[1].startswith("| 10 | 3 | 104,858 | 104,858 | 10 | 5 |")
    assert rows[2].startswith("| 20 | 3 | 52,679 | 500 | 8 | 4 |")


def test_it_ends_where_no_more_come(tmp_path: Path) -> None:
    assert [one.live for one in live.measures(iter(()), 40, tmp_path)] == [0] * live.STOPS
