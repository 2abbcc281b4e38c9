"""What each tunable of folding trades: one at a time moved around its default, the others as they are.

`python -m bench.thresholds [--only NAME ...] [--data DIR]`. Dedup alone, without a log. Prints a line a
value; the default is marked. A lower recall is a figure of the worse of both sides, across sources or
within one.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench.archive import read_articles
from bench.press import Missing, press_data
from bench.quality import figures, kinds, truth
from bench.quality.data import DATA, path
from bench.quality.figures import STRONG
from bench.quality.goals import DE, REUTERS
from bench.quality.outcome import Outcome, Pair
from bench.quality.stability import outcome_of
from bench.quality.truth import Label, TruePair
from bench.shard import decide
from services.contracts.articles import Article
from services.dedup.settings import DedupSettings

TRIED: Mapping[str, tuple[float, ...]] = {
    "band_rows": (2, 4, 5),
    "sample_window": (4, 16, 32),
    "fair_estimate": (0.05, 0.2, 0.3),
    "most_passage_candidates": (1, 8, 16),
    "novelty_least": (2,),
    "novelty_days": (7, 14, 21),
    "least_fresh": (8, 20, 30),
    "reuse_fresh": (0.1, 0.15, 0.3),
    "syndicated_jaccard": (0.45, 0.5, 0.6),
    "syndicated_body": (0.45, 0.5, 0.6, 1.0),
    "template_agreement": (0.5, 0.6, 0.75),
    "template_agreement_across": (0.3, 0.6, 0.75),
    "far_unseen": (0.0, 0.15, 0.5),
    "story_link": (0.05, 0.2, 0.3),
    "story_fresh": (10, 15, 30),
    "stub_share": (0.2, 0.6, 0.8),
}
HEAD = (
    "tunable",
    "value",
    *(f"{DE}: J", "C", "stubs", "together", "F1", "checked", "shared"),
    *(f"{REUTERS}: J", "C", "stubs", "together", "checked", "shared"),
)


class Press(NamedTuple):
    """One archive and what is known of it."""

    articles: list[Article]
    pairs: list[TruePair]
    labels: dict[Pair, Label]

    @classmethod
    def of(cls, name: str, folder: Path) -> "Press":
        """Raises `Missing` where a file is."""
        data = DATA[name]
        return cls(
            read_articles(path(folder, data.recording)),
            truth.read_pairs(path(folder, data.pairs), {}),
            truth.read_labels(path(folder, data.labels)) if data.labels else {},
        )

    def told(self, settings: DedupSettings) -> Iterator[str]:
        """The columns of this archive under `settings`."""
        outcome = outcome_of(decide(self.articles, settings))
        yield f"{self._recall(outcome, jaccard=STRONG):.3f}"
        yield f"{self._recall(outcome, containment=STRONG):.3f}"
        repeats = figures.repeats(self.pairs)
        yield f"{figures.reported(outcome, repeats)}"
        yield f"{figures.in_one_story(outcome, repeats)}"
        if self.labels:
            articles = {article.url: article for article in self.articles}
            yield f"{kinds.macro_f1(outcome, self.labels, articles):.3f}"
        yield f"{outcome.candidates:.2f}"
        yield f"{len(outcome.families())}"

    def _recall(self, outcome: Outcome, *, jaccard: float = 0.0, containment: float = 0.0) -> float:
        return min(
            figures.recall(
                outcome,
                figures.true_pairs(self.pairs, across=across, jaccard=jaccard, containment=containment),
            )
            for across in (True, False)
        )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.thresholds", description=__doc__)
    parser.add_argument("--data", type=Path, metavar="DIR", help="the folder of press copy")
    parser.add_argument("--only", action="append", choices=list(TRIED), help="one tunable; may be repeated")
    asked = parser.parse_args(arguments)
    try:
        folder = press_data(asked.data)
        presses = [Press.of(name, folder) for name in (DE, REUTERS)]
    except Missing as error:
        print(f"bench.thresholds: {error}", file=sys.stderr)
        return 2
    _line(HEAD)
    default = [cell for press in presses for cell in press.told(DedupSettings())]
    for name in asked.only or TRIED:
        usual = getattr(DedupSettings(), name)
        for value in sorted({usual, *TRIED[name]}):
            _line((name, f"{value:g}{'*' * (value == usual)}", *_cells(presses, name, value, usual, default)))
    return 0


def _cells(
    presses: Sequence[Press], name: str, value: float, usual: float, default: Sequence[str]
) -> Sequence[str]:
    if value == usual:
        return default
    settings = msgspec.convert({name: value}, DedupSettings)
    return [cell for press in presses for cell in press.told(settings)]


def _line(cells: Sequence[str]) -> None:
    """At once: the whole takes minutes."""
    widths = (26, 8, *(max(9, len(name)) for name in HEAD[2:]))
    print(*(cell.rjust(width) for cell, width in zip(cells, widths, strict=True)), flush=True)


if __name__ == "__main__":
    sys.exit(main())
