"""Advice: which way to run, from how many articles a day."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from bench.simulate.inputs import Inputs
from bench.simulate.limits import MOST, NUMBERS, ends
from bench.simulate.table import count, table
from bench.simulate.ways import ALL, SERVICES, SHARDS, SPREAD, WAYS

WINDOWS = (30, 14, 7, 3)
RUN = {
    ALL: "`newsfold run all`: one process, the embedded log",
    SERVICES: "`newsfold run ingest`, `run dedup` and `run enrich`: a process each, on Kafka",
    SHARDS: '`ingest.sharding = "language"`; on Kafka, dedup and enrich a process for each of four shards',
    SPREAD: "sign, range, pair, fold, each as many processes as it needs, live or by a refold",
}
_ALIKE = 1.05
"""A way that carries so little more is no reason to leave a simpler one."""
_NOTHING = "nothing that is simulated"


def which_way(inputs: Inputs) -> str:
    carried = {way: ends(way, inputs) for way in WAYS}
    first = table(("articles a day", "run", "what ends it"), _rows(carried))
    if all(_first(found)[0] != NUMBERS for found in carried.values()):
        return first
    return "\n\n".join([first, *_numbers(inputs, carried)])


def _numbers(inputs: Inputs, carried: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    yield (
        f"The first end is neither CPU nor memory: an index numbers {inputs.most_live:,} versions, and with "
        "more in its window dedup stops with an error. A shorter window carries more a day; what is taken up "
        "again after it is found no more:"
    )
    windows = [
        (str(days), *(count(_first(ends(way, _with_window(inputs, days)))[1]) for way in (ALL, SHARDS)))
        for days in WINDOWS
    ]
    yield table(("`dedup.window_days`", "one shard, articles a day", "a shard a language"), windows)
    yield "Were there numbers enough, the ways would end elsewhere:"
    lifted = {way: _first(_lifted(found)) for way, found in carried.items()}
    rows = [(RUN[way], count(until), why) for way, (why, until) in lifted.items()]
    yield table(("run", "to articles a day", "what ends it"), rows)


def _rows(carried: Mapping[str, Mapping[str, float]]) -> list[tuple[str, str, str]]:
    """The simplest way first, each as far as none before it reaches."""
    rows, reach = [], 0.0
    for way, found in carried.items():
        why, until = _first(found)
        if until > _ALIKE * reach:
            span = f"{count(reach)} to {count(until)}" if reach else f"up to {count(until)}"
            rows.append((span, RUN[way], why))
            reach = until
    return [*rows, (f"more than {count(reach)}", "none of these; a shorter window", "")]


def _first(carried: Mapping[str, float]) -> tuple[str, float]:
    return next(iter(carried.items()), (_NOTHING, MOST))


def _lifted(carried: Mapping[str, float]) -> dict[str, float]:
    return {why: until for why, until in carried.items() if why != NUMBERS}


def _with_window(inputs: Inputs, days: float) -> Inputs:
    return replace(inputs, assumed=replace(inputs.assumed, window_days=days))
