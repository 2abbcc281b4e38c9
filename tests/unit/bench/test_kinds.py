import pytest

from bench.quality import kinds
from bench.quality.outcome import Pair, Tie
from bench.quality.truth import Choice, Label
from tests.unit.bench.pieces import outcome
from tests.unit.dedup.pieces import article

ARTICLES = {
    name: article("", f"/{name}", source=source)
    for name, source in (("a", "talbote"), ("b", "hafenblatt"), ("c", "talbote"), ("d", "hafenblatt"))
}
LABELS: dict[Pair, Label] = {("a", "b"): "SYN", ("a", "c"): "VER", ("a", "d"): "TPL"}


def test_a_duplicate_counts_by_whether_it_crosses_publishers() -> None:
    told = outcome([Tie("b", "a", "duplicate"), Tie("c", "a", "duplicate")])
    assert kinds.macro_f1(told, LABELS, ARTICLES) == 1
    assert kinds.reuse_f1(told, LABELS) == 1


def test_every_kind_in_the_labels_weighs_the_same() -> None:
    told = outcome([Tie("b", "a", "derivative"), Tie("c", "a", "update"), Tie("d", "a", "syndicated")])
    # syndicated: one missed, one wrong; update: right; none: one missed
    assert kinds.macro_f1(told, LABELS, ARTICLES) == pytest.approx(1 / 3)
    assert kinds.reuse_f1(told, LABELS) == pytest.approx(4 / 5)


def test_background_is_no_reuse() -> None:
    told = outcome([Tie("b", "a", "background")])
    assert kinds.reuse_f1(told, {("a", "b"): "BG"}) == 1
    assert kinds.reuse_f1(told, {("a", "b"): "SYN"}) == 0
    assert kinds.macro_f1(told, {("a", "b"): "BG"}, ARTICLES) == 1


def test_a_second_choice_is_right_where_either_counts() -> None:
    told = outcome([Tie("b", "a", "derivative"), Tie("c", "a", "duplicate")])
    choices = {
        ("a", "b"): Choice("syndicated", "derivative"),
        ("a", "c"): Choice("duplicate", None),
        ("a", "d"): Choice("none", "background"),
    }
    assert kinds.whole_f1(told, choices, either=False) == pytest.approx(2 / 3)
    assert kinds.whole_f1(told, choices, either=True) == 1
