"""What metrics endpoints said, as numbers that can be added up and compared. Pure.

Counters of a process that started anew between two looks begin at 0 again, as in Prometheus' `rate`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from prometheus_client.parser import text_string_to_metric_families

PREFIX = "newsfold_"
STARTED = "process_start_time_seconds"

Series = tuple[str, tuple[tuple[str, str], ...]]
"""A name without the prefix, and its labels in order."""


class Scrape(msgspec.Struct, frozen=True):
    """One answer of one process. `at`: Unix time of the answer."""

    at: float
    samples: Mapping[Series, float]


def parse(text: str, at: float) -> Scrape:
    """Raises `ValueError` for what is no exposition of Newsfold's."""
    samples = {
        series(sample.name.removeprefix(PREFIX), **sample.labels): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith(PREFIX) or sample.name == STARTED
    }
    if not any(name == "build_info" for name, _ in samples):
        raise ValueError("something answers there, but not Newsfold's metrics")
    return Scrape(at, samples)


def series(name: str, **labels: str) -> Series:
    return name, tuple(sorted(labels.items()))


class Pair(msgspec.Struct, frozen=True):
    """One process at two moments; both the same where it was looked at once."""

    before: Scrape
    now: Scrape

    @property
    def seconds(self) -> float:
        return self.now.at - self.before.at

    def growth(self, one: Series) -> float:
        """What a counter grew by."""
        now = self.now.samples[one]
        grown = now - self.before.samples.get(one, 0.0)
        return grown if grown >= 0 else now


def match_series(samples: Mapping[Series, float], name: str, **labels: str) -> list[Series]:
    """The series of that name with at least these labels."""
    wanted = labels.items()
    return [one for one in samples if one[0] == name and wanted <= dict(one[1]).items()]


def values(pairs: Sequence[Pair], name: str, **labels: str) -> list[float]:
    """What is now, in every process."""
    return [pair.now.samples[one] for pair in pairs for one in match_series(pair.now.samples, name, **labels)]


def gains(pairs: Sequence[Pair], name: str, by: str, **labels: str) -> dict[str, float]:
    """What counters grew by, summed over processes, by the value of one label."""
    total: dict[str, float] = {}
    for pair in pairs:
        for one in match_series(pair.now.samples, name, **labels):
            value = dict(one[1]).get(by, "")
            total[value] = total.get(value, 0.0) + pair.growth(one)
    return total


def rate(pairs: Sequence[Pair], name: str, **labels: str) -> float | None:
    """A second, summed over processes; None where no time has passed or there is no such counter."""
    rates = [
        pair.growth(one) / pair.seconds
        for pair in pairs
        if pair.seconds > 0
        for one in match_series(pair.now.samples, name, **labels)
    ]
    return sum(rates) if rates else None


def quantile(share: float, buckets: Mapping[float, float]) -> float | None:
    """Of cumulative counts by upper bound, linear within a bucket as Prometheus does; None of nothing.

    What lies beyond the last finite bound is told as that bound.
    """
    bounds = sorted(buckets)
    total = buckets[bounds[-1]] if bounds else 0.0
    if total <= 0:
        return None
    rank, lower, below = share * total, 0.0, 0.0
    for bound in bounds:
        if buckets[bound] >= rank:
            if math.isinf(bound):
                return lower
            inside = buckets[bound] - below
            return bound if inside <= 0 else lower + (bound - lower) * (rank - below) / inside
        lower, below = bound, buckets[bound]
    return lower


def histogram(pairs: Sequence[Pair], name: str, *, grown: bool, **labels: str) -> dict[float, float]:
    """Cumulative counts by upper bound over all processes: of the time between (`grown`), or of all time."""
    buckets: dict[float, float] = {}
    for pair in pairs:
        for one in match_series(pair.now.samples, f"{name}_bucket", **labels):
            bound = float(dict(one[1])["le"])
            count = pair.growth(one) if grown else pair.now.samples[one]
            buckets[bound] = buckets.get(bound, 0.0) + count
    return buckets


def label_values(found: Iterable[Series], label: str) -> list[str]:
    """The values of a label, each once, in the order met."""
    return list(dict.fromkeys(value for _, labels in found for name, value in labels if name == label))
