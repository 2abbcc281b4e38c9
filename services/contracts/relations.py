"""What dedup decided about an article: its relations with the words that prove them."""

from datetime import datetime
from typing import Literal

import msgspec

from services.contracts.version import version_1

RelationKind = Literal["duplicate", "syndicated", "derivative", "update", "background"]
REUSE_KINDS: tuple[RelationKind, ...] = ("duplicate", "syndicated", "derivative", "update")

Direction = Literal["first-seen", "credit", "undecided"]
"""By what it was decided who took from whom: who was seen first, an agency that one credits and the other is,
or nothing, where both were seen at one time."""

Outcome = Literal["story", "screened"]
ScreenReason = Literal["empty", "stub", "consent", "template", "ticker", "teaser", "beyond-window"]


class Passage(msgspec.Struct, frozen=True):
    """Equal words in two plain texts. Offsets are Unicode code points, end exclusive."""

    start: int
    end: int
    other_start: int
    other_end: int


class Relation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
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
    reason: str
    """Why this kind and this direction, in words."""
    bands: int
    """MinHash bands that made it a candidate."""
    samples: int
    """Sampled shingles that made it a candidate."""
    passages: tuple[Passage, ...] = ()
    direction: Direction = "first-seen"
    """By which evidence the other one is the source."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A pair that looked alike and was kept out of matching by a screen."""

    other_article_id: str
    other_url: str
    reason: ScreenReason
    detail: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
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
    """Pairs a screen refused: two fillings of a template, text of the site."""
    candidates: int = 0
    """Pairs verified for this version."""
    shown_at: datetime | None = None
    """When the publisher went back to this version, if it did: the verdict is then given again."""
