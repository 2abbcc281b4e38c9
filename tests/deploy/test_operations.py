"""The page for operators: every block is run in order, and every name on it exists.

Blocks marked `sh` run anywhere, `bash` where there is a Kafka, `console` need what only an operator has;
of those only the words are checked, by `tests/unit/test_docs.py`.
"""

import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from services.console.log import commands
from services.ops.events import LogEvent
from services.ops.exits import MEANING
from services.ops.metrics import METRICS, PREFIX
from services.ops.reference import keys
from tests.kafka import session
from tests.kafka.broker import free_port

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(sh|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LONGEST_S = 120


class Block(NamedTuple):
    """Commands, and the heading they stand under."""

    kafka: bool
    under: str
    commands: str


def blocks() -> Iterator[Block]:
    for found in BLOCK.finditer(PAGE):
        heading = re.findall(r"^## (.+)$", PAGE[: found.start()], re.MULTILINE)[-1]
        yield Block(found[1] == "bash", heading, found[2])


class Box:
    """An empty folder with the recordings, in which a shell finds `newsfold`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        (folder / "tests").mkdir()
        (folder / "tests" / "recordings").symlink_to(ROOT / "tests" / "recordings")
        own = {name: value for name, value in os.environ.items() if not name.startswith("NEWSFOLD_")}
        self._environment = own | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{own['PATH']}",
            "NEWSFOLD_OPS__LISTEN": f"127.0.0.1:{self._port}",
            "NEWSFOLD_BUS__PREFIX": f"ops-{uuid.uuid4().hex[:8]}.",
            "OPENBLAS_NUM_THREADS": "1",
        }

    def run(self, block: Block) -> None:
        commands = block.commands.replace("127.0.0.1:9464", f"127.0.0.1:{self._port}")
        if block.kafka:
            commands = commands.replace("127.0.0.1:9092", session.bootstrap())
        shell = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
        logs = [path.read_text()[-2000:] for path in self._folder.glob("*.log")] if shell.returncode else []
        told = "\n".join([block.under, commands, shell.stdout[-2000:], shell.stderr[-2000:], *logs])
        assert shell.returncode == 0, told


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_every_block_for_one_machine_does_what_the_page_says(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl: the page asks the health endpoints with it")
    box = Box(tmp_path)
    mine = [block for block in blocks() if not block.kafka]
    assert len(mine) > 10
    for block in mine:
        box.run(block)


@pytest.mark.proof
@pytest.mark.kafka
@pytest.mark.timeout(600)
def test_every_block_about_kafka_does_what_the_page_says(tmp_path: Path) -> None:
    box = Box(tmp_path)
    mine = [block for block in blocks() if block.kafka]
    assert len(mine) > 2
    (tmp_path / "backup").mkdir()
    box.run(
        Block(
            False, "half of it", "newsfold replay tests/recordings/demo.warc.gz --bus sqlite:var/newsfold.db"
        )
    )
    for block in mine:
        box.run(block)


def rows(heading: str) -> dict[str, list[str]]:
    """Cells of the table under a heading, by the first."""
    section = re.split(r"^## ", PAGE.split(f"\n## {heading}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line[:1] == "|"
    ]
    return {row[0].strip("`"): row[1:] for row in cells[2:]}


def test_the_exit_codes_are_the_ones_there_are() -> None:
    assert {code: row[0] for code, row in rows("Exit codes").items()} == {
        str(code.value): meaning for code, meaning in MEANING.items()
    }


def test_the_events_are_the_ones_there_are() -> None:
    assert sorted(rows("Logs")) == sorted(LogEvent)


def test_every_key_on_the_page_is_a_setting() -> None:
    known = {key for key, _ in keys()}
    sections = {key.partition(".")[0] for key in known}
    named = set(re.findall(rf"`((?:{'|'.join(sections)})\.[a-z_]+)", PAGE)) - set(LogEvent)
    assert len(named) > 12
    assert {key.removesuffix("_file") if key not in known else key for key in named} <= known
    variables = set(re.findall(r"NEWSFOLD_[A-Z]+__[A-Z_]+", PAGE)) - {"NEWSFOLD_SECTION__KEY"}
    asked = {name.removeprefix("NEWSFOLD_").replace("__", ".").lower() for name in variables}
    assert {key if key in known else key.removesuffix("_file") for key in asked} <= known


def test_every_metric_on_the_page_is_in_the_catalogue() -> None:
    named = set(re.findall(rf"{PREFIX}[a-z_]+", PAGE))
    known = {f"{PREFIX}{metric.name}" for metric in METRICS}
    assert len(named) > 4
    assert {name for name in named if name not in known and name.removesuffix("_total") not in known} == set()


def test_every_log_command_is_on_the_page() -> None:
    shown = {command for command in commands.log.commands if f"newsfold log {command}" in PAGE}
    assert shown == set(commands.log.commands)


def test_every_module_and_file_on_the_page_is_there() -> None:
    modules = set(re.findall(r"python -m ([a-z_.]+)", PAGE))
    assert modules >= {"bench.footprint", "bench.speed", "bench.restore", "bench.invented"}
    paths = [ROOT / name.replace(".", "/") for name in modules]
    assert not [path for path in paths if not path.with_suffix(".py").is_file() and not path.is_dir()]
    files = set(re.findall(r"`(deploy/[a-z/.-]+)`", PAGE))
    assert [name for name in files if not (ROOT / name).exists()] == []
