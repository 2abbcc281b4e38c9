import pytest

from bench import novelty
from services.dedup.settings import DedupSettings


def test_what_is_told_of_new_and_of_worn_text_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(novelty, "ASKED", 5)
    monkeypatch.setattr(novelty, "PARAGRAPHS", 1)
    told = novelty.measure(2, DedupSettings(novelty_days=5, novelty_bits=16))
    assert (told.level, told.false_stale, told.worn_told) == (0, 0.0, 1.0)
    *_, row = novelty.table([told], 5).splitlines()
    assert row.startswith("| 2 | 1 in 1 | 0.00% | 100.0% |")
