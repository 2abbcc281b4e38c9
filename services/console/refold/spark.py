"""Apache Spark as the engine of a batch: this machine, or a cluster by its master's URL.

Blocks travel as they are between Python processes; the engine moves, sorts and spills them, and runs what
failed again. Spark and Java are looked for where a refold is asked for, and nowhere else.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from services.dedup.batch.engine import Data, Key, Reduction, Task, reduced
from services.ops.exits import Exit, Stop

if TYPE_CHECKING:
    from pyspark import RDD, SparkContext

T = TypeVar("T")
U = TypeVar("U")
_NO_JAVA = (
    "refold runs on Spark, which needs Java 17 or newer, and there is none: install it "
    "(Debian: openjdk-17-jre-headless) or name it in JAVA_HOME; `newsfold replay` needs none"
)
_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Of the Java process that drives: it moves blocks, and code compiled at length is not worth its wait."""
_LOCAL = re.compile(r"local(?:\[(\d+|\*)\])?")
_TRIES = 4
"""Of a task, as on a cluster."""
_NO_SPARK = "refold needs Spark: pip install 'newsfold[spark]'; `newsfold replay` needs none"


class SparkOrder(NamedTuple):
    master: str
    memory: str
    """Of the Java process that drives, and of each that executes: 1g."""
    partitions: int
    listen: str
    """Where executors reach this process."""


class Distributed(Data[T]):
    """Values in the partitions of a cluster."""

    def __init__(self, values: "RDD[Any]") -> None:
        self.values = values

    def each(self, task: Task[T, U]) -> Data[U]:
        return Distributed(self.values.flatMap(task))

    def collect(self) -> list[T]:
        found: list[T] = self.values.collect()
        return found


class Spark:
    """An engine."""

    def __init__(self, context: "SparkContext", *, partitions: int) -> None:
        self._context = context
        self._partitions = partitions

    def spread(self, values: Sequence[T]) -> Data[T]:
        return Distributed(self._context.parallelize(values, min(self._partitions, len(values))))

    def by_owner(self, data: Data[tuple[Key, T]], reduce: Reduction[T, U], owners: int) -> Data[U]:
        """Neighbouring owners are together: what they ask for is at hand."""
        assert isinstance(data, Distributed)
        parts = min(self._partitions, owners)
        moved = data.values.repartitionAndSortWithinPartitions(parts, partial(_part, parts, owners))
        return Distributed(moved.mapPartitions(partial(_reduce, reduce)))

    def cancel(self) -> None:
        """Give up what is under way."""
        self._context.cancelAllJobs()


def _part(parts: int, owners: int, key: Key) -> int:
    return key[0] * parts // owners


def _reduce(reduce: Reduction[T, U], values: Iterator[tuple[Key, T]]) -> Iterator[U]:
    return reduced(values, reduce)


@contextmanager
def spark(order: SparkOrder) -> Iterator[Spark]:
    """Raises `Stop` (usage) where Spark or Java is missing, or does not start."""
    context = _started(order)
    try:
        yield Spark(context, partitions=order.partitions)
    finally:
        context.stop()


def _started(order: SparkOrder) -> "SparkContext":
    java = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=f"{java}/bin" if java else None) is None:
        raise Stop(Exit.USAGE, _NO_JAVA)
    try:
        from pyspark import SparkConf, SparkContext
    except ImportError:
        raise Stop(Exit.USAGE, _NO_SPARK) from None
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", order.listen)  # what it has no setting for, too
    settings = (
        SparkConf().setMaster(_patient(order.master)).setAppName("newsfold refold").setAll(_settings(order))
    )
    try:
        context = SparkContext(conf=settings)
    except Exception as error:
        told = str(error).strip().splitlines()
        raise Stop(
            Exit.USAGE, f"Spark does not start ({order.master}): {told[0] if told else error!r}"
        ) from error
    return context


def _patient(master: str) -> str:
    """On one machine Spark gives up at the first task that fails, unless the master says how often it may."""
    local = _LOCAL.fullmatch(master)
    return f"local[{local[1] or 1},{_TRIES}]" if local else master


def _settings(order: SparkOrder) -> list[tuple[str, str]]:
    return [
        ("spark.driver.bindAddress", order.listen),
        ("spark.driver.host", order.listen),
        ("spark.driver.memory", order.memory),
        ("spark.executor.memory", order.memory),
        ("spark.driver.extraJavaOptions", _JAVA),
        ("spark.log.level", "ERROR"),
        ("spark.ui.enabled", "false"),
        ("spark.ui.showConsoleProgress", "false"),
    ]
