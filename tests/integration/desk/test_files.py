import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from services.console.addresses import topic_specs
from services.console.export.files import export
from services.desk.log.files import FileLog
from services.desk.log.source import Source
from services.stream.bus import Output
from services.stream.memory import MemoryBus
from tests.integration.desk.corpus import newsroom
from tests.integration.desk.site import serving, twin

ALIKE = (
    "/", "/?sort=new", "/story/s1", "/story/s2", "/compare/version-c-1/version-a-1", "/event/e1",
    "/storyline/l1",
    "/search?q=bridge", "/outlets", "/outlet/harbour.example",
)  # fmt: skip


async def written(folder: Path) -> MemoryBus:
    """A bus with the newsroom on it, and its files."""
    bus = MemoryBus()
    await bus.start()
    await bus.create(topic_specs(forget=False))
    writer = await bus.writer("test", ["clusters"], 0)
    odd = ("odd", "empty")
    outputs = [
        Output(one.partition, one.key, one.value, one.headers, one.timestamp_us)
        for one in newsroom()
        if (one.key or b"").decode() not in odd
    ]
    await writer.publish(outputs, consumed={})
    await asyncio.to_thread(folder.mkdir)
    await export(bus, folder)
    return bus


def without_places(view: object) -> object:
    """Where a record lies is another place in a file."""
    return json.loads(re.sub(r"/record/[^\"]*", "", json.dumps(view)))


async def test_the_files_of_a_replay_show_what_its_log_shows(tmp_path: Path) -> None:
    bus = await written(tmp_path / "out")
    views = []
    sources: tuple[Source, ...] = (bus, FileLog(tmp_path / "out"))
    for number, source in enumerate(sources):
        folder = tmp_path / str(number)
        folder.mkdir()
        async with serving(source, folder) as client:
            told = {path: (await client.get(twin(path))).json()["view"] for path in ALIKE}
        told["/story/s1"].pop("record")
        views.append({path: without_places(view) for path, view in told.items()})
    for path in ALIKE:
        assert views[0][path] == views[1][path], path


async def test_a_line_is_found_by_its_record(tmp_path: Path) -> None:
    await written(tmp_path / "out")
    folder = tmp_path / "desk"
    folder.mkdir()
    async with serving(FileLog(tmp_path / "out"), folder) as client:
        story = (await client.get("/story/s2.json")).json()["view"]
        record = (await client.get(f"{story['record']['href']}.json")).json()["view"]
        assert json.loads(record["value"])["story_id"] == "s2"
        before = (await client.get(f"{record['previous']['href']}.json")).json()["view"]
        assert json.loads(before["value"])["story_id"] == "s1"
        assert before["next"]["href"] == story["record"]["href"]


async def test_a_folder_without_a_replay_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"articles\.jsonl"):
        FileLog(tmp_path)


def test_it_serves_and_ends_as_a_process(tmp_path: Path) -> None:
    asyncio.run(written(tmp_path / "out"))
    command = [
        sys.executable,
        "-m",
        "services",
        "desk",
        "--from",
        str(tmp_path / "out"),
        "--listen",
        "127.0.0.1:0",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline().decode()
            found = re.search(r"http://\S+", line)
            assert found, line
            address = found.group()
            with urllib.request.urlopen(f"{address}front.json", timeout=20) as answer:
                assert json.load(answer)["frame"]["live"] is False
            with pytest.raises(urllib.error.HTTPError, match="421"):
                urllib.request.urlopen(
                    urllib.request.Request(address, headers={"Host": "evil.example"}), timeout=20
                )
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
