import asyncio
from pathlib import Path

import pytest

from services.console.run.heartbeat import Heartbeat
from services.console.run.pulse import Pulse
from services.ops.exits import Exit, Stop
from services.stream.bus import Partition, Retry
from services.stream.memory import MemoryBus

READ = Partition("articles", 0)


class Patient(MemoryBus):
    """A bus that is away as long as it is told to be."""

    ails = ""

    async def end(self, partition: Partition) -> int:
        del partition
        if self.ails == "silent":
            await asyncio.sleep(60)
        if self.ails:
            raise Retry(self.ails)
        return 0


@pytest.mark.parametrize(("ails", "told"), [("silent", "no answer"), ("no leader", "no leader")])
async def test_a_bus_that_does_not_answer_is_named_until_it_does(ails: str, told: str) -> None:
    bus = Patient()
    pulse = Pulse(bus, "bus kafka:broker.example:9092", READ, silence_s=0.02)
    await pulse.feel()
    assert pulse.lost == ""
    bus.ails = ails
    await pulse.feel()
    assert pulse.lost == f"bus kafka:broker.example:9092 is lost for 0 s: {told}"
    bus.ails = ""
    await pulse.feel()
    assert pulse.lost == ""


async def test_the_heartbeat_is_a_file_that_goes_with_a_good_end(tmp_path: Path) -> None:
    file = tmp_path / "run" / "beat"
    heartbeat = Heartbeat(file)
    before = file.stat().st_mtime_ns
    await asyncio.sleep(0.02)
    await heartbeat.beat()
    touched = file.stat().st_mtime_ns
    await heartbeat.beat()
    assert before < touched == file.stat().st_mtime_ns
    heartbeat.end()
    assert not file.exists()


def test_a_heartbeat_that_cannot_be_written_is_refused_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Stop, match=r"ops\.heartbeat_file") as refused:
        Heartbeat(tmp_path / "file" / "beat")
    assert refused.value.code == Exit.USAGE
