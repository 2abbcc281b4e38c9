"""Relation kinds against labels: F1 of each kind, and of related against not."""

from collections import Counter
from collections.abc import Mapping

from bench.quality.outcome import Outcome, Pair
from bench.quality.truth import KIND_OF, REUSE_LABELS, Choice, Label, LabelKind
from services.contracts.articles import Article


def macro_f1(outcome: Outcome, labels: Mapping[Pair, Label], articles: Mapping[str, Article]) -> float:
    """Mean F1 of the kinds that the labels hold.

    A `duplicate` counts as syndicated across sources and as update within one: labels have no such kind.
    """
    seen = Counter((str(KIND_OF[label]), str(_told(outcome, one, articles))) for one, label in labels.items())
    return _macro(seen)


def whole_f1(outcome: Outcome, choices: Mapping[Pair, Choice], *, either: bool) -> float:
    """Mean F1 of the kinds that readers of whole texts chose. `either`: their second choice is right too."""
    seen: Counter[tuple[str, str]] = Counter()
    for one, choice in choices.items():
        tie = outcome.ties.get(one)
        told = tie.kind if tie else "none"
        seen[told if either and told == choice.second else choice.first, told] += 1
    return _macro(seen)


def _macro(seen: Counter[tuple[str, str]]) -> float:
    """Of counts by what is true and what was told."""
    scores = [
        f1(
            seen[kind, kind],
            sum(count for (true, told), count in seen.items() if true != kind and told == kind),
            sum(count for (true, told), count in seen.items() if true == kind and told != kind),
        )
        for kind in sorted({true for true, _ in seen})
    ]
    return sum(scores) / len(scores)


def reuse_f1(outcome: Outcome, labels: Mapping[Pair, Label]) -> float:
    """Re-use (SYN, DER, VER) against everything else."""
    seen = Counter((label in REUSE_LABELS, outcome.reused(one)) for one, label in labels.items())
    return f1(seen[True, True], seen[False, True], seen[True, False])


def _told(outcome: Outcome, one: Pair, articles: Mapping[str, Article]) -> LabelKind:
    tie = outcome.ties.get(one)
    if tie is None:
        return "none"
    if tie.kind == "duplicate":
        return "syndicated" if articles[one[0]].source != articles[one[1]].source else "update"
    return tie.kind


def f1(right: int, wrong: int, missed: int) -> float:
    """1 where there is nothing to find and nothing was found."""
    return 2 * right / (2 * right + wrong + missed) if right + wrong + missed else 1.0
