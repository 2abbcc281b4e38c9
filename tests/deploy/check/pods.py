"""The chart's pods, started as rendered by `podman kube play`: their own limits hold, and Newsfold runs.

What podman cannot do is taken off first: ports (it would publish each on the machine) and probes (asked by
hand here). A pod has a loopback and no other network, so on Kafka the services wait for brokers.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from tests.deploy import chart
from tests.deploy.chart import Object
from tests.deploy.check.engine import Engine, last_of
from tests.deploy.check.site import Site
from tests.deploy.check.verdict import Failed, Skipped, demand

MODES: dict[str, Sequence[str]] = {
    "embedded": (),
    "kafka": ("mode=kafka", "kafka.brokers={broker.example:9092}", "spread.enabled=true"),
}
MAKERS = ("Deployment", "StatefulSet", "Job")
START_S = 30.0
BYTES = {"Mi": 1 << 20, "Gi": 1 << 30}
OPS = "http://127.0.0.1:9464"
ASK = (
    "import sys, urllib.request as r, urllib.error as e\n"
    "try: print(r.urlopen(sys.argv[1], timeout=5).read().decode())\n"
    "except e.HTTPError as answer: print(answer.read().decode())"
)


def start(site: Site) -> str:
    """Each of them, one after the other."""
    name, _, tag = site.image.partition(":")
    image = (f"image.repository=localhost/{name}", f"image.tag={tag}", "image.pullPolicy=Never")
    started = []
    for sets in MODES.values():
        objects = chart.rendered(None, *image, *sets)
        for maker in (one for one in objects if one["kind"] in MAKERS):
            with _playing(site.engine, _played(maker, objects), site.folder) as container:
                _holds_its_limits(site.engine, container, maker["spec"]["template"])
                if maker["kind"] != "Job":
                    _answers(site.engine, container, maker)
                    _stops(site.engine, container, maker["spec"]["template"])
            started.append(maker["metadata"]["name"].removeprefix("river-"))
    demand(len(started) == 9, f"only these were rendered: {started}")
    return f"{', '.join(started)}: read-only, no capability, own user, memory limit; exit 0 on SIGTERM"


def _played(maker: Object, objects: Sequence[Object]) -> list[Object]:
    """A pod for podman, with the objects it mounts."""
    pod = deepcopy(maker["spec"]["template"])
    pod["metadata"]["name"] = maker["metadata"]["name"]
    (container,) = pod["spec"]["containers"]
    for name in [key for key in container if key == "ports" or key.endswith("Probe")]:
        del container[name]
    for claim in maker["spec"].get("volumeClaimTemplates", []):
        name = claim["metadata"]["name"]
        source = {"claimName": f"{name}-{maker['metadata']['name']}"}
        pod["spec"]["volumes"].append({"name": name, "persistentVolumeClaim": source})
    return [*chart.of_kind(objects, "ConfigMap"), {"apiVersion": "v1", "kind": "Pod", **pod}]


@contextmanager
def _playing(engine: Engine, objects: Sequence[Object], folder: Path) -> Iterator[str]:
    """The name of the container, while it is there."""
    pod = objects[-1]
    file = folder / f"{pod['metadata']['name']}.yaml"
    file.write_text("---\n".join(f"{json.dumps(one)}\n" for one in objects))
    before = set(_volumes(engine))
    done = engine.call("kube", "play", "--network", "none", file)
    try:
        if "catatonit" in done.stderr:
            raise Skipped("podman makes no pods without catatonit; Debian's package catatonit has it")
        demand(done.returncode == 0, f"{file.name}: {last_of(done)}")
        yield f"{pod['metadata']['name']}-{chart.container(pod)['name']}"
    finally:
        engine.call("kube", "down", file)
        if left := set(_volumes(engine)) - before:
            engine.call("volume", "rm", "--force", *left)


def _volumes(engine: Engine) -> list[str]:
    mine = engine.call("volume", "ls", "--quiet").stdout.split()
    return [name for name in mine if name in ("data", "tmp") or "river-" in name]


def _holds_its_limits(engine: Engine, container: str, pod: Object) -> None:
    found = engine.inspect(container)
    limit = chart.container(pod)["resources"]["limits"]["memory"]
    wanted = int(limit[:-2]) * BYTES[limit[-2:]]
    memory = found["HostConfig"]["Memory"]
    demand(memory == wanted, f"{container}: memory is limited to {memory} bytes, not {wanted}")
    told = engine.tell("exec", container, "cat", "/proc/1/status")
    status = dict(line.split(":", 1) for line in told.splitlines())
    demand(set(status["Uid"].split()) == {"10001"}, f"{container}: runs as user {status['Uid']}")
    demand(int(status["CapBnd"], 16) == int(status["CapEff"], 16) == 0, f"{container}: capabilities are left")
    demand(status["NoNewPrivs"].strip() == "1", f"{container}: it may gain privileges")
    demand(status["Seccomp"].strip() == "2", f"{container}: no filter of system calls")
    for folder, writable in (("/", False), ("/opt/newsfold", False), ("/etc", False), ("/tmp", True)):
        done = engine.call("exec", container, "touch", f"{folder}/probe")
        demand((done.returncode == 0) is writable, f"{container}: touch in {folder}: {last_of(done)}")


def _answers(engine: Engine, container: str, maker: Object) -> None:
    """It lives; it is ready on its own log, and says what is missing where there is no broker."""
    lacks = None if maker["kind"] == "StatefulSet" else "not connected"
    deadline = time.monotonic() + START_S
    while True:
        live, ready = _asked(engine, container, "/livez"), _asked(engine, container, "/readyz")
        if (
            live.get("live")
            and ready
            and ready["ready"] is not bool(lacks)
            and ready["missing"].get("bus") == lacks
        ):
            return
        if time.monotonic() > deadline:
            raise Failed(f"{container}: {live} {ready} {engine.logs(container)[-300:]}")
        time.sleep(0.5)


def _asked(engine: Engine, container: str, path: str) -> dict[str, Any]:
    """Empty while nobody answers."""
    done = engine.call("exec", container, "python3", "-c", ASK, f"{OPS}{path}")
    return dict(json.loads(done.stdout)) if done.returncode == 0 and done.stdout.strip() else {}


def _stops(engine: Engine, container: str, pod: Object) -> None:
    grace = pod["spec"]["terminationGracePeriodSeconds"]
    engine.tell("stop", "--time", str(grace), container, seconds=grace + 20)
    code = engine.inspect(container)["State"]["ExitCode"]
    demand(code == 0, f"{container}: ended with {code}: {engine.logs(container)[-300:]}")
