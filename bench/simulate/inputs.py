"""Inputs: all that a simulation starts from, each kind by itself, as one record that can be kept."""

from pathlib import Path

import msgspec
from msgspec.structs import replace

from bench.simulate.assumptions import Assumptions
from bench.simulate.costs import Costs
from bench.simulate.elsewhere import Elsewhere
from bench.simulate.shape import Shape
from services.dedup.search.table import MOST_LIVE
from services.stream.kafka.bounds import RECORD_BYTES

FILE = Path(__file__).with_name("recorded.json")


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A prediction beside what was measured."""

    what: str
    unit: str
    predicted: float
    measured: float

    @property
    def error(self) -> float:
        return self.predicted / self.measured - 1


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    costs: Costs
    elsewhere: Elsewhere
    shape: Shape
    assumed: Assumptions
    checks: tuple[Check, ...] = ()
    most_live: int = MOST_LIVE
    """Versions that an index can number."""
    record_bytes: int = RECORD_BYTES
    """Of a record on Kafka, at most."""

    def live(self, a_day: float) -> float:
        return a_day * self.assumed.window_days

    def grown(self, live: float) -> float:
        """Cost of dedup beside that of the articles that gave the costs, half of them live on the mean."""
        reach = max(1.0, min(live, self.elsewhere.grown_to) / (self.costs.articles / 2))
        return float(reach**self.elsewhere.growth)


def recorded() -> Inputs:
    """Of the last time that they were kept."""
    return msgspec.json.decode(FILE.read_bytes(), type=Inputs)


def bounded(inputs: Inputs) -> Inputs:
    """With the bounds of the code as it is now."""
    return replace(inputs, most_live=MOST_LIVE, record_bytes=RECORD_BYTES)


def record(inputs: Inputs) -> None:
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(inputs), indent=1) + b"\n")
