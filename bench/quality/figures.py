"""Figures of pairs and stories, each a plain count over an outcome and what is known of the pairs."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import combinations

from bench.quality.oracle import LEAST_CONTAINMENT, LEAST_JACCARD, Oracle
from bench.quality.outcome import Outcome, Pair, Tie
from bench.quality.truth import TruePair
from services.contracts.articles import Article

STRONG = 0.5
_WEAK = 0.1
_CONTAINED = 0.8
_FEWEST_SHINGLES = 26  # of a text of 30 words
_STORY = timedelta(days=3)


def true_pairs(
    pairs: Iterable[TruePair], *, across: bool, jaccard: float = 0.0, containment: float = 0.0
) -> list[Pair]:
    """Pairs of class reuse at or above both bounds, of two sources or of one."""
    return [
        one.pair
        for one in pairs
        if one.kind == "reuse"
        and one.across == across
        and one.jaccard >= jaccard
        and one.containment >= containment
    ]


def recall(outcome: Outcome, wanted: list[Pair]) -> float:
    """Share of pairs reported as re-use; 1 where none is wanted."""
    return sum(outcome.reused(one) for one in wanted) / len(wanted) if wanted else 1.0


def repeats(pairs: Iterable[TruePair]) -> list[Pair]:
    """Strong pairs made of text that keeps coming back: stubs, templates, boilerplate."""
    return [one.pair for one in pairs if one.kind == "repeat"]


def reported(outcome: Outcome, pairs: Iterable[Pair]) -> int:
    return sum(outcome.reused(one) for one in pairs)


def in_one_story(outcome: Outcome, pairs: Iterable[Pair]) -> int:
    return sum(outcome.together(one) for one in pairs)


def without_overlap(outcome: Outcome, oracle: Oracle) -> float:
    """Share of reported re-use with J < .1 and C < .3."""
    reuse = [one for one, tie in outcome.ties.items() if tie.reuse]
    weak = 0
    for one in reuse:
        shares = oracle.shares(*one)
        weak += shares.jaccard < LEAST_JACCARD and shares.containment < LEAST_CONTAINMENT
    return weak / max(1, len(reuse))


def strangers(outcome: Outcome, oracle: Oracle) -> int:
    """Pairs in one story whose Jaccard and containments are all below .1."""
    found = 0
    for urls in outcome.families():
        for one, other in combinations(urls, 2):
            shares = oracle.shares(one, other)
            found += max(shares.jaccard, shares.containment) < _WEAK
    return found


def overlong(outcome: Outcome, articles: Mapping[str, Article]) -> int:
    """Stories over three days that are not the versions of one publisher's piece."""
    found = 0
    for urls in outcome.families():
        seen = [articles[url].first_seen_at for url in urls]
        found += max(seen) - min(seen) > _STORY and not _is_version_chain(urls, outcome, articles)
    return found


def _is_version_chain(urls: list[str], outcome: Outcome, articles: Mapping[str, Article]) -> bool:
    """One source, and each article but the first is tied to one of the others as update or duplicate."""
    if len({articles[url].source for url in urls}) > 1:
        return False
    members = set(urls)
    later = {
        tie.newer
        for one, tie in outcome.ties.items()
        if members.issuperset(one) and tie.kind in ("update", "duplicate")
    }
    return len(members - later) <= 1


def false_merges(outcome: Outcome) -> int:
    """Pairs reported as re-use or put into one story, where no pair belongs together."""
    merged = {pair for urls in outcome.families() for pair in combinations(urls, 2)}
    return len(merged | {one for one, tie in outcome.ties.items() if tie.reuse})


def contained_updates(pairs: Iterable[TruePair]) -> list[TruePair]:
    """One text within the other (C >= .8) that is much longer (J < .5), neither of them tiny."""
    return [
        one
        for one in pairs
        if one.kind == "reuse"
        and one.containment >= _CONTAINED
        and one.jaccard < STRONG
        and min(one.older_size, one.newer_size) >= _FEWEST_SHINGLES
    ]


def updates_right(outcome: Outcome, pairs: list[TruePair]) -> float:
    """Share reported as update or derivative of the older by the newer, with the right side contained."""
    right = sum(_is_right(outcome.ties.get(one.pair), one) for one in pairs)
    return right / len(pairs) if pairs else 1.0


def _is_right(tie: Tie | None, true: TruePair) -> bool:
    if tie is None or tie.kind not in ("update", "derivative") or tie.newer != true.newer:
        return False
    if tie.containment is None or tie.other_containment is None:
        return True
    return (tie.containment >= tie.other_containment) == (true.newer_in_older >= true.older_in_newer)
