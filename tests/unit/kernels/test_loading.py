"""When kernels are loaded, by whom, and what happens where they cannot be."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from numba.core import config
from numba.core.caching import InTreeCacheLocator

from services.console import kernels as shell
from services.dedup import kernels
from services.kernels import build, target


@pytest.fixture(autouse=True)
def _definitions_after() -> Iterator[None]:
    kernels.use(now=False)
    yield
    kernels.use(now=False)


@pytest.fixture
def told() -> Callable[[], list[str]]:
    """Have the shell load kernels, and wait until it did or said why not."""
    lines: list[str] = []
    shell.load_kernels_beside(lines.append)

    def wait() -> list[str]:
        for thread in threading.enumerate():
            if thread.name == "kernels":
                thread.join(60)
        return lines

    return wait


def test_few_texts_load_nothing() -> None:
    kernels.note_texts(kernels.WORTH - 1)
    assert kernels.module("sketch") is None


def test_texts_that_pay_load_at_once_where_nobody_is_told_to() -> None:
    kernels.note_texts(kernels.WORTH)
    assert kernels.module("sketch") is not None


def test_whoever_is_told_to_is_told_once_and_definitions_run_until_he_did() -> None:
    asked: list[int] = []
    kernels.defer(lambda: asked.append(1))
    for _ in range(3):
        kernels.note_texts(kernels.WORTH)
        assert kernels.module("sketch") is None
    assert asked == [1]
    kernels.load(lambda: False)
    assert kernels.module("sketch") is None, "he was stopped in between"
    kernels.load()
    assert kernels.module("sketch") is not None


def test_a_thread_beside_the_work_loads_them(told: Callable[[], list[str]]) -> None:
    kernels.note_texts(kernels.WORTH)
    assert told() == []
    assert all(kernels.module(name) for name in kernels.names())
    assert target.names()


def test_where_memory_cannot_become_executable_definitions_go_on_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, told: Callable[[], list[str]]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("no")

    monkeypatch.setattr("mmap.mmap", refuse)
    kernels.note_texts(kernels.WORTH)
    (line,) = told()
    assert "executable" in line
    assert kernels.module("sketch") is None


@pytest.mark.parametrize(
    ("words", "said"), [("exit(3)", "ended with 3"), ("import time; time.sleep(9)", "too long")]
)
def test_where_they_cannot_be_compiled_definitions_go_on_and_it_is_said(
    words: str, said: str, monkeypatch: pytest.MonkeyPatch, told: Callable[[], list[str]]
) -> None:
    monkeypatch.setattr(target, "is_built", lambda: False)
    monkeypatch.setattr(shell, "COMMAND", (shell.COMMAND[0], "-c", words))
    monkeypatch.setattr(shell, "COMPILING_S", 1.0)
    kernels.note_texts(kernels.WORTH)
    (line,) = told()
    assert said in line
    assert kernels.module("sketch") is None


def test_what_is_built_is_found_where_nobody_may_write(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(InTreeCacheLocator, "ensure_cache_path", refuse)
    here = str(Path(target.__file__))
    for built in (True, False):
        monkeypatch.setattr(target, "is_built", lambda built=built: built)
        locator = target.ReadOnlyCache.from_function(kernels.note_texts, here)
        assert (locator is not None) is built
    assert target.ReadOnlyCache.__name__ in config.CACHE_LOCATOR_CLASSES


def test_loading_leaves_out_what_only_compiling_needs_and_compiling_works_behind_it() -> None:
    code = (
        "import sys; from services.dedup.kernels import layouts, sketch; from services.kernels import target;"
        "assert target.is_built(); assert 'numba.core.typing.arraydecl' not in sys.modules;"
        "assert target.njit(lambda x: x + 1)(1) == 2; assert 'numba.core.typing.arraydecl' in sys.modules"
    )
    build.build()
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Of services whose kernel is compiled, and noted as such."""
    for folder in ("kernels/__pycache__", "dedup/kernels/__pycache__", "dedup/text"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "dedup/kernels/one.py").write_text("from text import WIDTH", encoding="utf-8")
    (tmp_path / "dedup/text/one.py").write_text("WIDTH = 3", encoding="utf-8")
    (tmp_path / "dedup/kernels/__pycache__/one.nbi").write_bytes(b"compiled")
    monkeypatch.setattr(target, "HOME", tmp_path)
    assert not target.is_built()
    target.note_built()
    assert target.is_built()
    return tmp_path


@pytest.mark.usefixtures("home")
def test_another_processor_asks_for_a_new_cache() -> None:
    with pytest.MonkeyPatch.context() as other:
        other.setattr(config, "CPU_NAME", "another")
        assert not target.is_built()
    assert target.is_built()


@pytest.mark.parametrize("source", ["dedup/kernels/one.py", "dedup/text/one.py"])
def test_a_change_of_a_kernel_or_of_what_it_computes_asks_for_a_new_cache(source: str, home: Path) -> None:
    cached = home / "dedup/kernels/__pycache__/one.nbi"
    target.forget_older()
    assert cached.exists()
    (home / source).write_text("WIDTH = 5", encoding="utf-8")
    later = cached.stat().st_mtime + 1
    os.utime(home / source, (later, later))
    assert not target.is_built()
    target.forget_older()
    assert not cached.exists()


def test_every_kernel_is_compiled_for_a_level_of_processors_not_for_this_one() -> None:
    direct = re.compile(r"from numba import .*\bn?jit\b|numba\.n?jit")
    own = Path(target.__file__)
    assert not [
        path.name for path in target.sources() if path != own and direct.search(path.read_text("utf-8"))
    ]
    assert config.CPU_NAME in target.levels()


def test_the_command_names_levels_and_says_what_is_not_built(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build.main(["--levels"]) == 0
    assert capsys.readouterr().out.split() == list(target.levels())
    monkeypatch.setattr(target, "is_built", lambda: False)
    assert build.main(["--cached"]) == 1
    assert "cache" in capsys.readouterr().err
