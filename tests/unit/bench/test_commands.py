import gzip
import json
from pathlib import Path

import msgspec
import pytest

from bench import thresholds
from bench.press import VARIABLE
from bench.quality.__main__ import main
from bench.quality.data import DATA
from bench.quality.goals import GOALS, Figure
from bench.speed.budget import Budget
from services.dedup.settings import DedupSettings
from tests.press import press_data

FIVE = Path(__file__).parents[2] / "recordings" / "five" / "five.jsonl"
NAMES = ("004", "002", "000", "003", "001")


def test_without_press_copy_one_line_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere"))
    assert main(["--quick"]) == 2
    assert thresholds.main([]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 2
    assert VARIABLE in said.err


def test_where_no_press_copy_is_expected_the_situations_that_ship_are_all_there_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("bench.press._BESIDE", tmp_path / "nowhere")
    assert main([]) == 0
    said = capsys.readouterr()
    assert "situations right" in said.out
    assert said.err.count("\n") == 1
    assert VARIABLE in said.err


def test_a_data_set_that_is_not_there_is_named_and_the_run_counts_as_unusable(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["--data", str(tmp_path), "--only", "samples"]) == 2
    assert "samples/articles.jsonl.gz" in capsys.readouterr().err


def test_a_page_of_part_of_the_data_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--write", "--quick"]) == 2
    assert "--write" in capsys.readouterr().err


def test_five_invented_articles_reach_every_figure_of_the_samples(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "samples"
    folder.mkdir()
    rows = [json.loads(line) for line in FIVE.read_text(encoding="utf-8").splitlines()]
    with gzip.open(folder / "articles.jsonl.gz", "wt", encoding="utf-8") as file:
        for name, row in zip(NAMES, rows, strict=True):
            row["url"] = f"https://www.{row['source']}.example/{name}"
            file.write(json.dumps(row) + "\n")
    assert main(["--data", str(tmp_path), "--only", "samples", "--work", str(tmp_path / "work")]) == 0
    said = capsys.readouterr().out
    wanted = [goal for goal in GOALS if goal.data == "samples"]
    assert said.endswith(f"{len(wanted)} of {len(wanted)} figures reached\n")


@pytest.mark.press
def test_the_sample_documents_reach_their_figures() -> None:
    if press_data() is None:
        pytest.skip(f"no press copy here: set {VARIABLE}")
    assert main(["--only", "samples"]) == 0


def test_every_goal_is_on_data_there_is_and_none_is_set_twice() -> None:
    assert {goal.data for goal in GOALS} == set(DATA)
    assert len({goal[:2] for goal in GOALS}) == len(GOALS)
    assert {goal.figure for goal in GOALS} == set(Figure)


def test_every_tunable_that_is_tried_is_one_and_its_values_are_in_range() -> None:
    for name, values in thresholds.TRIED.items():
        for value in values:
            assert getattr(msgspec.convert({name: value}, DedupSettings), name) == value
            assert value != getattr(DedupSettings(), name), "the default is tried anyway"


async def test_a_budget_has_what_every_stage_of_a_replay_took(tmp_path: Path) -> None:
    budget = Budget()
    await budget.log(tmp_path, budget.outputs(FIVE, 5))
    assert list(budget.spent) == [
        "lines → articles", "ingest", "dedup", "enrich", "log, published", "log, read", "files"
    ]  # fmt: skip
    assert min(budget.spent.values()) > 0
    assert len((tmp_path / "articles.jsonl").read_bytes().splitlines()) == 5
