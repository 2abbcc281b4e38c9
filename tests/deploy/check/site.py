"""What checks share: a folder, an engine, the images, one installation. Each is made when first asked for."""

import asyncio
import re
from functools import cached_property
from pathlib import Path

from tests.deploy.check import images
from tests.deploy.check.compose import HERE, ROOT, SERVICES, Compose
from tests.deploy.check.engine import Engine
from tests.deploy.check.recording import recorded
from tests.kafka import outcome
from tests.kafka.outcome import Calm

MONITORING = ROOT / "deploy" / "monitoring"
SPAN = re.compile(r'^(\s+for: )"?(\d+)([mh])"?$', re.MULTILINE)
SHORTER = {"m": "s", "h": "m"}
READY_S = 90.0


class Site:
    """`articles` is the length of the recording that containers are killed over."""

    def __init__(self, folder: Path, articles: int) -> None:
        self.folder = folder
        self.articles = articles
        self.notes: list[str] = []
        """What is not as it would be elsewhere; told at the end."""
        self._running = False

    @cached_property
    def engine(self) -> Engine:
        """Raises `Unavailable` where nothing can be run."""
        engine = Engine()
        self.notes.append(images.base(engine))
        engine.settle(images.BASE)
        if engine.odd:
            self.notes.append(f"podman runs {engine.odd}")
        return engine

    @cached_property
    def image(self) -> str:
        images.ours(self.engine, self.folder)
        return images.OURS

    @cached_property
    def compose(self) -> Compose:
        """Nothing of it runs yet."""
        image = self.image
        self.notes.append(f"Kafka, Prometheus, Alertmanager: {images.theirs(self.engine, self.folder)}")
        environment = {"NEWSFOLD_IMAGE": image, **self._monitoring()}
        made = Compose(self.engine, images.compose_tool(), self.folder, environment)
        made.down()
        return made

    def installed(self) -> Compose:
        """Its broker and its monitoring run; the services as the last check left them."""
        compose = self.compose
        if not self._running:
            self.plays("check.", self.recording("first", 600))
            compose.up("prometheus", "alertmanager", *SERVICES, "topics", "kafka")
            self._running = True
        return compose

    def started(self) -> None:
        """Somebody has brought the installation up."""
        self._running = True

    def plays(self, prefix: str, source: Path, *, speed: float = 0.0) -> None:
        """What ingest is to do when it is started next."""
        self.compose.environment |= {"PREFIX": prefix, "RECORDING": str(source), "SPEED": str(speed)}
        self.compose.more = [HERE / "compose.recording.yaml"]

    def anew(self, *services: str) -> None:
        """The services once more, with what the environment says now; until they are ready."""
        self.compose.remove(*SERVICES, "topics")
        self.compose.up("topics", *(services or SERVICES))
        self.compose.until(self.compose.ready, READY_S, "all services are ready again")

    def recording(self, name: str, count: int, *, span_s: float = 60.0, begins_in_s: float = 0.0) -> Path:
        path = self.folder / f"{name}.jsonl.gz"
        return path if path.exists() else recorded(path, count, span_s=span_s, begins_in_s=begins_in_s)

    def calm(self, source: Path) -> Calm:
        """What one process makes of it, undisturbed, on the embedded log."""
        place = self.folder / f"calm-{source.name}"
        place.mkdir(exist_ok=True)
        return asyncio.run(outcome.calm(source, place))

    def close(self) -> None:
        if "compose" in self.__dict__:
            self.compose.down()

    def _monitoring(self) -> dict[str, str]:
        """Prometheus as shipped, but looking every second; alerts wait a sixtieth of their time."""
        config = self.folder / "prometheus.yaml"
        shipped = (ROOT / "deploy/compose/monitoring/prometheus.yaml").read_text()
        config.write_text(re.sub(r"\b15s\b", "1s", shipped))
        rules = self.folder / "rules"
        rules.mkdir()
        for path in sorted((MONITORING / "rules").glob("*.yaml")):
            text = SPAN.sub(lambda found: f'{found[1]}"{found[2]}{SHORTER[found[3]]}"', path.read_text())
            (rules / path.name).write_text(text)
        return {"PROMETHEUS_CONFIG": str(config), "RULES": str(rules)}
