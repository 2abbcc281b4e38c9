import subprocess
import sys
from pathlib import Path

from services.enrich.facts import cldr


def test_the_names_kept_are_those_of_babel() -> None:
    # In a process of its own: what babel says of a locale depends on which it was asked before.
    written = subprocess.run(
        [sys.executable, "-m", cldr.__name__], capture_output=True, timeout=60, check=True
    )
    assert written.stdout == Path(cldr.__file__).with_suffix(".json").read_bytes()
