"""What a batch found out of a shard's sightings beforehand, for the fold to ask instead of finding out.

A sighting is a row, by its place in the order of decision. All but the fold depends on a text and the
closed days before it, or on two texts, and so can be found out anywhere. What is foreseen is what the fold
would find out itself; where nothing is, it does.
"""

from typing import NamedTuple, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from services.contracts.relations import Relation, ScreenReason
from services.contracts.sketches import Sketch
from services.dedup.relations.forms import Unrelated
from services.dedup.search.postings import Counts
from services.dedup.search.profile import Profile

Rows = npt.NDArray[np.int64]


class Unforeseen(Exception):
    """The fold reads other texts than a batch awaited, which counted others on that day; or it is to go on
    from, or leave, a state that the batch knows nothing of.
    """


class Signing(msgspec.Struct, frozen=True, array_like=True):
    """What an article says by itself, as of the day on which it is decided."""

    day: int
    counted: bool
    """Among what was seen on that day."""
    seen: bytes
    """On how many earlier days its shingles were seen, packed."""
    words: int = 0
    screened: tuple[ScreenReason, str] | None = None
    note: str = ""
    """By which it withdraws itself or another, if it is new."""
    sketch: Sketch | None = None
    """None where it is screened."""
    samples: int = 0
    """Sampled shingles it is found by."""


class Neighbours(NamedTuple):
    """Rows that share keys with one, beside each other."""

    others: Rows
    counts: Counts


class Looks(Protocol):
    """What came of pairs that were looked at beforehand."""

    def answer(self, newer: Profile, older: Profile) -> Relation | Unrelated | None:
        """What the newer is to the older one; None where it was not asked, or depends on others."""

    def share(self, one: Profile, other: Profile) -> float | None:
        """The larger containment of the two; None where it was not asked."""


class Foresight(Looks, Protocol):
    """What is asked of it for one shard."""

    rows: int
    """How many there are."""

    def row(self, version: str, at_us: int) -> int | None:
        """Of the sighting of a version at that time."""

    def signing(self, row: int) -> Signing | None:
        """None where the text of a sighting was not to be read."""

    def read_before(self, day: int) -> int:
        """How many sightings decided on earlier days were to be read."""

    def neighbours(self, row: int) -> Neighbours: ...
