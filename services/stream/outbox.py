"""A lane's way out: what a step gave back becomes one publish, tried until it is known to be done."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import msgspec

from services.stream.breaker import BatchCounts, BreakerState
from services.stream.bus import Bus, BusError, Fatal, Fenced, Output, Partition, Unclear, Writer
from services.stream.clock import Clock
from services.stream.dead_letters import to_output
from services.stream.observer import Delivery, Observer, Result, State
from services.stream.patience import call_patiently
from services.stream.service import Service, Step
from services.stream.settings import RunSettings
from services.stream.steps import to_commit


class LaneContext(msgspec.Struct, frozen=True):
    """What all lanes of a runner share."""

    service: Service
    bus: Bus
    group: str
    settings: RunSettings
    observer: Observer
    clock: Clock
    """What dead letters and snapshots are stamped by."""

    def failure_callback(self, state: State) -> Callable[[Exception], None]:
        """Tells the observer what was raised meanwhile."""
        return partial(self.observer.failed, state)


class LaneHalted(Fatal):
    """One number cannot go on: its dead letters cannot be written, or most of its input is dead.

    Nothing of the batch is published or committed. The other numbers have nothing to do with it.
    """


class StepInput(msgspec.Struct, frozen=True):
    """What a step was given."""

    inputs: Mapping[str, int]
    """Records by topic."""
    readings: int
    stamps: Sequence[int]
    """`timestamp_us` of the records."""
    positions: Mapping[Partition, int]
    """The offsets after everything the task was ever given."""
    seconds: float = 0.0
    """How long the step took."""


class Outbox:
    """Publishes for one number through its writer."""

    def __init__(
        self, context: LaneContext, number: int, writer: Writer, committed: Mapping[Partition, int]
    ) -> None:
        self._context = context
        self._number = number
        self._writer = writer
        self._committed = dict(committed)
        self._breaker = BreakerState()

    async def deliver(self, step: Step, given: StepInput, held: int) -> None:
        """Raises `Fenced`, `Unclear`, `LaneHalted`, or `Fatal` where patience ended."""
        breaker = self._judge(step, given)
        consumed = to_commit(step, given.positions, self._committed)
        now = self._context.clock.now()
        dead = [to_output(one, self._context.service.name, now=now) for one in step.dead]
        outputs = [*step.outputs, *dead]
        if outputs or consumed:
            attempt = partial(self._attempt, outputs, consumed)
            try:
                await call_patiently(
                    attempt, self._context.settings.patience, self._context.failure_callback("publish")
                )
            except Fatal as error:
                if not dead:
                    raise
                raise LaneHalted(_unwritten_message(dead, error)) from error
        self._committed.update(consumed)
        self._breaker = breaker
        self._context.observer.delivered(
            Delivery(
                number=self._number,
                inputs=given.inputs,
                readings=given.readings,
                outcomes=step.outcomes,
                dead=Counter(one.reason for one in step.dead),
                outputs=Counter(output.partition.topic for output in outputs),
                held=held,
                consumed=dict(self._committed),
                stamps=given.stamps if step.stamps is None else step.stamps,
                noted=step.noted,
                levels=step.levels,
                seconds=given.seconds,
            )
        )

    def _judge(self, step: Step, given: StepInput) -> BreakerState:
        limits = self._context.settings.dead_limits
        accounted = sum(step.outcomes.values()) + len(step.dead)
        inputs = max(accounted, sum(given.inputs.values()) + given.readings)
        breaker = self._breaker.after(BatchCounts(inputs, len(step.dead)), limits)
        why = breaker.trip_reason(limits) if step.dead else ""
        if why:
            last = step.dead[-1]
            raise LaneHalted(
                f"{why}, so this batch was not published and will be read again; "
                f"the last was {last.origin}: {last.reason} ({last.detail})"
            )
        return breaker

    async def _attempt(self, outputs: Sequence[Output], consumed: Mapping[Partition, int]) -> None:
        started = time.monotonic()
        result: Result = "committed"
        try:
            await self._writer.publish(outputs, consumed=consumed)
        except BusError as error:
            result = _RESULTS.get(type(error), "aborted")
            raise
        finally:
            self._context.observer.transaction(result, time.monotonic() - started)


def _unwritten_message(dead: Sequence[Output], error: Fatal) -> str:
    return f"{len(dead)} dead letters could not be written to {dead[0].partition.topic}: {error}"


_RESULTS: dict[type[BusError], Result] = {Unclear: "unclear", Fenced: "fenced"}
