"""What `newsfold top` shows, as numbers: one installation from the scrapes of its processes. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from services.console.top import scrape
from services.console.top.scrape import Pair, Series, gains, histogram, match_series, quantile, rate, values
from services.ops.outcomes import FLOW

MOST_ERRORS = 6
TROUBLES = ("errors_total", "dead_letters_total", "transactions_total")


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One address that was asked."""

    at: str
    error: str = ""
    """Why it did not answer; the rest is empty then."""
    version: str = ""
    services: tuple[str, ...] = ()
    ready: bool = False
    up_s: float = 0.0


class StageView(msgspec.Struct, frozen=True, kw_only=True):
    """One service over all processes. None where nothing tells."""

    service: str
    ready: bool
    in_per_s: float | None
    """Records and, for ingest, readings."""
    out_per_s: float | None
    lag_records: int | None
    lag_s: float | None
    """Of the partition furthest behind."""
    held: int
    partitions: int
    halted: int
    dead: int
    """Dead letters since the start."""
    unaccounted: int
    """Furthest from 0 of any process."""
    loop: dict[str, float]
    """Share of the time by state; empty where no time has passed."""


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    service: str
    queue: str
    depth: int
    limit: int
    """0: it does not run."""


class Age(msgspec.Struct, frozen=True, kw_only=True):
    """From first sight to published story, of live articles."""

    stories: int
    p50_s: float | None
    p99_s: float | None
    since_start: bool
    """Nothing was published between the two looks, so all since the start counts."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of error: how often since the start, and how long ago at the latest, if that was seen."""

    service: str
    what: str
    count: int
    ago_s: float | None = None


class View(msgspec.Struct, frozen=True, kw_only=True):
    at: float
    """Unix time."""
    seconds: float
    """Over which the rates are taken."""
    processes: tuple[Process, ...]
    stages: tuple[StageView, ...]
    age: Age
    queues: tuple[Queue, ...]
    feeds: dict[str, int]
    unaccounted: int
    canary_s: float | None
    """Since the canary last came through; None without one."""
    errors: tuple[Trouble, ...]


class Target(msgspec.Struct, frozen=True):
    """An address with what it said at two moments, or why it said nothing."""

    at: str
    said: Pair | None
    error: str = ""


LastSeen = Mapping[tuple[str, str], float]
"""When each kind of trouble was last seen to grow, by service and words."""


def view(targets: Sequence[Target], *, now: float, seen: LastSeen) -> View:
    pairs = [target.said for target in targets if target.said is not None]
    stages = tuple(stage for service in FLOW for stage in _stage(service, pairs))
    return View(
        at=now,
        seconds=max((pair.seconds for pair in pairs), default=0.0),
        processes=tuple(_process(target, now) for target in targets),
        stages=stages,
        age=_age(pairs),
        queues=_queues(pairs),
        feeds=_feeds(pairs),
        unaccounted=max((stage.unaccounted for stage in stages), key=abs, default=0),
        canary_s=_canary(pairs, now),
        errors=_troubles(pairs, now, seen),
    )


def note_growth(targets: Sequence[Target], *, now: float, seen: LastSeen) -> LastSeen:
    """`seen`, with the troubles that grew between the two looks seen now."""
    fresh = {
        _trouble_name(one): now
        for target in targets
        if target.said is not None
        for one in _trouble_series(target.said)
        if target.said.seconds > 0 and target.said.growth(one) > 0
    }
    return {**seen, **fresh}


def _process(target: Target, now: float) -> Process:
    if target.said is None:
        return Process(at=target.at, error=target.error or "no answer")
    samples = target.said.now.samples
    builds = match_series(samples, "build_info")
    services = [name for name in FLOW if name in scrape.label_values(builds, "service")]
    ready = [samples[one] for name in services for one in match_series(samples, "ready", service=name)]
    started = samples.get(scrape.series(scrape.STARTED), now)
    return Process(
        at=target.at,
        version=next(iter(scrape.label_values(builds, "version")), ""),
        services=tuple(services),
        ready=bool(ready) and all(ready),
        up_s=max(0.0, now - started),
    )


def _stage(service: str, pairs: Sequence[Pair]) -> list[StageView]:
    """The service, if any process runs it."""
    here = [pair for pair in pairs if match_series(pair.now.samples, "build_info", service=service)]
    if not here:
        return []
    ready = values(here, "ready", service=service)
    return [
        StageView(
            service=service,
            ready=bool(ready) and all(ready),
            in_per_s=_sum(
                rate(here, name, service=service) for name in ("records_in_total", "readings_total")
            ),
            out_per_s=rate(here, "records_out_total", service=service),
            lag_records=_rounded_sum(values(here, "partition_lag_records", service=service)),
            lag_s=max(values(here, "partition_lag_seconds", service=service), default=None),
            held=_rounded_sum(values(here, "held_records", service=service)) or 0,
            partitions=_rounded_sum(values(here, "partitions_owned", service=service)) or 0,
            halted=_rounded_sum(values(here, "partition_halted", service=service)) or 0,
            dead=_rounded_sum(values(here, "dead_letters_total", service=service)) or 0,
            unaccounted=round(max(values(here, "unaccounted_records", service=service), key=abs, default=0)),
            loop=_shares(gains(here, "loop_seconds_total", "state", service=service)),
        )
    ]


def _sum(rates: Iterable[float | None]) -> float | None:
    known = [one for one in rates if one is not None]
    return sum(known) if known else None


def _rounded_sum(numbers: Sequence[float]) -> int | None:
    return round(sum(numbers)) if numbers else None


def _shares(spent: Mapping[str, float]) -> dict[str, float]:
    total = sum(spent.values())
    return {state: seconds / total for state, seconds in spent.items()} if total > 0 else {}


def _age(pairs: Sequence[Pair]) -> Age:
    between = histogram(pairs, "story_age_seconds", grown=True, path="live")
    since_start = not between.get(math.inf)
    buckets = histogram(pairs, "story_age_seconds", grown=False, path="live") if since_start else between
    return Age(
        stories=round(buckets.get(math.inf, 0.0)),
        p50_s=quantile(0.5, buckets),
        p99_s=quantile(0.99, buckets),
        since_start=since_start,
    )


def _queues(pairs: Sequence[Pair]) -> tuple[Queue, ...]:
    """The fullest of each kind over all processes."""
    fullest: dict[tuple[str, str], Queue] = {}
    for pair in pairs:
        for one in match_series(pair.now.samples, "queue_depth"):
            labels = dict(one[1])
            limit = pair.now.samples.get(("queue_limit", one[1]), 0.0)
            found = Queue(
                service=labels["service"],
                queue=labels["queue"],
                depth=round(pair.now.samples[one]),
                limit=round(limit),
            )
            key = found.service, found.queue
            fullest[key] = max(found, fullest.get(key, found), key=fullness)
    return tuple(sorted(fullest.values(), key=lambda one: (FLOW.index(one.service), one.queue)))


def fullness(queue: Queue) -> float:
    return queue.depth / queue.limit if queue.limit else 0.0


def _feeds(pairs: Sequence[Pair]) -> dict[str, int]:
    states = scrape.label_values(
        [one for pair in pairs for one in match_series(pair.now.samples, "feeds")], "state"
    )
    return {state: round(sum(values(pairs, "feeds", state=state))) for state in states}


def _canary(pairs: Sequence[Pair], now: float) -> float | None:
    last = max(values(pairs, "canary_last_success_timestamp_seconds"), default=0.0)
    return max(0.0, now - last) if last else None


def _troubles(pairs: Sequence[Pair], now: float, seen: LastSeen) -> tuple[Trouble, ...]:
    """The latest first, then those that happened most."""
    counts: dict[tuple[str, str], float] = {}
    for pair in pairs:
        for one in _trouble_series(pair):
            counts[_trouble_name(one)] = counts.get(_trouble_name(one), 0.0) + pair.now.samples[one]
    found = [
        Trouble(
            service=service,
            what=what,
            count=round(count),
            ago_s=now - seen[service, what] if (service, what) in seen else None,
        )
        for (service, what), count in counts.items()
        if count
    ]
    found.sort(
        key=lambda one: (math.inf if one.ago_s is None else one.ago_s, -one.count, one.service, one.what)
    )
    return tuple(found[:MOST_ERRORS])


def _trouble_series(pair: Pair) -> list[Series]:
    return [
        one
        for name in TROUBLES
        for one in match_series(pair.now.samples, name)
        if ("result", "committed") not in one[1]
    ]


def _trouble_name(one: Series) -> tuple[str, str]:
    """Service and words: `publish: retry`, `dead letter: undecodable`, `transaction aborted`."""
    name, labels = one[0], dict(one[1])
    words = {
        "errors_total": f"{labels.get('stage')}: {labels.get('error_type')}",
        "dead_letters_total": f"dead letter: {labels.get('reason')}",
        "transactions_total": f"transaction {labels.get('result')}",
    }
    return labels.get("service", ""), words[name]
