from pathlib import Path

import pytest

from bench import transfer
from services.dedup.settings import DedupSettings


def test_the_best_value_of_one_part_is_read_on_the_other() -> None:
    here, there = {1: 0.5, 2: 0.9, 3: 0.7}, {1: 0.8, 2: 0.6, 3: 0.4}
    found = transfer.transfer((1, 2, 3), 1, lambda v: here[int(v)], lambda v: there[int(v)])
    assert found == (2, 0.9, 0.6, 0.8)


def test_of_equal_values_the_one_nearest_to_the_usual_is_chosen() -> None:
    assert transfer.transfer((1, 2, 5), 4, lambda _: 1.0, lambda v: v / 5).value == 5


def test_halves_depend_on_the_pair_alone_and_are_both_used() -> None:
    pairs = [(f"a{number}", f"b{number}") for number in range(40)]
    assert {transfer.half(one) for one in pairs} == {0, 1}
    assert [transfer.half(one) for one in pairs] == [transfer.half(one) for one in pairs]


@pytest.mark.parametrize("family", transfer.FAMILIES)
def test_every_threshold_is_a_setting(family: transfer.Family) -> None:
    assert hasattr(DedupSettings(), family.threshold)


def test_without_press_copy_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert transfer.main(["--data", str(tmp_path / "none")]) == 2
    assert "no press copy" in capsys.readouterr().err
