"""All figures of one data set."""

from collections.abc import Mapping
from pathlib import Path

from bench.quality import baseline, evidence, figures, identity, kinds, stability, truth
from bench.quality.baseline import Baseline
from bench.quality.data import DATA, path
from bench.quality.figures import STRONG
from bench.quality.goals import GOALS, PAGES, SAMPLES, Figure
from bench.quality.oracle import Oracle
from bench.quality.outcome import Outcome, Pair, pair
from bench.quality.replayed import Replayed, replay
from bench.quality.table import Measured, Measures
from bench.quality.truth import Judgement, TruePair

Found = dict[Figure, Measured]
_FOLLOW_UPS = ("/000", "/001")


def measure(name: str, folder: Path, work: Path) -> Measures:
    """Replay one data set and count. Raises `ReplayFailed`, and `Missing` where a file is."""
    replayed = replay(path(folder, DATA[name].recording), work / name)
    plain = baseline.run(list(replayed.articles.values()))
    articles = replayed.articles.items()
    oracle = Oracle(
        {url: article.text for url, article in articles},
        {url: article.first_seen_at for url, article in articles},
    )
    found = _of_any(replayed, plain, oracle)
    judgements = truth.read_judgements()
    if DATA[name].pairs:
        pairs = truth.read_pairs(path(folder, DATA[name].pairs), replayed.aliases)
        found |= _of_pairs(replayed.outcome, plain.outcome, pairs, judgements)
        if DATA[name].whole:
            found[Figure.ORACLE] = Measured(_agrees(oracle, pairs))
    if DATA[name].labels:
        found |= _of_labels(replayed, plain, path(folder, DATA[name].labels), judgements)
    if DATA[name].choices:
        found |= _of_choices(replayed.outcome, plain.outcome, path(folder, DATA[name].choices))
    if any(goal.data == name and goal.figure is Figure.CUT for goal in GOALS):
        found |= _of_streams(replayed)
    if name == PAGES:
        merges = (figures.false_merges(one) for one in (replayed.outcome, plain.outcome))
        found[Figure.FALSE_MERGES] = Measured(*merges)
    if name == SAMPLES:
        found |= _of_samples(replayed.outcome, plain.outcome, list(replayed.articles))
    return found


def _of_any(replayed: Replayed, plain: Baseline, oracle: Oracle) -> Found:
    articles = replayed.articles
    ours, theirs = replayed.outcome, plain.outcome
    proof = evidence.evidence(ours, articles)
    moves = identity.moves(replayed.changes)
    same = identity.rebuilt(replayed.changes) == (replayed.out / "stories.jsonl").read_bytes()
    return {
        Figure.CANDIDATES: Measured(ours.candidates, theirs.candidates),
        Figure.WITHOUT_OVERLAP: Measured(
            figures.without_overlap(ours, oracle), figures.without_overlap(theirs, oracle)
        ),
        Figure.STRANGERS: Measured(figures.strangers(ours, oracle), figures.strangers(theirs, oracle)),
        Figure.OVERLONG: Measured(figures.overlong(ours, articles), figures.overlong(theirs, articles)),
        Figure.PASSAGES: Measured(proof.right),
        Figure.COVERAGE: Measured(proof.coverage),
        Figure.KEPT: Measured(moves.kept, plain.kept),
        Figure.UNEXPLAINED: Measured(moves.unexplained),
        Figure.REBUILT: Measured(same),
    }


def _of_pairs(
    ours: Outcome, theirs: Outcome, pairs: list[TruePair], judgements: Mapping[Pair, Judgement]
) -> Found:
    read = truth.as_judged(pairs, judgements)
    updates, updates_read = figures.contained_updates(pairs), figures.contained_updates(read)
    repeats, repeats_read = figures.repeats(pairs), figures.repeats(read)
    found = {
        Figure.REPEATS_REPORTED: Measured(
            figures.reported(ours, repeats),
            figures.reported(theirs, repeats),
            figures.reported(ours, repeats_read),
        ),
        Figure.REPEATS_TOGETHER: Measured(
            figures.in_one_story(ours, repeats),
            figures.in_one_story(theirs, repeats),
            figures.in_one_story(ours, repeats_read),
        ),
        Figure.UPDATES: Measured(
            figures.updates_right(ours, updates),
            figures.updates_right(theirs, updates),
            figures.updates_right(ours, updates_read),
        ),
    }
    for figure, across, jaccard, containment in (
        (Figure.RECALL_J_ACROSS, True, STRONG, 0.0),
        (Figure.RECALL_J_WITHIN, False, STRONG, 0.0),
        (Figure.RECALL_C_ACROSS, True, 0.0, STRONG),
        (Figure.RECALL_C_WITHIN, False, 0.0, STRONG),
    ):
        wanted, wanted_read = (
            figures.true_pairs(some, across=across, jaccard=jaccard, containment=containment)
            for some in (pairs, read)
        )
        found[figure] = Measured(
            figures.recall(ours, wanted), figures.recall(theirs, wanted), figures.recall(ours, wanted_read)
        )
    return found


def _agrees(oracle: Oracle, pairs: list[TruePair]) -> bool:
    """The oracle lists the same pairs with the same counts and classes."""
    told = {one.pair: (one.shared, {one.older_size, one.newer_size}, one.kind) for one in pairs}
    counted = {
        pair(one.a, one.b): (one.shares.shared, {one.shares.a, one.shares.b}, one.kind)
        for one in oracle.listed()
    }
    return told == counted


def _of_labels(
    replayed: Replayed, plain: Baseline, labels_path: Path, judgements: Mapping[Pair, Judgement]
) -> Found:
    labels = truth.read_labels(labels_path)
    read = truth.labels_as_judged(labels, judgements)
    ours, theirs, articles = replayed.outcome, plain.outcome, replayed.articles
    return {
        Figure.KINDS: Measured(
            kinds.macro_f1(ours, labels, articles),
            kinds.macro_f1(theirs, labels, articles),
            kinds.macro_f1(ours, read, articles),
        ),
        Figure.REUSE: Measured(
            kinds.reuse_f1(ours, labels), kinds.reuse_f1(theirs, labels), kinds.reuse_f1(ours, read)
        ),
    }


def _of_choices(ours: Outcome, theirs: Outcome, choices_path: Path) -> Found:
    choices = truth.read_choices(choices_path)
    return {
        figure: Measured(*(kinds.whole_f1(one, choices, either=either) for one in (ours, theirs)))
        for figure, either in ((Figure.KINDS_FIRST, False), (Figure.KINDS_EITHER, True))
    }


def _of_streams(replayed: Replayed) -> Found:
    found = stability.stable(list(replayed.articles.values()))
    return {
        Figure.CUT: Measured(found.cut),
        Figure.RANGES: Measured(found.ranges),
        Figure.BLOCKS: Measured(found.blocks),
        Figure.SHUFFLED: Measured(found.shuffled),
    }


def _of_samples(ours: Outcome, theirs: Outcome, urls: list[str]) -> Found:
    first, second = (next(url for url in urls if url.endswith(end)) for end in _FOLLOW_UPS)
    follow_ups = pair(first, second)
    return {
        Figure.SAMPLE_BACKGROUND: Measured(
            *(
                follow_ups in one.ties
                and one.ties[follow_ups].kind == "background"
                and bool(one.ties[follow_ups].passages)
                and not one.together(follow_ups)
                for one in (ours, theirs)
            )
        ),
        Figure.SAMPLE_OTHERS: Measured(
            *(len(one.ties.keys() - {follow_ups}) for one in (ours, theirs)),
        ),
    }
