"""What a command does not load, it does not wait for: modules that take their time, by what needs them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.archive import write_archive

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "tests" / "recordings" / "demo.warc.gz"
HEAVY = frozenset(
    "aiokafka datasketch httpx lxml numba numpy py3langid rich scipy structlog trafilatura".split()
)
LISTED = """
import sys
from services.cli import main
try:
    main(sys.argv[1:])
finally:
    print(*{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""


def loaded(*arguments: str | Path) -> frozenset[str]:
    """The heavy packages that a command has loaded at its end."""
    done = subprocess.run(
        [sys.executable, "-c", LISTED, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return HEAVY & frozenset(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_loads_nothing_heavy(option: str) -> None:
    assert loaded(option) == set()


@pytest.mark.parametrize("command", ["replay", "run", "export", "topics"])
def test_help_of_a_command_loads_no_more_than_what_tells_failures(command: str) -> None:
    assert loaded(command, "--help") <= {"rich", "structlog"}


def test_a_replay_of_a_small_recording_loads_neither_compiler_nor_page_parser_nor_client(
    tmp_path: Path,
) -> None:
    found = loaded("replay", DEMO, "--out", tmp_path / "out")
    assert found <= {"lxml", "numpy", "py3langid", "rich", "structlog"}


def test_a_replay_of_a_small_archive_asks_no_model_for_the_language_it_states(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "news.jsonl", 50)
    found = loaded("replay", archive, "--out", tmp_path / "out")
    assert found <= {"lxml", "numpy", "rich", "structlog"}
