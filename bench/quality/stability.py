"""Does what comes out depend on anything but the articles? Restarts, key ranges, blocks, order in time."""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from typing import NamedTuple

from msgspec.structs import replace

from bench.quality.outcome import Outcome, from_verdicts
from bench.shard import Decided, decide
from services.contracts import wire
from services.contracts.articles import Article
from services.contracts.sketches import Remembered
from services.dedup.search.index import Partials, RangeIndex, add_up
from services.dedup.search.lookup import Search
from services.dedup.search.profile import profile, read
from services.dedup.search.route import Block, Entry, block, route
from services.dedup.search.seen import unpack
from services.dedup.settings import DedupSettings

RANGES = (1, 4, 16)
_VERSIONS_A_BLOCK = 64
_DAY_US = 86_400_000_000
_HOUR_S = 3_600
_SEED = 1
_WORKERS = 2
Pairs = Mapping[tuple[int, int], int]


def outcome_of(decided: Decided) -> Outcome:
    stories = {name: [member.url for member in cluster.members] for name, cluster in decided.clusters.items()}
    return from_verdicts(decided.verdicts.values(), stories)


class Stable(NamedTuple):
    """What stayed the same."""

    cut: bool
    ranges: bool
    blocks: bool
    shuffled: float
    """B-cubed F1 of the stories."""


def stable(articles: Sequence[Article]) -> Stable:
    """Decide `articles` again and again, two runs at a time."""
    with ProcessPoolExecutor(_WORKERS) as pool:
        cut = pool.submit(decide, articles, cut=True)
        split = [pool.submit(decide, articles, ranges=ranges) for ranges in RANGES[1:]]
        dealt = pool.submit(decide, shuffled(articles))
        undisturbed = decide(articles)
        told = outcome_of(dealt.result()).stories
        return Stable(
            cut.result().digest == undisturbed.digest,
            all(one.result().digest == undisturbed.digest for one in split),
            blocks_agree(undisturbed),
            b_cubed([article.url for article in articles], outcome_of(undisturbed).stories, told),
        )


def blocks_agree(decided: Decided) -> bool:
    """Candidate pairs are the same for every number of ranges, blocks in any order, each given twice."""
    blocks = _blocks(decided)
    wanted = _joined(blocks, 1, None)
    return all(_joined(blocks, ranges, random.Random(_SEED)) == wanted for ranges in RANGES)


def _blocks(decided: Decided) -> list[Block]:
    """What the shard's remembered versions were found by, from its changelog."""
    search = Search(DedupSettings())
    entries: list[Entry] = []
    for key, value in sorted(decided.state.items()):
        kept = wire.decode(Remembered, value) if key.startswith(b"version:") else None
        if kept is not None and kept.sketch is not None:
            reading = read(kept.article.text)
            version = profile(kept.article, reading, unpack(kept.seen, len(reading.unique)))
            signed = search.signed(version, kept.sketch)
            entries.append(Entry(len(entries), version.at_us, signed.keys.values))
    pieces = range(0, len(entries), _VERSIONS_A_BLOCK)
    return [block("bench", at, entries[at : at + _VERSIONS_A_BLOCK]) for at in pieces]


def _joined(blocks: Sequence[Block], ranges: int, disorder: random.Random | None) -> Pairs:
    routed = zip(*(route(whole, ranges) for whole in blocks), strict=True)
    found = add_up(chain.from_iterable(_found(pieces, disorder) for pieces in routed))
    columns = (column.tolist() for column in found)
    return {(first, second): count for first, second, count in zip(*columns, strict=True)}


def _found(pieces: Sequence[Block], disorder: random.Random | None) -> list[Partials]:
    index = RangeIndex(window_us=DedupSettings().window_days * _DAY_US)
    given = list(pieces)
    if disorder is not None:
        given *= 2
        disorder.shuffle(given)
    return [index.probe_insert(piece) for piece in given]


def shuffled(articles: Sequence[Article]) -> list[Article]:
    """The articles of each hour with their first-seen times dealt out anew.

    An hour and not a second, because in these archives hardly two articles share a second.
    """
    hours: dict[int, list[Article]] = defaultdict(list)
    for article in articles:
        hours[int(article.first_seen_at.timestamp() // _HOUR_S)].append(article)
    disorder = random.Random(_SEED)
    dealt = []
    for group in hours.values():
        times = [article.first_seen_at for article in group]
        disorder.shuffle(times)
        dealt += [replace(one, first_seen_at=at) for one, at in zip(group, times, strict=True)]
    return dealt


def b_cubed(urls: Sequence[str], truth: Mapping[str, str], told: Mapping[str, str]) -> float:
    """F1 of B-cubed precision and recall (Bagga and Baldwin 1998). What is in no group stands alone."""
    true, said = [truth.get(url, url) for url in urls], [told.get(url, url) for url in urls]
    both, in_truth, in_told = Counter(zip(true, said, strict=True)), Counter(true), Counter(said)
    precision = sum(count * count / in_told[group] for (_, group), count in both.items()) / len(urls)
    recall = sum(count * count / in_truth[group] for (group, _), count in both.items()) / len(urls)
    return 2 * precision * recall / (precision + recall)
