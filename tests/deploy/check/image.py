"""The image: built as it is checked in, run as it is meant to be."""

import time
from pathlib import Path

from tests.deploy.check.engine import HARDENED, Engine
from tests.deploy.check.images import OURS
from tests.deploy.check.site import Site
from tests.deploy.check.verdict import demand
from tests.end_to_end.output import digests

DEMO = Path(__file__).parents[2] / "recordings" / "demo.warc.gz"
PROBE = "newsfold-check-probe"
STOP_S = 10.0
KILLED = 137
LEAK = "held = []\nwhile True: held.append(bytearray(1 << 20))"


def builds(site: Site) -> str:
    began = time.monotonic()
    found = site.engine.inspect(site.image)
    took = time.monotonic() - began
    config = found["Config"]
    demand(config["User"] == "10001:10001", f"user is {config['User']!r}, not a number")
    demand(config["Entrypoint"] == ["newsfold"], f"entry point is {config['Entrypoint']}")
    demand(not config.get("Volumes"), f"volumes are declared: {config.get('Volumes')}")
    demand("org.opencontainers.image.licenses" in config["Labels"], "labels are missing")
    listed = _inside(site.engine, "cat", "/opt/newsfold/sbom.cdx.json").count('"bom-ref"')
    demand(listed > 20, f"the bill of materials lists {listed} parts")
    return f"{took:.0f} s, {found['Size'] / 1e6:.0f} MB, {listed} parts listed"


def replays(site: Site) -> str:
    """The demo in the image, against the same on this machine."""
    out = site.folder / "image-out"
    out.mkdir()
    out.chmod(0o777)
    mounts = ("-v", f"{DEMO}:/demo.warc.gz:ro", "-v", f"{out}:/out")
    site.engine.tell(
        "run", "--rm", *HARDENED, *mounts, site.image, "replay", "/demo.warc.gz", "--out", "/out"
    )
    here = site.calm(DEMO).out
    demand(digests(out) == digests(here), "the image and this machine leave different bytes")
    status = _inside(site.engine, "cat", "/proc/self/status")
    demand("CapEff:\t0000000000000000" in status, "capabilities are left")
    refused = site.engine.call(
        "run", "--rm", *HARDENED, "--entrypoint", "touch", site.image, "/opt/newsfold/x"
    )
    demand("Read-only file system" in refused.stderr, "the root is writable")
    leak = ("--memory", "96m", "--memory-swap", "96m", "--entrypoint", "python3", site.image, "-c", LEAK)
    code = site.engine.call("run", "--rm", *HARDENED, *leak).returncode
    demand(code == KILLED, f"a leak ended with {code}, not {KILLED}")
    return "same bytes as here; no capability, no write, a leak ends at its limit"


def stops(site: Site) -> str:
    """SIGTERM in mid-stream."""
    source = site.recording("stopped", 2000, span_s=200.0)
    words = ("run", "all", "--bus", "sqlite:/var/lib/newsfold/log.db", "--recording", "/recording.jsonl.gz")
    mounts = ("-v", f"{source}:/recording.jsonl.gz:ro", "-v", "/var/lib/newsfold")
    site.engine.call("rm", "--force", PROBE)
    site.engine.tell(
        "run", "--detach", "--name", PROBE, *HARDENED, *mounts, "-e", "NEWSFOLD_REPLAY__SPEED=1", OURS, *words
    )
    try:
        deadline = time.monotonic() + 30
        while site.engine.logs(PROBE).count("batch.committed") < 20 and time.monotonic() < deadline:
            time.sleep(0.3)
        command = _first_process(site.engine)
        demand("python" in command, f"process 1 is {command!r}, not Python")
        began = time.monotonic()
        site.engine.tell("kill", "--signal", "TERM", PROBE)
        code = site.engine.tell("wait", PROBE, seconds=STOP_S + 20)
        took = time.monotonic() - began
        said = site.engine.logs(PROBE)
    finally:
        site.engine.call("rm", "--force", "--volumes", PROBE)
    demand(code == "0", f"ended with {code}: {said[-300:]}")
    demand(took <= STOP_S, f"took {took:.1f} s")
    demand("service.stopped" in said, "it did not say that it stopped")
    return f"SIGTERM to exit 0 in {took:.1f} s, {said.count('batch.committed')} batches into the recording"


def _inside(engine: Engine, *words: str) -> str:
    return engine.tell("run", "--rm", *HARDENED, "--entrypoint", words[0], OURS, *words[1:])


def _first_process(engine: Engine) -> str:
    return engine.tell("exec", PROBE, "cat", "/proc/1/cmdline").replace("\0", " ")
