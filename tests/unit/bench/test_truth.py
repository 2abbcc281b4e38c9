from pathlib import Path

import pytest

from bench.quality import truth
from bench.quality.outcome import pair
from bench.quality.truth import Judgement
from tests.unit.bench.pieces import true


def test_our_judgements_are_urls_labels_and_a_short_reason_each_pair_once() -> None:
    lines = truth.JUDGEMENTS.read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == ["url_a", "url_b", "label", "judgement", "reason"]
    judged = truth.read_judgements()
    assert len(judged) == len(lines) - 1
    for one, judgement in judged.items():
        assert all(url.startswith("https://") and " " not in url for url in one)
        assert judgement.said != judgement.label
        assert 20 <= len(judgement.reason) <= 250


def test_a_judgement_that_is_no_label_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "judgements.tsv"
    bad.write_text("url_a\turl_b\tlabel\tjudgement\treason\na\tb\tSE\tMAYBE\t?\n")
    with pytest.raises(ValueError, match="MAYBE"):
        truth.read_judgements(bad)


def test_pairs_that_we_read_otherwise_leave_their_class() -> None:
    judged = {
        pair("a", "b"): Judgement("reuse", "TPL", ""),
        pair("a", "c"): Judgement("repeat", "DER", ""),
        pair("a", "d"): Judgement("reuse", "SYN", ""),
    }
    pairs = [true("a", "b"), true("a", "c", kind="repeat"), true("a", "d"), true("a", "e", kind="repeat")]
    assert truth.as_judged(pairs, judged) == pairs[2:]
    assert truth.labels_as_judged({("a", "b"): "SE", ("x", "y"): "BG"}, judged) == {
        ("a", "b"): "TPL",
        ("x", "y"): "BG",
    }


def test_pair_lists_are_read_under_the_urls_articles_ended_up_with(tmp_path: Path) -> None:
    listed = tmp_path / "pairs.tsv"
    head = "url_a url_b source_a source_b hours n5_a n5_b shared5 j5 c5_a c5_b class".split()
    row = "old new talbote hafenblatt 24 56 76 56 0.74 1 0.74 reuse".split()
    listed.write_text("\t".join(head) + "\n" + "\t".join(row) + "\n")
    (one,) = truth.read_pairs(listed, {"old": "canonical"})
    assert (one.older, one.newer, one.across, one.containment) == ("canonical", "new", True, 1.0)
