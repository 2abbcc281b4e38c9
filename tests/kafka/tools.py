"""Kafka's own command line tools, for what is documented with them: one jar beside the broker's.

Raises `Unavailable` where it cannot be had, or is not what it should be.
"""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

from tests.kafka.jars import HERE, RESOLVE_S, VERSION, Unavailable, cache, jars, java

JAR = f"kafka-tools-{VERSION}.jar"
SHA256 = "62f3c5dd7aa3442d4c5bc6a95f86e2502178ea09de8e27f74d9563bf955e253c"
SCRIPTS = {
    "kafka-acls.sh": "org.apache.kafka.tools.AclCommand",
    "kafka-console-consumer.sh": "org.apache.kafka.tools.consumer.ConsoleConsumer",
}
MANY = HERE / "Many.java"
RUN_S = 45


def run(*commands: list[str]) -> str:
    """Run command lines of one script, in one virtual machine; what they print. Raises CalledProcessError.

    A tool that does not end is ended, and what it printed counts: a record too few is seen,
    and not only waited for.
    """
    (main,) = {SCRIPTS[command[0]] for command in commands}
    words = ["\t".join(command[1:]) for command in commands]
    call = [java(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", _classpath(), str(MANY), main]
    try:
        return subprocess.run([*call, *words], capture_output=True, check=True, timeout=RUN_S).stdout.decode()
    except subprocess.TimeoutExpired as late:
        shown, said = (late.stdout or b"").decode(), (late.stderr or b"").decode()[-500:]
    assert shown, f"{main} printed nothing within {RUN_S} s: {said}"
    return shown


def _classpath() -> str:
    return f"{_tools()}:{jars()}/*"


def _tools() -> Path:
    jar = cache() / "tools" / JAR
    jars()
    with (cache() / "tools.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _right(jar):
            _resolve(jar.parent)
    if not _right(jar):
        raise Unavailable(f"{jar} is not the file that tests/kafka/tools.py names")
    return jar


def _right(jar: Path) -> bool:
    return jar.is_file() and hashlib.sha256(jar.read_bytes()).hexdigest() == SHA256


def _resolve(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Unavailable("mvn is not installed, and Kafka's tools are not in the cache yet")
    artifact = f"-Dartifact=org.apache.kafka:kafka-tools:{VERSION}"
    command = [maven, "-B", "-q", "-f", str(HERE / "pom.xml"), "dependency:copy", artifact]
    try:
        told = subprocess.run(
            [*command, f"-DoutputDirectory={folder}"], capture_output=True, check=False, timeout=RESOLVE_S
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"mvn did not bring Kafka's tools within {RESOLVE_S} s") from None
    if told.returncode:
        raise Unavailable("mvn could not bring Kafka's tools")
