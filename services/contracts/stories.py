"""What newsrooms read: stories and the log of their changes."""

from datetime import datetime
from typing import Literal

import msgspec

from services.contracts.clusters import Change
from services.contracts.facts import FigureLine, Name, Quote
from services.contracts.relations import RelationKind
from services.contracts.version import version_1

Evidence = Literal["credit", "cited", "first-seen", "contained", "published", "notice"]
"""`credit`: it names the agency as its source. `cited`: it names the outlet. `first-seen`: it was not there
when the other was seen. `contained`: it is a cut of the other. `published`: the publishers' own dates."""
Sureness = Literal["proved", "likely", "undecided"]
Preference = Literal["original", "complete", "recent"]
"""Which version speaks for a story: the latest state of its original, the fullest text, or the latest one."""
Role = Literal["original", "duplicate", "copy", "rewrite", "update", "correction", "withdrawal"]


class StoryMember(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
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
    inferred: tuple[str, ...] = ()
    """Agencies that it does not credit and whose copy it runs: credited copy has the same text."""
    agency: str = ""
    """The agency that publishes it, where its publisher is one."""
    absent_at: datetime | None = None
    """It came after this look, which did not find it, and up to `first_seen_at`. None: not known."""
    byline: str = ""
    dateline: str = ""
    shared_words: int = 0
    """Words it has in common with `of`, by the share of its 5-word runs found there."""
    added_words: int = 0
    """Words of its own beside them."""


class Provenance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One edge of a story's tree: who took from whom, and what says so."""

    url: str
    """Who took; of two that cannot be ordered, the one named later."""
    of: str
    """From whom: an agency's slug or an outlet's name."""
    of_url: str = ""
    """The text it was taken from; empty where none was seen."""
    evidence: tuple[Evidence, ...] = ()
    """All that speaks for it, the strongest first."""
    sure: Sureness
    reason: str
    """The same in words."""


class Origin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Who had it first, as far as that can be known."""

    name: str = ""
    """An agency's slug or an outlet's name; empty where it is undecided."""
    kind: Literal["agency", "outlet", ""] = ""
    url: str = ""
    """Its text; empty where none was seen."""
    reason: str
    sure: Sureness
    not_before: datetime | None = None
    """The first look that found it missing; None: not known."""
    not_after: datetime | None = None
    """When it was first seen anywhere."""


class Pickup(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How far a story went."""

    articles: int
    outlets: int
    independent: int
    """Texts that stand on their own words: neither copies nor the same outlet's further states."""
    copies: int
    """Copies and duplicates of one of them."""
    hours: float
    """From the first article to the last that joined."""
    velocity: float
    """Further outlets an hour of that time, which counts as an hour at least."""


class StoryState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Something that befell the story or a member."""

    state: Literal["withdrawn", "corrected", "merged", "split"]
    at: datetime
    url: str = ""
    """The member; empty for the story as a whole."""
    note: str = ""
    """In the publisher's words; of a merge or split the id of the other story."""


class Edit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A few words in the place of others. One side empty: added, or dropped."""

    before: str = ""
    after: str = ""


class Update(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How a version differs from the one that it replaced."""

    version_id: str
    replaced_version_id: str
    headline: Edit | None = None
    figures: tuple[Edit, ...] = ()
    names_added: tuple[str, ...] = ()
    names_dropped: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    """Passages, the longest first, each cut at 300 characters."""
    dropped: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    """Words that were put in the place of others, beside those."""
    words_added: int = 0
    words_dropped: int = 0
    house_style: bool = False
    """Nothing but spelling, marks and small words."""
    note: str = ""
    """In which words it says that it corrects."""


class Story(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
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
    lead: str = ""
    """First paragraph of the version to show."""
    best_reason: str = ""
    """Why that version is the one to show."""
    origin: Origin | None = None
    provenance: tuple[Provenance, ...] = ()
    pickup: Pickup | None = None
    states: tuple[StoryState, ...] = ()
    """In order of time."""
    names: tuple[Name, ...] = ()
    """The most named first, bounded."""
    figures: tuple[FigureLine, ...] = ()
    """What is counted in most articles first, bounded."""
    quotes: tuple[Quote, ...] = ()
    keywords: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    """Codes of IPTC media topics, top level, by the sections its outlets ran it in."""


class StoryChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
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
    update: Update | None = None
    """What is different, where an article's text changed."""
    story: Story
