"""What is known of the development data: exact pairs with their class, labels, and our own judgements."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, cast, get_args

from bench.quality.oracle import PairClass
from bench.quality.outcome import Pair, pair

Label = Literal["SYN", "DER", "VER", "BG", "TPL", "LIVE", "SE", "BOIL"]
LabelKind = Literal["syndicated", "derivative", "update", "background", "none"]
JUDGEMENTS = Path(__file__).with_name("judgements.tsv")
KIND_OF: Mapping[Label, LabelKind] = {
    "SYN": "syndicated",
    "DER": "derivative",
    "VER": "update",
    "BG": "background",
    "TPL": "none",
    "LIVE": "none",
    "SE": "none",
    "BOIL": "none",
}
WholeKind = Literal["duplicate", "syndicated", "derivative", "update", "background", "none"]
WHOLE_KIND_OF: Mapping[str, WholeKind] = {
    "DUP": "duplicate",
    "SYN": "syndicated",
    "DER": "derivative",
    "UPD": "update",
    "BG": "background",
    "TPL": "none",
    "LIVE": "none",
    "STUB": "none",
    "NONE": "none",
}
REUSE_LABELS: tuple[Label, ...] = ("SYN", "DER", "VER")
Aliases = Mapping[str, str]
"""The URL an article ended up under, by the one the data names."""


class TruePair(NamedTuple):
    """A line of an exact pair list. `older` was seen first."""

    older: str
    newer: str
    across: bool
    """Of two sources."""
    kind: PairClass
    shared: int
    older_size: int
    newer_size: int
    """In word 5-grams."""
    jaccard: float
    older_in_newer: float
    newer_in_older: float

    @property
    def pair(self) -> Pair:
        return pair(self.older, self.newer)

    @property
    def containment(self) -> float:
        return max(self.older_in_newer, self.newer_in_older)


class Choice(NamedTuple):
    """What a reader of both whole texts calls a pair."""

    first: WholeKind
    second: WholeKind | None
    """Where two are defensible."""


class Judgement(NamedTuple):
    """How we read a pair that Newsfold and the data see differently."""

    said: str
    """What the data says: a label, or a class of the pair list."""
    label: Label
    reason: str


def read_pairs(path: Path, aliases: Aliases) -> list[TruePair]:
    return [
        TruePair(
            older=aliases.get(row["url_a"], row["url_a"]),
            newer=aliases.get(row["url_b"], row["url_b"]),
            across=row["source_a"] != row["source_b"],
            kind=cast(PairClass, row["class"]),
            shared=int(row["shared5"]),
            older_size=int(row["n5_a"]),
            newer_size=int(row["n5_b"]),
            jaccard=float(row["j5"]),
            older_in_newer=float(row["c5_a"]),
            newer_in_older=float(row["c5_b"]),
        )
        for row in _rows(path)
    ]


def read_labels(path: Path) -> dict[Pair, Label]:
    return {pair(row["url_a"], row["url_b"]): _label(row["label"]) for row in _rows(path)}


def read_choices(path: Path) -> dict[Pair, Choice]:
    """Raises `KeyError` on a label that is none."""
    return {
        pair(row["url_a"], row["url_b"]): Choice(
            WHOLE_KIND_OF[row["label"]], None if row["second"] == "-" else WHOLE_KIND_OF[row["second"]]
        )
        for row in _rows(path)
    }


def read_judgements(path: Path = JUDGEMENTS) -> dict[Pair, Judgement]:
    """Raises `ValueError` on a judgement that is no label."""
    return {
        pair(row["url_a"], row["url_b"]): Judgement(row["label"], _label(row["judgement"]), row["reason"])
        for row in _rows(path)
    }


def as_judged(pairs: list[TruePair], judgements: Mapping[Pair, Judgement]) -> list[TruePair]:
    """The pairs whose class our reading does not contradict."""
    return [one for one in pairs if not _contradicted(one, judgements.get(one.pair))]


def _contradicted(one: TruePair, judgement: Judgement | None) -> bool:
    if judgement is None or one.kind not in ("reuse", "repeat"):
        return False
    return (judgement.label in REUSE_LABELS) != (one.kind == "reuse")


def labels_as_judged(labels: Mapping[Pair, Label], judgements: Mapping[Pair, Judgement]) -> dict[Pair, Label]:
    return {one: judgements[one].label if one in judgements else label for one, label in labels.items()}


def _label(text: str) -> Label:
    if text not in get_args(Label):
        raise ValueError(f"{text!r} is not one of {', '.join(get_args(Label))}")
    return cast(Label, text)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
