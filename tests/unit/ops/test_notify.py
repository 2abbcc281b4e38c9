"""What is told to a supervisor, over a real datagram socket."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ops.notify import MOST_S, interval_s, notify_supervisor, send_state


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "notify"))
        receiver.setblocking(False)
        yield receiver


def heard(supervisor: socket.socket) -> list[str]:
    found = []
    while True:
        try:
            found.append(supervisor.recv(100).decode())
        except BlockingIOError:
            return found


def environ(supervisor: socket.socket, usec: int = 40_000) -> dict[str, str]:
    return {"NOTIFY_SOCKET": supervisor.getsockname(), "WATCHDOG_USEC": str(usec)}


async def test_a_service_is_ready_alive_and_stopping_in_this_order(supervisor: socket.socket) -> None:
    stop = asyncio.Event()
    async with notify_supervisor(environ(supervisor), lambda: True, stop):
        await asyncio.sleep(0.1)
        before = heard(supervisor)
        stop.set()
        await asyncio.sleep(0.03)
        assert "STOPPING=1" in heard(supervisor)
    assert before[0] == "READY=1"
    assert before[1:].count("WATCHDOG=1") == len(before) - 1 >= 3


async def test_a_loop_that_stalls_gives_no_sign_of_life(supervisor: socket.socket) -> None:
    async with notify_supervisor(environ(supervisor), lambda: False, asyncio.Event()):
        await asyncio.sleep(0.1)
        assert heard(supervisor) == ["READY=1"]
    assert heard(supervisor) == ["STOPPING=1"]


def test_an_abstract_address_is_understood() -> None:
    name = f"newsfold-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(f"\0{name}")
        receiver.setblocking(False)
        send_state({"NOTIFY_SOCKET": f"@{name}"}, "READY=1")
        assert heard(receiver) == ["READY=1"]


def test_without_a_supervisor_and_with_one_that_is_gone_nothing_happens(tmp_path: Path) -> None:
    send_state({}, "READY=1")
    send_state({"NOTIFY_SOCKET": str(tmp_path / "gone")}, "READY=1")


@pytest.mark.parametrize(
    ("usec", "seconds"), [("60000000", MOST_S), ("4000000", 2.0), ("", MOST_S), ("0", MOST_S), ("x", MOST_S)]
)
def test_signs_of_life_come_twice_as_often_as_the_watchdog_asks(usec: str, seconds: float) -> None:
    assert interval_s({"WATCHDOG_USEC": usec}) == seconds
