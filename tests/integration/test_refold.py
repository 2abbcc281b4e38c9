"""What Spark looked at beforehand leaves what one process leaves; without Java that is said, and all."""

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from services.console.refold.files import FileStore
from services.console.refold.foresight import TABLE, context_in
from services.console.refold.spark import Spark, SparkOrder, spark
from services.dedup.batch.engine import Lists
from services.dedup.batch.flow import foresee
from services.dedup.batch.plan import Plan
from services.dedup.batch.rows import Table, pack_table
from tests.end_to_end.archive import write_archive
from tests.end_to_end.command import newsfold
from tests.end_to_end.output import digests
from tests.integration.dedup.newsroom import demo
from tests.integration.dedup.shard import Shard, promised
from tests.told import NO_SPARK
from tests.unit.dedup.pieces import SETTINGS

ORDER = SparkOrder(master="local[2]", memory="512m", partitions=4, listen="127.0.0.1")
MOST_KILLS = 3
"""Less than a task's tries: all may meet the same one."""


@pytest.fixture(scope="module")
def engine() -> Iterator[Spark]:
    if shutil.which("java") is None:
        pytest.skip(NO_SPARK + "there is no Java")
    pytest.importorskip("pyspark", reason=NO_SPARK + "pip install 'newsfold[spark]'")
    with spark(ORDER) as started:
        yield started


@pytest.mark.timeout(180)
@pytest.mark.parametrize("ranges", [1, 16])
def test_what_spark_found_out_of_the_demo_changes_no_byte(engine: Spark, tmp_path: Path, ranges: int) -> None:
    log = promised(demo())
    store = FileStore(tmp_path)
    plan = Plan(SETTINGS, store)
    for value in log:
        plan.take(value)
    table = plan.table()
    store.put(TABLE, 0, pack_table(table))
    answers = foresee(table, partial(context_in, str(tmp_path), SETTINGS), engine, ranges=ranges)
    shard, expected = Shard(log, foresight=answers).run(), Shard(log).run()
    assert shard.published() == expected.published()
    assert shard.kept() == expected.kept()


@pytest.mark.timeout(180)
def test_a_refold_leaves_the_files_of_a_replay_and_a_log_to_go_on_from(
    engine: Spark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = write_archive(tmp_path / "whole.jsonl", 200).read_text().splitlines(keepends=True)
    month, hour = tmp_path / "month.jsonl", tmp_path / "hour.jsonl"
    month.write_text("".join(whole[:160]))
    hour.write_text("".join(whole[160:]))
    assert newsfold("replay", month, "--out", tmp_path / "month").code == 0
    assert newsfold("replay", month, hour, "--out", tmp_path / "both").code == 0

    monkeypatch.setattr("services.console.refold.command.spark", lambda _: KeptSession(engine))
    bus = f"sqlite:{tmp_path / 'log.db'}"
    ran = newsfold("refold", month, "--out", tmp_path / "refolded", "--bus", bus)
    assert (ran.code, ran.err) == (0, "")
    assert digests(tmp_path / "refolded") == digests(tmp_path / "month")
    assert newsfold("replay", month, hour, "--out", tmp_path / "seeded", "--bus", bus).code == 0
    assert digests(tmp_path / "seeded") == digests(tmp_path / "both")


@pytest.mark.proof
@pytest.mark.timeout(180)
def test_workers_of_spark_that_are_killed_cost_no_byte(
    engine: Spark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = write_archive(tmp_path / "some.jsonl", 100)
    assert newsfold("replay", archive, "--out", tmp_path / "replayed").code == 0
    monkeypatch.setattr("services.console.refold.command.spark", lambda _: KeptSession(engine))
    over = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        killing = threads.submit(_kill_workers, over)
        ran = newsfold("refold", archive, "--out", tmp_path / "refolded")
        over.set()
    assert killing.result() >= 2
    assert (ran.code, ran.err) == (0, "")
    assert digests(tmp_path / "refolded") == digests(tmp_path / "replayed")


def _kill_workers(over: threading.Event) -> int:
    """Every now and then one that is at work, as often as one task may fail; how many."""
    killed, seen = 0, dict[int, int]()
    while killed < MOST_KILLS and not over.wait(0.05):
        busy = [pid for pid, ticks in _workers() if ticks > seen.get(pid, ticks)]
        seen = dict(_workers())
        if busy and not over.is_set():
            os.kill(busy[0], signal.SIGKILL)
            killed, seen = killed + 1, {}
            over.wait(0.5)
    return killed


def _workers() -> Iterator[tuple[int, int]]:
    """Python processes that Spark forks, and how much CPU each has had. Linux."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            own, above = (
                (place / "cmdline").read_bytes() for place in (stat.parent, Path("/proc") / fields[1])
            )
        except OSError:
            continue
        if b"pyspark.daemon" in own and b"pyspark.daemon" in above:
            yield int(stat.parent.name), sum(map(int, fields[11:13]))


class KeptSession:
    """A session that others use, too."""

    def __init__(self, engine: Spark | Lists) -> None:
        self._engine = engine

    def __enter__(self) -> Spark | Lists:
        return self._engine

    def __exit__(self, *_: object) -> None: ...


def test_a_refold_whose_plan_was_wrong_goes_on_as_a_replay_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = write_archive(tmp_path / "some.jsonl", 60)
    assert newsfold("replay", archive, "--out", tmp_path / "replayed").code == 0
    table = Plan.table

    def wrong(self: Plan) -> Table:
        found = table(self)
        middle = len(found.columns.opened) // 2
        found.columns.opened[middle : middle + 1] = False  # of a shard that has rows
        return found

    monkeypatch.setattr(Plan, "table", wrong)
    monkeypatch.setattr("services.console.refold.command.spark", lambda _: KeptSession(Lists()))
    ran = newsfold("refold", archive, "--out", tmp_path / "refolded")
    assert ran.code == 0
    assert "going on from here as a replay does" in ran.err
    assert digests(tmp_path / "refolded") == digests(tmp_path / "replayed")


def test_without_java_a_refold_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = write_archive(tmp_path / "some.jsonl", 3)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    ran = newsfold("refold", archive, "--out", tmp_path / "out")
    assert ran.code == 2
    assert len(ran.told) == 1
    assert "Java 17" in ran.told[0]
    assert not list((tmp_path / "out").iterdir())
