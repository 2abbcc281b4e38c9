"""The library's counters, gauges and histograms, which also tell their amounts without names."""

from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Iterator, Mapping

import prometheus_client


class Counter(prometheus_client.Counter):
    def amounts(self) -> Iterator[float]:
        """What its lines of the exposition say, in their order."""
        yield self._value.get()


class Gauge(prometheus_client.Gauge):
    def amounts(self) -> Iterator[float]:
        """As those of a counter."""
        yield self._value.get()


class BatchHistogram(prometheus_client.Histogram):
    """The library's own locks and looks for the bucket once an observation."""

    def observe_all(self, amounts: Mapping[float, int]) -> None:
        """What `observe` does with each amount as many times as it came."""
        counts: Tally[int] = Tally()
        for amount, count in amounts.items():
            counts[bisect_left(self._upper_bounds, amount)] += count
        self._sum.inc(sum(amount * count for amount, count in amounts.items()))
        for bucket, count in counts.items():
            self._buckets[bucket].inc(count)

    def amounts(self) -> Iterator[float]:
        """As those of a counter: each bucket with all below it, the count, the sum."""
        total = 0.0
        for bucket in self._buckets:
            total += bucket.get()
            yield total
        yield total
        yield self._sum.get()


Instrument = Counter | Gauge | BatchHistogram
