"""What a step means for the log: poisoned batches, and the offsets to go on from. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from services.stream.bus import Fatal, Partition, Record
from services.stream.dead_letters import dead_record
from services.stream.service import DeadLetter, Poison, Step

Input = TypeVar("Input")
READING_BYTES = 1024 * 1024
"""How much of a reading a dead letter keeps."""


def whole_or_one_by_one(
    call: Callable[[Sequence[Input]], Step],
    inputs: Sequence[Input],
    bury: Callable[[Input, Poison], DeadLetter],
    held_back: Mapping[Partition, int] | None,
) -> Step:
    """Give the batch to `call`; if that raises `Poison`, input by input, burying the poisonous ones.

    It relies on a task that raised not having changed its state. `held_back` is what the last step
    said of `consumed`; it stands where every input is poison and none is left to say it anew.
    """
    try:
        return call(inputs)
    except Poison as poison:
        if len(inputs) == 1:
            return Step(dead=[bury(inputs[0], poison)], consumed=_copy(held_back))
    whole = Step(consumed=_copy(held_back))
    for one in inputs:
        try:
            _add(whole, call([one]))
        except Poison as poison:
            whole.dead.append(bury(one, poison))
    return whole


def _copy(held_back: Mapping[Partition, int] | None) -> dict[Partition, int] | None:
    return None if held_back is None else dict(held_back)


def _add(whole: Step, part: Step) -> None:
    whole.outputs += part.outputs
    whole.dead += part.dead
    for outcome, count in part.outcomes.items():
        whole.outcomes[outcome] = whole.outcomes.get(outcome, 0) + count
    for what, count in part.noted.items():
        whole.noted[what] = whole.noted.get(what, 0) + count
    whole.levels |= part.levels
    if part.stamps is not None:
        whole.stamps = [*(whole.stamps or ()), *part.stamps]
    whole.consumed, whole.full = part.consumed, part.full


def bury_record(record: Record, poison: Poison) -> DeadLetter:
    return dead_record(record, poison)


def bury_reading(reading: Any, poison: Poison, *, origin: str) -> DeadLetter:
    """A reading has no bytes of its own: it is kept as JSON, cut to `READING_BYTES`."""
    value = msgspec.json.encode(reading, enc_hook=repr)[:READING_BYTES]
    return DeadLetter(poison.reason, poison.detail, None, value, (), origin)


def to_commit(
    step: Step, given: Mapping[Partition, int], committed: Mapping[Partition, int]
) -> dict[Partition, int]:
    """The offsets to commit with a step, without those that are committed already.

    Raises `Fatal` where the step claims offsets it was never given.
    """
    wanted = given if step.consumed is None else step.consumed
    for partition, offset in wanted.items():
        if offset > given.get(partition, 0):
            raise Fatal(
                f"the step says {partition.topic}/{partition.number} is consumed up to offset {offset}, "
                f"but was given no more than {given.get(partition, 0)}"
            )
    return {partition: offset for partition, offset in wanted.items() if committed.get(partition) != offset}
