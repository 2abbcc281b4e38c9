import subprocess
import sys
from pathlib import Path

from services.ingest.text import months
from services.ingest.text.months import is_weekday, month


def test_the_names_kept_are_those_of_babel() -> None:
    # In a process of its own: what babel says of a locale depends on which it was asked before.
    written = subprocess.run(
        [sys.executable, "-m", months.__name__], capture_output=True, timeout=60, check=True
    )
    assert written.stdout == Path(months.__file__).with_suffix(".json").read_bytes()


def test_a_name_is_known_in_any_spelling_and_means_one_month_or_none() -> None:
    assert [month(word) for word in ("März", "AOÛT", "января", "Sept.", "luty", "Donnerstag")] == [
        3, 8, 1, 9, 2, None
    ]  # fmt: skip
    assert is_weekday("Segunda")
