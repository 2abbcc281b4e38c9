"""Podman, asked with bounds: images, containers, what they say and where they listen."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.deploy import tools
from tests.deploy.check.verdict import Failed, Skipped

CONF = Path(__file__).parents[1] / "containers.conf"
HARDENED = (
    "--read-only", "--tmpfs", "/tmp:mode=1777", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
    "--memory", "512m", "--memory-swap", "512m", "--pids-limit", "128",
)  # fmt: skip
CALL_S = 60.0


class Engine:
    """Raises `Unavailable` where there is no podman, or where it can run nothing."""

    def __init__(self) -> None:
        self._podman = tools.podman()
        self.environ: Mapping[str, str] = os.environ
        self.odd = ""
        """What this machine needed beyond its own configuration."""

    def settle(self, image: str) -> None:
        """Find out how containers can be run here: as configured, or as `containers.conf` beside us says."""
        if self._starts(image):
            return
        self.environ = {**os.environ, "CONTAINERS_CONF": str(CONF)}
        self.odd = "with tests/deploy/containers.conf: runtime runc, limits as numbers"
        if not self._starts(image):
            raise Skipped(
                "podman starts no container on this machine, not even with tests/deploy/containers.conf"
            )

    def _starts(self, image: str) -> bool:
        return self.call("run", "--rm", "--read-only", image, "true").returncode == 0

    def call(self, *words: str | Path, seconds: float = CALL_S) -> subprocess.CompletedProcess[str]:
        """Whatever it returns. Raises `Failed` where it does not end."""
        return self.shell([self._podman, *map(str, words)], seconds=seconds)

    def tell(self, *words: str | Path, seconds: float = CALL_S) -> str:
        """What it printed. Raises `Failed` where it did not go well."""
        done = self.call(*words, seconds=seconds)
        if done.returncode:
            raise Failed(
                f"podman {' '.join(map(str, words[:6]))} … ended with {done.returncode}: {last_of(done)}"
            )
        return done.stdout.strip()

    def shell(
        self,
        words: Sequence[str],
        *,
        seconds: float,
        environ: Mapping[str, str] | None = None,
        at: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Any command that runs podman itself."""
        try:
            return subprocess.run(
                words,
                env={**self.environ, **(environ or {})},
                cwd=at or tempfile.gettempdir(),  # conmon marks there what ran out of memory
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"`{' '.join(words[:6])} …` did not end within {seconds:g} s") from None

    def has_image(self, name: str) -> bool:
        return self.call("image", "exists", name).returncode == 0

    def inspect(self, name: str) -> dict[str, Any]:
        (found,) = json.loads(self.tell("inspect", name))
        return dict(found)

    def pid(self, name: str) -> int:
        """On the host; 0 while it does not run."""
        told = self.call("inspect", "--format", "{{.State.Pid}}", name).stdout.strip()
        return int(told) if told.isdigit() else 0

    def logs(self, name: str) -> str:
        done = self.call("logs", name)
        return done.stdout + done.stderr


def last_of(done: subprocess.CompletedProcess[str]) -> str:
    """The last line of an error, short."""
    lines = (done.stderr or done.stdout).strip().splitlines()
    return lines[-1][-300:] if lines else "nothing was said"
