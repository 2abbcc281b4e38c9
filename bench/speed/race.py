"""Newsfold and its peers over the same articles, turn by turn, and the recall of each."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from statistics import median
from typing import NamedTuple

from bench.quality.oracle import Oracle
from bench.speed.contender import CANDIDATES
from bench.speed.river import WINDOW, River
from bench.speed.row import Asked
from bench.speed.turns import Alone, Named, Takers, Turn, blocks
from services.contracts.articles import Article

BLOCK = 500
ALONE = 500
"""Articles that are taken one by one behind all others."""
JUDGED = 20_000
"""Articles of which every pair is known."""
STRONG = 0.5
TUTORIAL_S = 12.0
STAGE, SEARCH, TUTORIAL, DATASKETCH = (
    "Newsfold",
    "Newsfold, search",
    "datasketch, tutorial",
    "datasketch, used well",
)
CONTENDERS = (
    Named(STAGE, "bench.speed.newsfold.Stage"),
    Named(SEARCH, "bench.speed.newsfold.Candidates"),
    Named(TUTORIAL, "bench.speed.peers.tutorial.DatasketchTutorial", allowance_s=TUTORIAL_S),
    Named(DATASKETCH, "bench.speed.peers.sketch.Datasketch", needs="xxhash"),
    Named("rensa", "bench.speed.peers.rensa_index.Rensa", needs="rensa"),
    Named("gaoya", "bench.speed.peers.gaoya_index.Gaoya", needs="gaoya"),
)
Pair = tuple[int, int]


class Pairs(NamedTuple):
    """Numbers of articles with exactly so much in common, the older first, inside one window."""

    alike: set[Pair]
    """J >= .5."""
    contained: set[Pair]
    """C >= .5 of the larger side."""


class Race(NamedTuple):
    turns: dict[str, list[Turn]]
    alone: dict[str, Alone]
    pairs: Pairs


class Speed(NamedTuple):
    """Of one contender in one stage."""

    name: str
    articles: int
    us: float
    """CPU microseconds an article, median of the turns."""
    ratio: float
    """The time of the reference over its own, median of the turns both took."""
    alike: float
    """Recall of exact pairs with J >= .5."""
    contained: float
    """The same with C >= .5."""
    each: float
    """Pairs found an article."""


def reference(race: Race) -> str:
    """Whose time is compared with: datasketch used well, where what that needs is installed."""
    return next(name for name in (DATASKETCH, TUTORIAL, STAGE) if name in race.turns)


def run(river: River, asked: Asked) -> Race:
    contenders = [one for one in CONTENDERS if one.is_here() and (asked.peers or one.name in (STAGE, SEARCH))]
    turns: dict[str, list[Turn]] = {one.name: [] for one in contenders}
    judged: list[Article] = []
    flow = river.articles(asked.live)
    with Takers(contenders) as takers:
        for block in blocks(flow, asked.articles, BLOCK):
            judged += block[: JUDGED - len(judged)]
            for name, turn in takers.take(block).items():
                turns[name].append(turn)
        alone = takers.alone(list(islice(flow, ALONE)))
    return Race(turns, alone, pairs_of(judged))


def pairs_of(articles: Sequence[Article]) -> Pairs:
    pairs = Pairs(set(), set())
    oracle = Oracle({str(number): article.text for number, article in enumerate(articles)})
    for one in oracle.listed():
        pair = older, newer = int(one.a), int(one.b)
        if articles[newer].first_seen_at - articles[older].first_seen_at > WINDOW:
            continue
        if one.shares.jaccard >= STRONG:
            pairs.alike.add(pair)
        if one.shares.containment >= STRONG:
            pairs.contained.add(pair)
    return pairs


def speeds(race: Race, stage: str) -> Iterator[Speed]:
    """Of every contender that has the stage."""
    others = race.turns[reference(race)]
    for name, turns in race.turns.items():
        if not turns or stage not in turns[0].cpu_s:
            continue
        articles = sum(turn.articles for turn in turns)
        named = set(_named(turns, stage))
        ratios = [
            theirs.cpu_s[stage] / ours.cpu_s[stage] for ours, theirs in zip(turns, others, strict=False)
        ]
        yield Speed(
            name,
            articles,
            1e6 * median(turn.cpu_s[stage] / turn.articles for turn in turns),
            median(ratios),
            share_of([pair for pair in race.pairs.alike if pair[1] < articles], named),
            share_of([pair for pair in race.pairs.contained if pair[1] < articles], named),
            len(named) / articles,
        )


def _named(turns: Sequence[Turn], stage: str) -> Iterator[Pair]:
    """Pairs that were found in the stage, the older first."""
    for turn in turns:
        for found in turn.found:
            others = found.candidates if stage == CANDIDATES else found.alike
            yield from ((min(found.number, other), max(found.number, other)) for other in others)


def share_of(wanted: Collection[Pair], named: set[Pair]) -> float:
    """Recall; 1 where nothing is wanted."""
    return sum(pair in named for pair in wanted) / len(wanted) if wanted else 1.0
