"""The rows that one race gives: text to verdict, text to candidates, latency, memory, growth."""

from collections.abc import Iterator, Sequence
from statistics import median

from bench.speed.contender import CANDIDATES, GROUPS
from bench.speed.race import SEARCH, STAGE, Race, Speed, reference, run, speeds
from bench.speed.river import River, base
from bench.speed.row import Asked, Number, Row
from bench.speed.turns import Alone, Turn

GIVES = {
    STAGE: "relations with kind and direction, passages, refusals with reasons, stories, changelog",
    SEARCH: "candidates",
}
ELSE = "groups"
WARM = 0.2
"""Share of the turns after which memory is read first: by then everything is loaded that will be."""


def rows(asked: Asked) -> Iterator[Row]:
    race = run(River(base(asked).articles), asked)
    for row in (verdict, candidates, latency, memory, growth):
        yield row(race)


def verdict(race: Race) -> Row:
    found = list(speeds(race, GROUPS))
    return Row(
        key="verdict",
        title="Text → verdict",
        how="CPU of one core, median of the turns. Newsfold: encoded record in; relations with passages, "
        "story, changelog as encoded records out, index updated. The others: text in, groups out, index "
        "updated. "
        "Recall is of the pairs a contender calls alike; Newsfold tells templates and worn phrases from "
        "relations. The same without passages is not offered.",
        head=(*_head(race), "gives"),
        lines=tuple((*_line(one), GIVES.get(one.name, ELSE)) for one in found),
        ratios=_ratios(found, STAGE),
    )


def candidates(race: Race) -> Row:
    found = list(speeds(race, CANDIDATES))
    return Row(
        key="candidates",
        title="Text → candidates",
        how="The same turns: what shares keys with an article, index updated, nothing verified.",
        head=_head(race),
        lines=tuple(_line(one) for one in found),
        ratios=_ratios(found, SEARCH),
    )


def _head(race: Race) -> tuple[str, ...]:
    return (
        "",
        "µs/article",
        f"× {reference(race)}",
        "recall J≥.5",
        "recall C≥.5",
        "pairs/article",
        "articles",
    )


def _line(speed: Speed) -> tuple[Number, ...]:
    rounded = (round(speed.us, 1), round(speed.ratio, 2), round(speed.alike, 4), round(speed.contained, 4))
    return (speed.name, *rounded, round(speed.each, 3), speed.articles)


def _ratios(found: Sequence[Speed], ours: str) -> dict[str, float]:
    """How many times faster than each peer, and the recall."""
    mine = next((one for one in found if one.name == ours), None)
    if mine is None:
        return {}
    faster = {f"× {one.name}": one.us / mine.us for one in found if one.name not in (STAGE, SEARCH)}
    return faster | {"recall J≥.5": mine.alike, "recall C≥.5": mine.contained}


def latency(race: Race) -> Row:
    return Row(
        key="latency",
        title="Latency of one article",
        how="CPU milliseconds of articles taken one by one behind all turns: median, 99 of 100, the worst. "
        "The collector's pauses are in it, other programs are not.",
        head=("", "live articles", "p50 ms", "p99 ms", "worst ms"),
        lines=tuple((name, *_percentiles(alone)) for name, alone in race.alone.items()),
    )


def _percentiles(alone: Alone) -> tuple[Number, ...]:
    ordered = sorted(1e3 * seconds for seconds in alone.seconds)
    places = (len(ordered) // 2, len(ordered) * 99 // 100, -1)
    return (alone.live, *(round(ordered[place], 3) for place in places))


def memory(race: Race) -> Row:
    return Row(
        key="memory",
        title="Memory of a live article",
        how="Slope of the process's resident memory over live articles, from a fifth of the turns on. "
        "Newsfold holds the texts it verifies with, the others hold none.",
        head=("", "bytes/article", "live articles"),
        lines=tuple(
            (name, _slope(turns), turns[-1].live) for name, turns in race.turns.items() if len(turns) > 1
        ),
    )


def _slope(turns: Sequence[Turn]) -> int:
    first, last = turns[min(int(WARM * len(turns)), len(turns) - 2)], turns[-1]
    return round((last.resident - first.resident) / max(1, last.live - first.live))


def growth(race: Race) -> Row:
    stages = {
        name: GROUPS if GROUPS in turns[0].cpu_s else CANDIDATES
        for name, turns in race.turns.items()
        if turns
    }
    curves = {name: _curve(race.turns[name], stage) for name, stage in stages.items()}
    grown = {name: _growth(curve) for name, curve in curves.items() if len(curve) > 3}
    return Row(
        key="growth",
        title="Cost against live articles",
        how="CPU a character in the last quarter of the turns over that in the first quarter.",
        head=("", "× cost", "from live", "to live"),
        lines=tuple(
            (name, round(times, 2), curves[name][1][0], curves[name][-1][0]) for name, times in grown.items()
        ),
        ratios={f"1 / growth, {name}": 1 / grown[name] for name in (STAGE,) if name in grown},
        curves=curves,
    )


def _curve(turns: Sequence[Turn], stage: str) -> list[tuple[int, float]]:
    """Of articles of the same length, without the first turn, in which all is loaded."""
    each = sum(turn.characters for turn in turns) / sum(turn.articles for turn in turns)
    return [(turn.live, round(1e6 * turn.cpu_s[stage] * each / turn.characters, 1)) for turn in turns[1:]]


def _growth(curve: Sequence[tuple[int, float]]) -> float:
    quarter = max(1, len(curve) // 4)
    return median(us for _, us in curve[-quarter:]) / median(us for _, us in curve[:quarter])
