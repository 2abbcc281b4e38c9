"""One box: compose.yaml alone, every stage in one process on the embedded log, as a newsroom begins."""

import json

from tests.deploy.check import images
from tests.deploy.check.compose import Compose
from tests.deploy.check.site import READY_S, Site
from tests.deploy.check.verdict import demand

SERVICE = "newsfold"
STOP_S = 10


def keeps(site: Site) -> str:
    environment = {"NEWSFOLD_IMAGE": site.image}
    box = Compose(
        site.engine,
        images.compose_tool(),
        site.folder,
        environment,
        files=("compose.yaml",),
        project="newsfold-box",
    )
    box.ports[SERVICE] = box.ports["ingest"]
    box.down()
    try:
        return _kept(box)
    finally:
        box.down()


def _kept(box: Compose) -> str:
    box.up(SERVICE)
    ready = box.until(lambda: box.ready([SERVICE]), READY_S, "the one process is ready")
    known = _feeds(box)
    demand(known > 0, "the feeds of feeds.toml are not followed")
    looked = box.engine.call("healthcheck", "run", box.name(SERVICE))
    demand(looked.returncode == 0, f"the health check says {looked.stdout.strip()}")
    box.engine.tell("stop", "--time", str(STOP_S), box.name(SERVICE), seconds=STOP_S + 20)
    code = box.engine.inspect(box.name(SERVICE))["State"]["ExitCode"]
    demand(code == 0, f"told to stop it ended with {code}")
    box.remove(SERVICE)
    box.up(SERVICE)
    again = box.until(lambda: box.ready([SERVICE]), READY_S, "a new container is ready on the old volume")
    demand(_feeds(box) == known, "the feeds are not those of before")
    return f"ready after {ready:.0f} s, {known} feeds; another container on its volume after {again:.0f} s"


def _feeds(box: Compose) -> int:
    told = box.engine.tell("exec", box.name(SERVICE), "newsfold", "feeds", "list")
    return len([line for line in told.splitlines() if json.loads(line)])
