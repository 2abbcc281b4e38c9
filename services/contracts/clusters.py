"""Stories as dedup sees them: ids, members, what changed. Enrich turns them into story records."""

from datetime import datetime
from typing import Literal

import msgspec

from services.contracts.relations import RelationKind
from services.contracts.version import version_1

Change = Literal["created", "grew", "updated", "corrected", "withdrawn", "merged", "split", "closed"]


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One article in a story, and what it is to the one it took its text from.

    It carries all that enrich says about the article, so that enrich needs no join.
    """

    article_id: str
    version_id: str
    url: str
    source: str
    feed: str
    title: str
    language: str
    first_seen_at: datetime
    """Of the article's first version."""
    version_seen_at: datetime
    """When its text was last seen to become what it is."""
    published_at: datetime | None = None
    agencies: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    words: int = 0
    versions: int = 1
    kind: RelationKind | None = None
    """None for the founder."""
    correction: bool = False
    correction_note: str = ""
    """In which words its current version says that it corrects."""
    of: str = ""
    """`article_id` of the member it relates to by `kind`."""
    jaccard: float = 0.0
    containment: float = 0.0
    other_containment: float = 0.0
    notice: bool = False
    """No report, but a notice that withdraws `of`."""
    withdrawn_at: datetime | None = None
    """When its publisher was seen to have taken it back. None while it is shown."""
    withdrawn_note: str = ""
    """Why, in the publisher's or the protocol's words."""


class Cluster(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A story after one change. Key of `clusters`: `story_id`. Members by (first seen, article id)."""

    schema_version: int = msgspec.field(default_factory=version_1)
    story_id: str
    revision: int
    change: Change
    at: datetime
    """When what caused the change was seen: a version, its return, or that it was withdrawn."""
    article_id: str
    """The article that caused it."""
    members: tuple[Member, ...] = ()
    merged_into: str = ""
    """Set when this id ended: the story that took its members."""
    merged_from: tuple[str, ...] = ()
    split_from: str = ""
    split_into: tuple[str, ...] = ()
