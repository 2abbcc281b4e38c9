"""Tools that check what is deployed: fetched once by version, kept outside the tree.

Raises `Unavailable` with one line where the tool is not here and cannot be had.
`python -m tests.deploy.tools` fetches what is missing.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
HELM = "3.22.0"
KUBERNETES = "1.36"
"""The newest the chart is held against."""
BUILD_S = 300
FETCH_S = 150

_TOLD = {
    "internal/version.version": f"v{HELM}",
    "pkg/chartutil.k8sVersionMinor": KUBERNETES.partition(".")[2],
    "pkg/lint/rules.k8sVersionMinor": KUBERNETES.partition(".")[2],
}
"""What releases of Helm are told when they are built; untold, it takes every cluster for Kubernetes 1.20."""


class Unavailable(Exception):
    """A check cannot be made here; the text says what is missing."""


@cache
def helm() -> str:
    """Helm of one version: from the cache, from PATH, or built by Go, whose checksums prove the source."""
    folder = _cache() / f"helm-{HELM}"
    with _alone(folder):
        for found in (folder / "helm", *map(Path, filter(None, [shutil.which("helm")]))):
            if found.is_file() and _is_ours(found):
                return str(found)
        return _built(folder)


@cache
def manifest_reader() -> str:
    """A Python that has PyYAML and the schemas of Kubernetes' API, which fill a hundred megabytes."""
    return environment("manifests")


def environment(name: str) -> str:
    """The Python of an environment of its own that has what `NAME.lock` beside us names."""
    folder = _cache() / name
    python, stamp = folder / "bin" / "python", folder / "manifests.lock"
    lock = HERE / f"{name}.lock"
    with _alone(folder):
        if not (stamp.is_file() and stamp.read_text() == lock.read_text()):
            shutil.rmtree(folder, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(folder)], FETCH_S)
            pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            _run([*pip, "--require-hashes", "-r", str(lock)], FETCH_S)
            stamp.write_text(lock.read_text())
    return str(python)


def promtool() -> str:
    """Prometheus's own check of rules."""
    return _installed("promtool", "Debian's package prometheus has it")


def podman() -> str:
    return _installed("podman", "Debian's package podman has it")


def _installed(name: str, advice: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Unavailable(f"{name} is not installed; {advice}")
    return found


def _is_ours(found: Path) -> bool:
    told = subprocess.run(
        [found, "version", "--template", "{{.Version}}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return told.stdout == f"v{HELM}"


def _built(folder: Path) -> str:
    go = shutil.which("go")
    if go is None:
        raise Unavailable(f"helm {HELM} is not installed, and neither is go, which could build it")
    asked = {"GOBIN": str(folder), "GOFLAGS": "", "GOTOOLCHAIN": "local"}
    flags = f"-ldflags={' '.join(f'-X helm.sh/helm/v3/{name}={value}' for name, value in _TOLD.items())}"
    _run([go, "install", flags, f"helm.sh/helm/v3/cmd/helm@v{HELM}"], BUILD_S, asked)
    return str(folder / "helm")


def _run(command: list[str], seconds: int, environ: Mapping[str, str] | None = None) -> None:
    named = " ".join(Path(word).name for word in command[:4])
    try:
        told = subprocess.run(
            command,
            env=os.environ | dict(environ or {}),
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"`{named} …` did not end within {seconds} s") from None
    if told.returncode:
        lines = told.stderr.strip().splitlines() or [f"exit {told.returncode}"]
        raise Unavailable(f"`{named} …` failed: {lines[-1][:200]}")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "newsfold"


if __name__ == "__main__":
    for tool in (helm, manifest_reader, promtool, podman):
        try:
            print(f"{tool.__name__}: {tool()}")
        except Unavailable as absent:
            print(f"{tool.__name__}: {absent}")
