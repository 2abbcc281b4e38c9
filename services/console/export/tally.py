"""Counts of what lies on a log, taken while it is exported."""

from collections import Counter
from dataclasses import dataclass, field

COMPLAINTS = 10


@dataclass
class Tally:
    """A version is one text of an article; verdicts are one a version."""

    records: int = 0
    """Article records, in which a version may come more than once."""
    unreadable: int = 0
    """Records of the articles topic that are none of ours; dedup has them among its dead letters."""
    versions: int = 0
    articles: int = 0
    withdrawn: int = 0
    """Articles that their publishers took back and do not show again."""
    decided: Counter[str] = field(default_factory=Counter)
    """Versions by outcome of their last verdict: `story` or `screened`."""
    screened: Counter[str] = field(default_factory=Counter)
    """Articles whose latest version is kept out of matching, by reason."""
    relations: Counter[str] = field(default_factory=Counter)
    """Lines by kind, over the latest version of each article."""
    counted: int = 0
    """Relations of these versions that are told as a number beside a line."""
    verified: int = 0
    """Pairs that were looked at, over all versions."""
    answers: Counter[str] = field(default_factory=Counter)
    """What came of them, by kind of relation or reason of refusal."""
    left_out: int = 0
    """Pairs with keys in common that were not looked at, because stronger ones filled the bounds."""
    stories: int = 0
    shared: int = 0
    """Stories of more than one article."""
    changes: int = 0
    events: int = 0
    storylines: int = 0
    dead: dict[str, Counter[str]] = field(default_factory=dict)
    """By service, then reason."""
    feeds: Counter[str] = field(default_factory=Counter)
    """By status."""
    entries: Counter[str] = field(default_factory=Counter)
    """Entries that feeds listed, by what became of them."""
    complaints: list[str] = field(default_factory=list)
    """A line for each feed that failed or brought nothing, the worst first, at most `COMPLAINTS`."""
    complained: int = 0
    """How many such feeds there are."""

    def dead_of(self, service: str) -> int:
        return self.dead.get(service, Counter()).total()
