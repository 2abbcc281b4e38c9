import asyncio
import contextlib
import json
from collections.abc import Iterator

import pytest

from services.ops.exits import Exit, Stop
from services.ops.health import Health
from services.ops.secret import Secret
from services.ops.server import MAX_REQUEST_BYTES, OpsServer
from services.ops.settings import OpsSettings

ANYWHERE = OpsSettings(listen="127.0.0.1:0")


async def asked(port: int, request: bytes) -> tuple[int, dict[str, str], bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.suppress(ConnectionError):
        writer.write(request)
        await writer.drain()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    return int(first.split()[1]), dict(field.split(": ", 1) for field in fields), body


async def got(port: int, path: str, *fields: str) -> tuple[int, bytes]:
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *fields, "", ""]
    status, _, body = await asked(port, "\r\n".join(lines).encode())
    return status, body


async def test_probes_and_metrics_are_answered_over_a_real_socket() -> None:
    health = Health({"bus": "not connected"}, stall_s=30)
    async with OpsServer(ANYWHERE, health, lambda: [b"newsfold_up 1\n"]) as server:
        assert (await got(server.port, "/livez"))[0] == 200
        status, body = await got(server.port, "/readyz")
        assert status == 503
        assert json.loads(body)["missing"] == {"bus": "not connected"}
        health.mark_ready("bus")
        assert (await got(server.port, "/readyz"))[0] == 200
        assert await got(server.port, "/metrics") == (200, b"newsfold_up 1\n")
        assert (await got(server.port, "/elsewhere"))[0] == 404


async def test_the_loop_turns_between_the_pieces_of_an_exposition() -> None:
    turns, turns_at = 0, []

    async def turning() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    def pieces() -> Iterator[bytes]:
        for _ in range(5):
            turns_at.append(turns)
            yield b"one piece\n"

    async with OpsServer(ANYWHERE, Health({}, stall_s=30), pieces) as server:
        busy = asyncio.create_task(turning())
        assert await got(server.port, "/metrics") == (200, 5 * b"one piece\n")
        busy.cancel()
    assert len(set(turns_at)) == 5


async def test_only_get_is_answered() -> None:
    async with OpsServer(ANYWHERE, Health({}, stall_s=30), list) as server:
        assert (await asked(server.port, b"POST /livez HTTP/1.1\r\n\r\n"))[0] == 405


async def test_a_request_that_is_too_large_is_refused() -> None:
    async with OpsServer(ANYWHERE, Health({}, stall_s=30), list) as server:
        request = b"GET /livez HTTP/1.1\r\nX: " + b"x" * (MAX_REQUEST_BYTES + 1) + b"\r\n\r\n"
        with contextlib.suppress(ConnectionError):
            assert (await asked(server.port, request))[0] == 431
        assert (await got(server.port, "/livez"))[0] == 200


async def test_a_prober_that_never_finishes_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.ops.server.REQUEST_S", 0.05)
    async with OpsServer(ANYWHERE, Health({}, stall_s=30), list) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /livez")
        assert await asyncio.wait_for(reader.read(), 2) == b""
        writer.close()
        assert (await got(server.port, "/livez"))[0] == 200


async def test_a_token_protects_what_is_told_but_not_the_liveness() -> None:
    settings = OpsSettings(listen="127.0.0.1:0", token=Secret("hush"))
    async with OpsServer(settings, Health({}, stall_s=30), lambda: [b"m"]) as server:
        assert (await got(server.port, "/livez"))[0] == 200
        assert (await got(server.port, "/metrics"))[0] == 401
        assert (await got(server.port, "/metrics", "Authorization: Bearer wrong"))[0] == 401
        assert (await got(server.port, "/metrics", "Authorization: Bearer hush"))[0] == 200


async def test_a_taken_port_is_one_clear_line() -> None:
    async with OpsServer(ANYWHERE, Health({}, stall_s=30), list) as server:
        second = OpsServer(OpsSettings(listen=f"127.0.0.1:{server.port}"), Health({}, stall_s=30), list)
        with pytest.raises(Stop, match="the port is taken") as stopped:
            await second.__aenter__()
        assert stopped.value.code is Exit.FAILED
