"""What newsrooms read: stories and the log of their changes."""

from datetime import datetime
from typing import Literal

import msgspec

from services.contracts.clusters import Change
from services.contracts.relations import RelationKind
from services.contracts.version import version_1

Role = Literal["original", "duplicate", "copy", "rewrite", "update", "correction", "withdrawal"]


class StoryMember(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One article in a story and its part in it."""

    article_id: str
    version_id: str
    url: str
    source: str
    title: str
    language: str
    role: Role
    of: str = ""
    """URL of the member it took its text from or continues."""
    kind: RelationKind | None = None
    jaccard: float = 0.0
    containment: float = 0.0
    first_seen_at: datetime
    published_at: datetime | None = None
    agencies: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    words: int = 0
    versions: int = 1
    correction_note: str = ""
    """In which words it says that it corrects an earlier state."""
    withdrawn_at: datetime | None = None
    """When its publisher was seen to have taken it back. None while it is shown."""
    withdrawn_note: str = ""
    of_withdrawn: bool = False
    """The copy it took its text from, directly or through others, was withdrawn."""


class Story(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The family of one text. Key of `stories`: `story_id`; `revision` only grows.

    When an id is lost to a merge its last record names `merged_into`; a tombstone follows.
    """

    schema_version: int = msgspec.field(default_factory=version_1)
    story_id: str
    revision: int
    headline: str
    lead_url: str
    """The version to show: the longest of the latest state of the text."""
    articles: tuple[str, ...] = ()
    """URLs of the members, in order of first sight."""
    members: tuple[StoryMember, ...] = ()
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    first_seen_at: datetime
    last_seen_at: datetime
    closed: bool = False
    withdrawn: bool = False
    """Its originals were withdrawn; its members say when and why."""
    merged_into: str = ""
    merged_from: tuple[str, ...] = ()
    split_from: str = ""
    split_into: tuple[str, ...] = ()


class StoryChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step in a story's life. Key of `story-changes`: `story_id`.

    Replaying them in order rebuilds `stories`: put `story` under its id, and drop the id after a
    change whose story has `merged_into`.
    """

    schema_version: int = msgspec.field(default_factory=version_1)
    story_id: str
    revision: int
    change: Change
    at: datetime
    article_id: str
    """The article that caused the change."""
    article_url: str
    """Its URL; empty where it is no longer a member."""
    story: Story
