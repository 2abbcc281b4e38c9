"""What became of a run of sightings: records to publish, state to keep, counts."""

from collections import Counter

import msgspec

from services.contracts.clusters import Cluster
from services.contracts.relations import Verdict
from services.contracts.sketches import Remembered


class Folded(msgspec.Struct):
    """In order."""

    verdicts: list[Verdict] = msgspec.field(default_factory=list)
    clusters: list[Cluster] = msgspec.field(default_factory=list)
    remembered: list[Remembered] = msgspec.field(default_factory=list)
    forgotten: list[str] = msgspec.field(default_factory=list)
    """Version ids that left the window."""
    retracted: dict[str, str] = msgspec.field(default_factory=dict)
    """The article that a notice at another address withdraws, by the version of the notice; empty where it
    withdraws none.
    """
    outcomes: Counter[str] = msgspec.field(default_factory=Counter)
    """One count a sighting: story, screened, shown-again, withdrawn or known."""
    noted: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)
    """What else happened, by metric and kind."""

    def note(self, metric: str, kind: str) -> None:
        self.noted[metric, kind] += 1
