"""What a threshold that is chosen on one part of the data does on another.

`python -m bench.transfer [--data DIR]`: does a rule hold where it was not made? For each family of rules its
threshold is moved over a few values; the best one on either part is read on the other. Parts are two halves
of the pairs that were read whole, by a hash of their addresses, and press against wire, which is German
against English as well. Takes minutes.
"""

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
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
from bench.shard import decide
from services.dedup.settings import DedupSettings

Score = Callable[[float], float]
"""Of a value of the threshold that is moved."""
HALVES, PRESS_AND_WIRE = ("half of the pairs", "the other half"), ("press (German)", "wire (English)")
HEAD = ("rules", "threshold", "chosen on", "best value", "there", "read on", "there", "best there", "lost")


class Family(NamedTuple):
    """Rules that one threshold decides."""

    name: str
    threshold: str
    values: tuple[float, ...]
    parts: tuple[str, str]


FAMILIES = (
    Family("syndicated or derivative", "syndicated_body", (0.45, 0.5, 0.6, 0.65), HALVES),
    Family("syndicated or derivative", "syndicated_jaccard", (0.45, 0.65), HALVES),
    Family("template or news", "template_agreement", (0.5, 0.8), PRESS_AND_WIRE),
    Family("enough evidence", "least_fresh", (8, 25), PRESS_AND_WIRE),
    Family("enough evidence", "reuse_fresh", (0.1, 0.3), PRESS_AND_WIRE),
    Family("novelty", "novelty_least", (2,), PRESS_AND_WIRE),
)


class Transfer(NamedTuple):
    """A threshold chosen on one part and read on another."""

    value: float
    chosen: float
    """Its score where it was chosen."""
    read: float
    best: float
    """The score of the best value on the part where it is read."""


def transfer(values: Sequence[float], usual: float, here: Score, there: Score) -> Transfer:
    """Of equally good values the one nearest to the usual one is chosen."""
    value = max(values, key=lambda one: (here(one), -abs(one - usual)))
    return Transfer(value, here(value), there(value), max(map(there, values)))


def half(one: Pair) -> int:
    """0 or 1, by a hash of the pair's addresses."""
    return hashlib.sha256("\n".join(one).encode()).digest()[0] % 2


class Material:
    """Archives, decided once for each value, and what is known of their pairs."""

    def __init__(self, folder: Path) -> None:
        """Raises `Missing` where a file is."""
        self._articles = {name: read_articles(path(folder, DATA[name].recording)) for name in (DE, REUTERS)}
        self._pairs = {name: truth.read_pairs(path(folder, DATA[name].pairs), {}) for name in (DE, REUTERS)}
        self._choices = truth.read_choices(path(folder, DATA[DE].choices))
        self._outcomes: dict[tuple[str, str, float], Outcome] = {}

    def scores(self, family: Family) -> tuple[Score, Score]:
        """One for each part of the family."""
        if family.parts == HALVES:
            return self._kinds(family, 0), self._kinds(family, 1)
        return self._reuse(family, DE), self._reuse(family, REUTERS)

    def _kinds(self, family: Family, which: int) -> Score:
        choices = {one: choice for one, choice in self._choices.items() if half(one) == which}
        return lambda value: kinds.whole_f1(self._outcome(DE, family, value), choices, either=False)

    def _reuse(self, family: Family, name: str) -> Score:
        pairs = self._pairs[name]
        true = [one.pair for one in pairs if one.kind == "reuse" and one.containment >= STRONG]
        repeats = figures.repeats(pairs)

        def score(value: float) -> float:
            outcome = self._outcome(name, family, value)
            found = figures.reported(outcome, true)
            return kinds.f1(found, figures.reported(outcome, repeats), len(true) - found)

        return score

    def _outcome(self, name: str, family: Family, value: float) -> Outcome:
        settings = msgspec.convert({family.threshold: value}, DedupSettings)
        usual = getattr(DedupSettings(), family.threshold)
        key = (name, "", 0.0) if value == usual else (name, family.threshold, value)
        if key not in self._outcomes:
            self._outcomes[key] = outcome_of(decide(self._articles[name], settings))
        return self._outcomes[key]


def rows(material: Material, families: Sequence[Family]) -> Iterator[tuple[str, ...]]:
    """Each family twice: chosen on the one part and read on the other, and the other way round."""
    for family in families:
        usual = getattr(DedupSettings(), family.threshold)
        values = sorted({usual, *family.values})
        parts = list(zip(family.parts, material.scores(family), strict=True))
        for (here, chosen), (there, read) in (parts, parts[::-1]):
            found = transfer(values, usual, chosen, read)
            numbers = (f"{found.chosen:.3f}", there, f"{found.read:.3f}", f"{found.best:.3f}")
            mark = "*" * (found.value == usual)
            lost = f"{found.best - found.read:.3f}"
            yield (family.name, family.threshold, here, f"{found.value:g}{mark}", *numbers, lost)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.transfer", description=__doc__)
    parser.add_argument("--data", type=Path, metavar="DIR", help="the folder of press copy")
    asked = parser.parse_args(arguments)
    try:
        material = Material(press_data(asked.data))
    except Missing as error:
        print(f"bench.transfer: {error}", file=sys.stderr)
        return 2
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}", flush=True)
    for row in rows(material, FAMILIES):
        print(f"| {' | '.join(row)} |", flush=True)
    print(
        "\n* the default. Halves: macro F1 of kinds, first choice; else F1 of re-use against repeated text."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
