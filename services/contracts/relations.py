"""What dedup decided about an article: its relations with the words that prove them."""

from datetime import datetime
from typing import Literal

import msgspec

from services.contracts.version import version_1

RelationKind = Literal["duplicate", "syndicated", "derivative", "update", "background"]
REUSE_KINDS: tuple[RelationKind, ...] = ("duplicate", "syndicated", "derivative", "update")

Outcome = Literal["story", "screened"]
ScreenReason = Literal["empty", "stub", "consent", "template", "ticker", "teaser", "beyond-window"]
RefusalReason = Literal[ScreenReason, "little-evidence", "short-passages"]
"""Why a pair that was looked at is none: a screen, or too little that is shared."""
Direction = Literal["first-seen", "credit", "notice", "undecided"]
"""Evidence for who took from whom: who was seen first; an agency that the newer credits; a notice, which
speaks of what it withdraws; or none, where both were first seen at one moment and stand in order of id."""
PairAnswer = Literal[RelationKind, RefusalReason, "told-before", "took-from"]
"""What can come of a pair that is looked at. `told-before`: its relation stands already, with another version
of the article. `took-from`: the other has its text from an earlier version of this article."""


class Passage(msgspec.Struct, frozen=True, gc=False):
    """Equal words in two plain texts. Offsets are Unicode code points, end exclusive."""

    start: int
    end: int
    other_start: int
    other_end: int


class Relation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A directed edge from the newer article to an older one."""

    other_article_id: str
    other_version_id: str
    other_url: str
    kind: RelationKind
    correction: bool = False
    """Its text or title says that it corrects, and the older one did not say so."""
    note: str = ""
    """In which words it says so."""
    jaccard: float
    containment: float
    """Share of this article's word 5-grams found in the other."""
    other_containment: float
    fresh_containment: float
    """The larger containment counted over novel shingles only: what typing rests on."""
    fresh_shared: int
    """Novel shingles shared."""
    direction: Direction | None = None
    """By which evidence this article is the newer one. None where it was decided by Newsfold 0.1."""
    others: int = 0
    """How many more articles share this text, or this passage, and are not listed one by one."""
    reason: str
    """Why this kind and this direction, in words."""
    bands: int
    """MinHash bands that made it a candidate."""
    samples: int
    """Sampled shingles that made it a candidate."""
    passages: tuple[Passage, ...] = ()


class Refusal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A pair that was looked at and is related to nothing."""

    other_article_id: str
    other_version_id: str = ""
    other_url: str
    reason: RefusalReason
    detail: str
    others: int = 0
    """How many more pairs were refused for this reason and are not listed one by one."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The decision on one version, once and for all. Key of `relations`: `article_id`."""

    schema_version: int = msgspec.field(default_factory=version_1)
    article_id: str
    version_id: str
    url: str
    source: str
    language: str
    first_seen_at: datetime
    outcome: Outcome
    reason: ScreenReason | None = None
    """Why a screened version was kept out of matching."""
    detail: str = ""
    """The same in words."""
    story_id: str = ""
    late: bool = False
    """It came behind the watermark and was taken at once."""
    relations: tuple[Relation, ...] = ()
    refused: tuple[Refusal, ...] = ()
    """Pairs that were looked at and are none, a few of each reason."""
    candidates: int = 0
    """Pairs verified for this version."""
    answers: dict[str, int] = msgspec.field(default_factory=dict)
    """What came of them, by kind or reason: adds up to `candidates`. Of a late article it counts, too, the
    relations that stand in the verdicts of newer ones. Empty where it was decided by Newsfold 0.1."""
    left_out: int = 0
    """Pairs with keys in common that were not verified, because stronger ones filled the bounds."""
    shown_at: datetime | None = None
    """When the publisher went back to this version, if it did: the verdict is then given again."""
