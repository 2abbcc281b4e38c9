"""The image's recipe and the unit as they stand."""

import re
import tomllib
from pathlib import Path

from services.ops.config import load

ROOT = Path(__file__).parents[2]
RECIPE = (ROOT / "deploy/container/Containerfile").read_text(encoding="utf-8")
UNIT = (ROOT / "deploy/systemd/newsfold.service").read_text(encoding="utf-8")
PIN = re.compile(r"^([a-z0-9][\w.-]*)==([^ ;\\]+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / name).read_text(encoding="utf-8")))


def test_the_image_has_the_runtime_packages_of_the_lock_and_no_others() -> None:
    image, all_of_them = pins("deploy/container/requirements.lock"), pins("requirements.lock")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[^\w.-]", line)[0] for line in project["dependencies"]}
    assert image.items() <= all_of_them.items()
    assert needed <= image.keys()
    assert not {"pytest", "mypy", "ruff", "uv", "hypothesis"} & image.keys()


def test_every_package_of_the_build_is_proved_by_its_hash() -> None:
    for name in ("requirements.lock", "build.lock"):
        lock = (ROOT / "deploy/container" / name).read_text(encoding="utf-8")
        assert len(PIN.findall(lock)) <= lock.count("--hash=sha256:")
        assert "://" not in lock
    assert RECIPE.count("--require-hashes") == 2


def test_the_image_runs_as_a_number_with_python_as_its_first_process_and_declares_no_volume() -> None:
    last = RECIPE.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.+)$", last, re.MULTILINE) == ["10001:10001"]
    assert re.findall(r"^ENTRYPOINT (.+)$", last, re.MULTILINE) == ['["newsfold"]']
    assert not re.search(r"^VOLUME", RECIPE, re.MULTILINE)
    assert "newsfold --version" in last


def test_the_unit_is_watched_and_its_settings_are_right() -> None:
    assert "Type=notify" in UNIT
    assert "WatchdogSec=" in UNIT
    lines = (ROOT / "deploy/systemd/newsfold.env").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert load(None, given).bus.url == "sqlite:/var/lib/newsfold/newsfold.db"


def test_kernels_are_compiled_where_newsfold_is_installed_and_may_be_loaded_where_it_runs() -> None:
    """By another user than who may write there, on another processor of the architecture."""
    build, _, last = RECIPE.rpartition("\nFROM ")
    assert "services.kernels.build --levels" in build
    assert re.search(r"^USER .*kernels\.build --cached", last, re.MULTILINE | re.DOTALL)
    assert "python -m services.kernels.build\n" in UNIT
    assert not re.search(r"^MemoryDenyWriteExecute=(true|yes|1|on)", UNIT, re.MULTILINE)
