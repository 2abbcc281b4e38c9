"""A real Apache Kafka for tests: one node or three, in KRaft mode, on free loopback ports.

`python -m tests.kafka.broker up` starts one node that stays, `down` stops it. The jars come from
`jars.py`. Every start and stop is bounded in time.
"""

import json
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tests.kafka.jars import Unavailable, cache, jars, java

START_S = 60.0
STOP_S = 15.0
HEAP = "-Xmx512m"
CLUSTER = "bmV3c2ZvbGQtdGVzdHMtLQ"
HOST = "127.0.0.1"
# Below the ports the system gives to clients: a client that knocks at a dead broker's port from the
# same range may end up talking to itself, and then holds the port.
PORTS = range(20_000, 32_000)
COMMON = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "auto.create.topics.enable": "false",
    "num.partitions": "1",
    "message.max.bytes": str(16 << 20),
    "replica.fetch.max.bytes": str(16 << 20),
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
    # A killed broker may come back once its session is over.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "1",
    "log.cleaner.enable": "true",
    "log.cleaner.dedupe.buffer.size": str(4 << 20),
}
Settings = dict[str, str]


class Node:
    """One broker process, which is its own controller."""

    def __init__(self, number: int, folder: Path, libraries: Path) -> None:
        self.number = number
        self.folder = folder
        self.port, self.controller_port = free_port(), free_port()
        self._classpath = f"{libraries}/*"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def format(self, settings: Settings, *, users: dict[str, str] | None = None) -> None:
        """Write the configuration and format storage. `users`: SCRAM-SHA-512 passwords by name."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = [f"{key}={value}" for key, value in settings.items()]
        (self.folder / "server.properties").write_text("\n".join(lines) + "\n")
        scram = [
            part
            for name, password in (users or {}).items()
            for part in ("--add-scram", f"SCRAM-SHA-512=[name={name},password={password}]")
        ]
        command = ["kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", self._config(), *scram]
        told = subprocess.run(self._java(*command), capture_output=True, check=False, timeout=START_S)
        if told.returncode:
            raise Unavailable(f"storage could not be formatted: {told.stdout.decode()[-500:]}")

    def start(self) -> None:
        """Return at once; `Cluster.wait` waits."""
        assert not self.running
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._java("kafka.Kafka", self._config()),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        """Ask, then insist."""
        if self._process is not None and self.running:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()

    def wait(self, within_s: float = STOP_S) -> None:
        """Until it has ended by itself, or by somebody else's hand."""
        assert self._process is not None
        self._process.wait(within_s)

    def kill(self) -> None:
        """SIGKILL. The page cache survives it, so this is no test of the disk."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(STOP_S)

    def pause(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def last_words(self) -> str:
        log = self.folder / "log"
        return log.read_text(errors="replace")[-1500:] if log.exists() else ""

    def _config(self) -> str:
        return str(self.folder / "server.properties")

    def _java(self, *command: str) -> list[str]:
        # Less compiling and one collector thread: two cores are shared with the tests.
        options = [HEAP, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        return [java(), *options, "-cp", self._classpath, *command]


class Cluster:
    """One node or three, formatted in a fresh folder. `settings` are added to every node's own.

    `listeners` are extra ones, name and protocol, as in `{"SECURE": "SASL_SSL"}`; `advertise` has
    clients of one of them go through another port, where a proxy may stand.
    """

    def __init__(
        self,
        nodes: int = 1,
        *,
        settings: Settings | None = None,
        listeners: dict[str, str] | None = None,
        advertise: dict[str, int] | None = None,
        users: dict[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        libraries = jars()
        self.folder = folder or Path(tempfile.mkdtemp(prefix="newsfold-kafka-"))
        self.nodes = [Node(number, self.folder / str(number), libraries) for number in range(1, nodes + 1)]
        self._advertised = advertise or {}
        self._extra = {name: [free_port() for _ in self.nodes] for name in listeners or {}}
        for node in self.nodes:
            node.format({**self._settings(node, listeners or {}), **(settings or {})}, users=users)

    @property
    def bootstrap(self) -> str:
        return ",".join(node.address for node in self.nodes)

    def port(self, listener: str) -> int:
        """Where an extra listener of the first node listens."""
        return self._extra[listener][0]

    def start(self) -> "Cluster":
        """Start every node that does not run, and wait until all answer."""
        try:
            for node in self.nodes:
                if not node.running:
                    node.start()
            self.wait()
        except BaseException:
            self.remove()
            raise
        return self

    def wait(self) -> None:
        """Until every running node knows every running node."""
        deadline = time.monotonic() + START_S
        running = [node for node in self.nodes if node.running]
        for node in running:
            while alive(node.port) < len(running):
                if not node.running or time.monotonic() > deadline:
                    raise Unavailable(f"node {node.number} did not answer in time: {node.last_words()}")
                time.sleep(0.05)

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()

    def remove(self) -> None:
        """Stop at once and leave nothing behind."""
        for node in self.nodes:
            if node.running:
                node.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _settings(self, node: Node, listeners: dict[str, str]) -> Settings:
        copies = str(min(3, len(self.nodes)))
        enough = str(max(1, min(3, len(self.nodes)) - 1))
        own = {name: f"{name}://{HOST}:{self._extra[name][node.number - 1]}" for name in listeners}
        protocols = {"PLAINTEXT": "PLAINTEXT", "CONTROLLER": "PLAINTEXT", **listeners}
        shown = {name: f"{name}://{HOST}:{self._advertised[name]}" for name in self._advertised}
        plain = f"PLAINTEXT://{node.address}"
        return {
            **COMMON,
            "node.id": str(node.number),
            "log.dirs": str(node.folder / "data"),
            "listeners": ",".join([plain, f"CONTROLLER://{HOST}:{node.controller_port}", *own.values()]),
            "advertised.listeners": ",".join([plain, *{**own, **shown}.values()]),
            "listener.security.protocol.map": ",".join(f"{k}:{v}" for k, v in protocols.items()),
            "controller.quorum.voters": ",".join(
                f"{one.number}@{HOST}:{one.controller_port}" for one in self.nodes
            ),
            "offsets.topic.replication.factor": copies,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": enough,
            "share.coordinator.state.topic.replication.factor": copies,
            "share.coordinator.state.topic.min.isr": enough,
        }


def free_port() -> int:
    for port in random.sample(PORTS, 200):
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)):
                return port
    raise Unavailable("no free port on loopback")


def alive(port: int) -> int:
    """How many live brokers the broker at `port` knows; 0 where nothing answers.

    A Metadata request, version 1, for no topic: the answer's first field counts the brokers.
    """
    request = struct.pack(">hhih", 3, 1, 1, -1) + struct.pack(">i", 0)
    try:
        with socket.create_connection((HOST, port), timeout=1.0) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            answer = connection.recv(12)
    except OSError:
        return 0
    return int(struct.unpack(">iii", answer)[2]) if len(answer) == 12 else 0


def up(place: Path) -> None:
    """Start a node that outlives this process; a second `up` finds it."""
    known = _known(place)
    if known is None:
        folder = place / "standing"
        shutil.rmtree(folder, ignore_errors=True)
        cluster = Cluster(folder=folder).start()
        known = {"bootstrap": cluster.bootstrap, "pid": cluster.nodes[0].pid}
        (place / "standing.json").write_text(json.dumps(known))
    print(f"export KAFKA_BOOTSTRAP={known['bootstrap']}")


def down(place: Path) -> None:
    known = _known(place)
    if known is None:
        print("no standing broker", file=sys.stderr)
        return
    pid = int(known["pid"])
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_S
    while _is_broker(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    if _is_broker(pid):
        os.kill(pid, signal.SIGKILL)
    (place / "standing.json").unlink()
    shutil.rmtree(place / "standing", ignore_errors=True)


def _known(place: Path) -> dict[str, str | int] | None:
    try:
        known: dict[str, str | int] = json.loads((place / "standing.json").read_text())
    except FileNotFoundError:
        return None
    return known if _is_broker(int(known["pid"])) else None


def _is_broker(pid: int) -> bool:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        return b"kafka.Kafka" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def main(arguments: list[str]) -> int:
    actions = {"up": up, "down": down}
    if len(arguments) != 1 or arguments[0] not in actions:
        print("usage: python -m tests.kafka.broker up|down", file=sys.stderr)
        return 2
    try:
        actions[arguments[0]](cache())
    except Unavailable as why:
        print(f"no Kafka: {why}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
