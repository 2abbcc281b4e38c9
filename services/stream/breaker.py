"""When so much input dies that the fault is not in the input: stop, and let a person look.

Pure. Works on batches, whose inputs have no order among themselves: a batch with one survivor ends a
run of deaths, and the ratio catches what that lets through.
"""

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """More than this is too much."""

    consecutive: int = 100
    ratio: float = 0.5
    """Share of dead inputs, judged once `window` inputs were seen."""
    window: int = 1000
    """Inputs looked back on."""


class BatchCounts(msgspec.Struct, frozen=True):
    inputs: int
    dead: int


class BreakerState(msgspec.Struct, frozen=True):
    """What happened lately."""

    consecutive: int = 0
    recent: tuple[BatchCounts, ...] = ()
    """The newest batches that together hold at least the window, oldest first."""

    def after(self, batch: BatchCounts, limits: Limits) -> "BreakerState":
        if batch.inputs == 0:
            return self
        all_dead = batch.dead >= batch.inputs
        recent = (*self.recent, batch)
        spare = sum(one.inputs for one in recent) - limits.window
        while len(recent) > 1 and spare >= recent[0].inputs:
            spare -= recent[0].inputs
            recent = recent[1:]
        return BreakerState(consecutive=self.consecutive + batch.dead if all_dead else 0, recent=recent)

    def trip_reason(self, limits: Limits) -> str:
        """Why to stop, as a half sentence; empty while there is no reason to."""
        inputs = sum(batch.inputs for batch in self.recent)
        dead = sum(batch.dead for batch in self.recent)
        if self.consecutive > limits.consecutive:
            return f"{self.consecutive} inputs in a row could not be used"
        if inputs >= limits.window and dead > limits.ratio * inputs:
            return f"{dead} of the last {inputs} inputs could not be used"
        return ""
