"""One installation from the checked-in compose files, under a name and on ports of its own."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.deploy.check.engine import Engine, last_of
from tests.deploy.check.verdict import Failed
from tests.kafka.broker import free_port
from tests.kafka.crew import Crew

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deploy" / "compose"
HERE = Path(__file__).parents[1]
SERVICES = ("ingest", "dedup-1", "dedup-2", "enrich", "desk")
FILES = ("compose.yaml", "compose.kafka.yaml", "compose.monitoring.yaml")
PORTS = {
    "ingest": "OPS_PORT",
    "dedup-1": "OPS_PORT_DEDUP_1",
    "dedup-2": "OPS_PORT_DEDUP_2",
    "enrich": "OPS_PORT_ENRICH",
    "desk": "OPS_PORT_DESK",
    "pages": "DESK_PORT",
    "kafka": "KAFKA_PORT",
    "prometheus": "PROMETHEUS_PORT",
    "alertmanager": "ALERTMANAGER_PORT",
}
PROJECT = "newsfold-check"
UP_S = 90.0
LOOK_S = 0.3


class Compose:
    """`environment` is what `.env` would hold; `more` are override files."""

    def __init__(
        self,
        engine: Engine,
        tool: str,
        folder: Path,
        environment: Mapping[str, str],
        *,
        files: Sequence[str] = FILES,
        project: str = PROJECT,
    ) -> None:
        self.engine = engine
        self.folder = folder
        self.ports = {service: free_port() for service in PORTS}
        self.environment = {**{PORTS[one]: str(port) for one, port in self.ports.items()}, **environment}
        self.more: list[Path] = []
        self._tool = tool
        self._files = files
        self._project = project

    def up(self, *services: str) -> None:
        """Start some, and nothing they might depend on."""
        self._call("up", "--detach", "--no-build", "--no-deps", *services, seconds=UP_S)

    def remove(self, *services: str) -> None:
        self.engine.tell("rm", "--force", "--time", "5", "--ignore", *map(self.name, services))

    def down(self) -> None:
        """Leaves nothing behind, not even of a run that was cut short with other files."""
        self.engine.call("pod", "rm", "--force", "--ignore", f"pod_{self._project}")
        self._call("down", "--volumes", "--timeout", "2", seconds=UP_S, must=False)

    def name(self, service: str) -> str:
        return f"{self._project}_{service}_1"

    def get(self, service: str, path: str) -> tuple[int, str]:
        """Status and body; 0 where nothing answers."""
        try:
            with urllib.request.urlopen(f"{self.url(service)}{path}", timeout=3) as answer:
                return int(answer.status), answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def ready(self, services: Iterable[str] = SERVICES) -> bool:
        return all(self.get(service, "/readyz")[0] == 200 for service in services)

    def until(self, condition: Callable[[], bool], seconds: float, what: str) -> float:
        """Seconds it took. Raises `Failed` with what the services say they lack."""
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > seconds:
                raise Failed(f"not within {seconds:g} s: {what}; {self._lacking()}")
            time.sleep(LOOK_S)
        return time.monotonic() - began

    def kill(self, service: str) -> None:
        """SIGKILL to its first process, as by the kernel: the engine starts it again as configured."""
        pid = self.engine.pid(self.name(service))
        if pid == 0:
            raise Failed(f"{service} does not run, so it cannot be killed")
        os.kill(pid, signal.SIGKILL)
        self.until(
            lambda: self.engine.pid(self.name(service)) not in (0, pid), 30, f"{service} is started again"
        )

    def log(self, prefix: str) -> Crew:
        """Reads the installation's topics from outside; runs none of its processes."""
        return Crew(f"127.0.0.1:{self.ports['kafka']}", prefix, self.folder)

    def _lacking(self) -> str:
        told = {service: self.get(service, "/readyz") for service in SERVICES}
        return json.dumps({service: body.strip()[:200] or status for service, (status, body) in told.items()})

    def _call(self, *words: str, seconds: float, must: bool = True) -> None:
        files = [FOLDER / name for name in self._files] + self.more
        asked = [self._tool, "--project-name", self._project, *(f"--file={path}" for path in files), *words]
        done = self.engine.shell(asked, seconds=seconds, environ=self.environment, at=FOLDER)
        if must and done.returncode:
            raise Failed(f"podman-compose {' '.join(words)} ended with {done.returncode}: {last_of(done)}")


def values(exposition: str, metric: str) -> dict[str, float]:
    """The values of one metric in an exposition, by what stands between the braces."""
    found: dict[str, Any] = {}
    for line in exposition.splitlines():
        series, _, value = line.rpartition(" ")
        name, _, labels = series.partition("{")
        if name == metric:
            found[labels.rstrip("}")] = float(value)
    return found
