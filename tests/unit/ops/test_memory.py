from pathlib import Path

import pytest

from services.ops.memory import memory_limit

MIB = 1 << 20


def limit(tmp_path: Path, membership: str = "") -> int:
    file = tmp_path / "cgroup"
    file.write_text(membership)
    return memory_limit(root=tmp_path / "fs", membership=file)


def put(tmp_path: Path, path: str, text: str) -> None:
    file = tmp_path / "fs" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_without_control_groups_it_is_the_machine(tmp_path: Path) -> None:
    assert memory_limit(root=tmp_path, membership=tmp_path / "none") > 64 * MIB


@pytest.mark.parametrize("path", ["memory.max", "memory/memory.limit_in_bytes"])
def test_a_container_sees_its_own_group_as_the_root(tmp_path: Path, path: str) -> None:
    put(tmp_path, path, f"{64 * MIB}\n")
    assert limit(tmp_path, "0::/\n") == 64 * MIB


def test_a_unit_is_limited_by_its_slice(tmp_path: Path) -> None:
    put(tmp_path, "system.slice/newsfold.service/memory.max", f"{32 * MIB}\n")
    assert limit(tmp_path, "0::/system.slice/newsfold.service\n") == 32 * MIB


def test_version_one_names_its_controllers(tmp_path: Path) -> None:
    put(tmp_path, "memory/news/memory.limit_in_bytes", f"{16 * MIB}\n")
    assert limit(tmp_path, "5:cpu,cpuacct:/cpus\n4:memory:/news\n") == 16 * MIB


def test_no_limit_is_the_machine(tmp_path: Path) -> None:
    put(tmp_path, "memory.max", "max\n")
    put(tmp_path, "memory/memory.limit_in_bytes", "9223372036854771712\n")
    assert limit(tmp_path, "0::/\n") == memory_limit(root=tmp_path / "none", membership=tmp_path / "none")
