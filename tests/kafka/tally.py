"""A service whose output shows every record that was lost, doubled, or taken out of order.

It counts the records of each key, so that what it says depends on all that came before, and says
it three times: in a log, in a table, and in its changelog.
"""

import time
from collections import Counter
from collections.abc import Sequence

from services.stream.bus import Output, Partition, Record, TopicSpec
from services.stream.service import Feeder, Poison, Step

INPUT, LOG, TABLE, STATE, DEAD = "in", "log", "table", "state", "dead-letters.tally"
POISON = b"poison"
STAMP_US = 1_700_000_000_000_000


def topics(partitions: int) -> list[TopicSpec]:
    return [
        TopicSpec(name=INPUT, partitions=partitions),
        TopicSpec(name=LOG, partitions=partitions),
        TopicSpec(name=TABLE, partitions=partitions, compact=True),
        TopicSpec(name=STATE, partitions=partitions, compact=True),
        TopicSpec(name=DEAD, partitions=1),
    ]


def told(value: bytes, key: bytes, count: int) -> bytes:
    return b"%s %s %d" % (value, key, count)


class TallyTask:
    """A record it knows gets the answer it got before, as every core of ours has it."""

    def __init__(self, number: int, pace_s: float) -> None:
        self._number = number
        self._pace_s = pace_s
        self._counts: Counter[bytes] = Counter()
        self._known: dict[bytes, int] = {}

    def restore(self, record: Record) -> None:
        count, _, key = (record.value or b"").partition(b" ")
        self._known[record.key or b""] = int(count)
        self._counts[key] = max(self._counts[key], int(count))

    def restored(self) -> None: ...

    def step(self, records: Sequence[Record]) -> Step:
        if any(record.value == POISON for record in records):
            raise Poison("poison", "it says so")
        time.sleep(self._pace_s)
        step = Step(outcomes={"counted": len(records)})
        for record in records:
            key, value = record.key or b"", record.value or b""
            if value not in self._known:
                self._counts[key] += 1
                self._known[value] = self._counts[key]
            count = self._known[value]
            self._say(step, LOG, key, told(value, key, count))
            self._say(step, TABLE, key, b"%d" % count)
            self._say(step, STATE, value, b"%d %s" % (count, key))
        return step

    def _say(self, step: Step, topic: str, key: bytes, value: bytes) -> None:
        step.outputs.append(Output(Partition(topic, self._number), key, value, (), STAMP_US))

    def held(self) -> int:
        return 0


class Tally:
    name = "tally"
    inputs = (INPUT,)
    changelog = STATE

    def __init__(self, pace_s: float = 0.0) -> None:
        self._pace_s = pace_s

    def task(self, number: int) -> TallyTask:
        return TallyTask(number, self._pace_s)

    def feeder(self, task: TallyTask, number: int) -> Feeder | None:
        del task, number
        return None


Spread = dict[int, list[tuple[bytes, bytes]]]
"""Keys and values, by partition."""


def recording(records: int, partitions: int, *, poison_every: int = 0) -> Spread:
    """The keys are few, so that every record hangs on others."""
    spread: Spread = {number: [] for number in range(partitions)}
    for turn in range(records):
        poisoned = poison_every > 0 and turn % poison_every == poison_every - 1
        spread[turn % partitions].append((b"k%d" % (turn * 7 % 41), POISON if poisoned else b"%d" % turn))
    return spread


def expected(
    spread: Spread,
) -> tuple[dict[int, list[bytes]], dict[int, dict[bytes, bytes]]]:
    """The log and the table that must come out: nothing but plain counting."""
    logs: dict[int, list[bytes]] = {}
    tables: dict[int, dict[bytes, bytes]] = {}
    for number, records in spread.items():
        counts: Counter[bytes] = Counter()
        logs[number] = []
        for key, value in records:
            if value != POISON:
                counts[key] += 1
                logs[number].append(told(value, key, counts[key]))
        tables[number] = {key: b"%d" % count for key, count in counts.items()}
    return logs, tables
