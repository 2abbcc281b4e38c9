"""Apache Kafka as jars: resolved once by Maven, kept outside the tree, proved before every use.

Raises `Unavailable` with one line where Java, Maven or the network is missing. Jars that do not
match the checked-in sums are never run.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent
VERSION = "4.3.1"
RESOLVE_S = 300
JAVA = 17


class Unavailable(Exception):
    """There is no broker to be had here; the text says what is missing."""


def cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "newsfold" / f"kafka-{VERSION}"


def java() -> str:
    """The path of a Java that is new enough."""
    found = shutil.which("java")
    if found is None:
        raise Unavailable("java is not installed")
    told = subprocess.run([found, "-version"], capture_output=True, text=True, check=False, timeout=30).stderr
    major = told.partition('"')[2].partition(".")[0]
    if not major.isdigit() or int(major) < JAVA:
        raise Unavailable(f"java {JAVA} or newer is needed, this is {told.splitlines()[:1]}")
    return found


def wanted() -> Mapping[str, str]:
    """SHA-256 by file name."""
    lines = (HERE / "jars.sha256").read_text().splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def wrong(folder: Path) -> list[str]:
    """What is missing from `folder`, does not belong there, or is not what it should be."""
    sums = wanted()
    found = {path.name: path for path in folder.glob("*.jar")} if folder.is_dir() else {}
    strange = [name for name in found if name not in sums]
    return strange + [name for name in sums if name not in found or _digest(found[name]) != sums[name]]


def jars() -> Path:
    """The folder of verified jars, resolved from Maven Central if need be."""
    java()
    folder = cache() / "jars"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if wrong(folder):
            _resolve(folder)
    left = wrong(folder)
    if left:
        raise Unavailable(f"jars in {folder} do not match tests/kafka/jars.sha256: {', '.join(left[:5])}")
    return folder


def _resolve(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Unavailable("mvn is not installed, and the jars are not in the cache yet")
    shutil.rmtree(folder, ignore_errors=True)
    command = [maven, "-B", "-q", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
    try:
        told = subprocess.run(
            [*command, "-DincludeScope=runtime", f"-DoutputDirectory={folder}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=RESOLVE_S,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"mvn did not bring the jars within {RESOLVE_S} s") from None
    if told.returncode:
        errors = [line for line in told.stdout.splitlines() if "ERROR" in line]
        raise Unavailable(f"mvn could not bring the jars: {errors[0][:200] if errors else told.returncode}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
