"""The images of a check: ours is built from the checked-in file, others are pulled or stood in for."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from tests.deploy import tools
from tests.deploy.check.engine import Engine, last_of
from tests.deploy.check.verdict import Failed, Skipped
from tests.kafka import jars

ROOT = Path(__file__).parents[3]
STANDINS = Path(__file__).parents[1] / "standins"
BASE = "debian:trixie-slim"
OURS = "newsfold:check"
THEIRS: Mapping[str, str] = MappingProxyType(
    {
        "kafka": "apache/kafka:4.3.1",
        "prometheus": "prom/prometheus:v3.5.0",
        "alertmanager": "prom/alertmanager:v0.28.1",
    }
)
"""As the compose files name them."""
PULL_S = 120.0
BUILD_S = 400.0
MARK = "newsfold.stand-in"


def base(engine: Engine) -> str:
    """The base image under its public name; says where it is from. Raises `Unavailable`."""
    if engine.has_image(BASE):
        return f"{BASE} was here"
    if engine.call("pull", "--quiet", BASE, seconds=PULL_S).returncode == 0:
        return f"{BASE} pulled"
    strap = shutil.which("mmdebstrap")
    if strap is None:
        raise Skipped(
            f"{BASE} cannot be pulled, and mmdebstrap, which could stand in for it, is not installed"
        )
    wanted = [strap, "--variant=minbase", "--include=python3,python3-venv,ca-certificates", "trixie", "-"]
    with subprocess.Popen(wanted, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as made:
        done = subprocess.run(
            ["podman", "import", "--quiet", "-", BASE],
            stdin=made.stdout,
            capture_output=True,
            check=False,
            timeout=BUILD_S,
        )
    if done.returncode or made.returncode:
        raise Skipped(f"{BASE} cannot be pulled, and mmdebstrap could not stand in for it")
    return f"{BASE} cannot be pulled here: STAND-IN from Debian's packages"


def ours(engine: Engine, folder: Path) -> None:
    """Build our image from the checked-in file, unchanged."""
    _build(engine, ROOT / "deploy/container/Containerfile", ROOT, OURS, folder)
    # Earlier builds have lost their name to this one; images of others are nobody's business here.
    engine.call("image", "prune", "--force", "--filter", "label=org.opencontainers.image.title=Newsfold")


def theirs(engine: Engine, folder: Path) -> str:
    """Kafka, Prometheus, Alertmanager under the names the compose files use; says which are stand-ins."""
    missing = {
        name: image
        for name, image in THEIRS.items()
        if not engine.has_image(image) and engine.call("pull", "--quiet", image, seconds=PULL_S).returncode
    }
    if missing:
        context = folder / "standins"
        shutil.copytree(STANDINS, context, dirs_exist_ok=True)
        shutil.copytree(jars.jars(), context / "jars", dirs_exist_ok=True)
        for name, image in missing.items():
            _build(engine, context / "Containerfile", context, image, folder, "--target", name)
    stood_in = [image for image in THEIRS.values() if _mark(engine, image)]
    return f"STAND-INS for {', '.join(stood_in)}" if stood_in else "their own images"


def _mark(engine: Engine, image: str) -> str:
    return engine.call(
        "image", "inspect", "--format", f'{{{{index .Labels "{MARK}"}}}}', image
    ).stdout.strip()


def _build(engine: Engine, file: Path, context: Path, name: str, folder: Path, *more: str) -> None:
    # As docker's builder does: the format that drops nothing. The chroot needs no favour of the kernel.
    words = ["build", "--quiet", "--format", "docker", "--isolation", "chroot", "--network", "host"]
    done = engine.call(*words, *_pip(folder), *more, "-f", file, "-t", name, context, seconds=BUILD_S)
    if done.returncode:
        raise Failed(f"{name} could not be built: {last_of(done)}")


def _pip(folder: Path) -> list[str]:
    """What pip is configured with on this machine, for the pip of the build."""
    mounts, lines = [], ["[global]", "disable-pip-version-check = true"]
    authority = next((os.environ[name] for name in ("PIP_CERT", "SSL_CERT_FILE") if os.environ.get(name)), "")
    if authority:
        mounts += ["--volume", f"{authority}:/run/authority.pem:ro"]
        lines.append("cert = /run/authority.pem")
    if index := os.environ.get("PIP_INDEX_URL"):
        lines.append(f"index-url = {index}")
    config = folder / "pip.conf"
    config.write_text("\n".join(lines) + "\n")
    return [*mounts, "--volume", f"{config}:/etc/pip.conf:ro"]


def compose_tool() -> str:
    """podman-compose of our own version, in an environment of its own."""
    return str(Path(tools.environment("compose")).with_name("podman-compose"))
