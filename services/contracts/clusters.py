"""Stories as dedup sees them: ids, members, what changed. Enrich turns them into story records."""

from datetime import datetime
from typing import Literal

import msgspec

from services.contracts.relations import Direction, RelationKind
from services.contracts.version import version_1

Change = Literal["created", "grew", "updated", "corrected", "withdrawn", "merged", "split", "closed"]


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
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
    direction: Direction | None = None
    """By which evidence it took from `of`."""
    absent_at: datetime | None = None
    """Of its first version: when it was looked for and was not there yet."""
    standing: bool = False
    """Its first version stood there at the first look."""
    agency: str = ""
    """The agency that publishes it, where its publisher is one."""
    notice: bool = False
    """No report, but a notice that withdraws `of`."""
    withdrawn_at: datetime | None = None
    """When its publisher was seen to have taken it back. None while it is shown."""
    withdrawn_note: str = ""
    """Why, in the publisher's or the protocol's words."""


class Turn(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A merge or a split in the life of a story."""

    change: Change
    at: datetime
    story_id: str
    """The other story: whose members came, or who took some."""


class Replaced(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The version of an article that another one took the place of."""

    version_id: str
    title: str
    text: str = ""


class Cluster(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A story after one change. Key of `clusters`: `story_id`. Members by (first seen, article id)."""

    schema_version: int = msgspec.field(default_factory=version_1)
    story_id: str
    revision: int
    change: Change
    at: datetime
    """When what caused the change was seen: a version, its return, or that it was withdrawn."""
    article_id: str
    """The article that caused it."""
    text: str = ""
    """Its text, where the change is that it came, changed or came back."""
    replaced: Replaced | None = None
    """What stood in its place before, where the change is another version of it."""
    members: tuple[Member, ...] = ()
    merged_into: str = ""
    """Set when this id ended: the story that took its members."""
    merged_from: tuple[str, ...] = ()
    split_from: str = ""
    split_into: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()
    """Its merges and splits, in order, the last 32."""
