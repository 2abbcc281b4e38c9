"""What the README says that `make demo` prints is what it prints."""

import re
from pathlib import Path

import pytest

from tests.end_to_end.command import newsfold

ROOT = Path(__file__).parents[2]
EXCERPT = re.compile(r"^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_demo_prints_what_the_readme_shows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = re.findall(
        r"^```text\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(shown) == 1
    demo = ROOT / "tests" / "recordings" / "demo.warc.gz"
    printed = newsfold("replay", demo, "--out", tmp_path / "out", "--stories").out
    assert [line for line in shown[0].splitlines() if line not in printed] == []
