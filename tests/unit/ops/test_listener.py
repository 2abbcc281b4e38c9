import asyncio
import gc
import socket
import warnings

import pytest

from services.ops.listener import Listener


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while said := await reader.read(100):
        writer.write(said)
        await writer.drain()


async def test_a_connection_is_closed_with_its_conversation() -> None:
    async with Listener(echo, "127.0.0.1", 0) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"well?")
        assert (await reader.read(100), listener.open) == (b"well?", 1)
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
    assert listener.open == 0


@pytest.mark.parametrize("turns", range(5))
def test_who_comes_while_it_ends_leaves_no_socket(turns: int) -> None:
    callers: list[socket.socket] = []

    async def end_at_once() -> None:
        async with Listener(echo, "127.0.0.1", 0) as listener:
            callers.extend(socket.create_connection(("127.0.0.1", listener.port)) for _ in range(5))
            for _ in range(turns):
                await asyncio.sleep(0)

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        asyncio.run(end_at_once())
        for caller in callers:
            caller.close()
        gc.collect()
    assert [str(warning.message) for warning in warned] == []
