"""Happenings and chains of them: what newsrooms read, and what enrich remembers to tell it."""

from datetime import datetime

import msgspec

from services.contracts.version import version_1


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The stories, of any wording, about one happening. Key of `events`: `event_id`.

    When an id is lost its last record names `merged_into`; a tombstone follows.
    """

    schema_version: int = msgspec.field(default_factory=version_1)
    event_id: str
    """From the story that founded it, or from the event that it was parted from; whatever joins or leaves, it
    stays."""
    revision: int
    title: str
    """What happened: the headline of its most widely run story."""
    stories: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    first_seen_at: datetime
    last_seen_at: datetime
    places: tuple[str, ...] = ()
    """Where: what its reports name as a place, the weightiest first; none that they name in passing."""
    line: str = ""
    """When, where and what, in one line."""
    storyline_id: str = ""
    merged_into: str = ""
    """Set when this id ended: the event that its last story went to."""
    closed: bool = False
    """All its stories are closed; it will not change any more."""
    split_from: str = ""
    """The event that its first stories were in, until later ones showed that they tell of something else."""


class StorylineEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One happening of a storyline."""

    event_id: str
    title: str
    line: str = ""
    stories: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    first_seen_at: datetime
    last_seen_at: datetime


class Storyline(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A chain of events: what happened in one affair. Key of `storylines`: `storyline_id`.

    An event that ended is left out; when the last one did, a tombstone ends the id.
    """

    schema_version: int = msgspec.field(default_factory=version_1)
    storyline_id: str
    """From the event that founded it."""
    revision: int
    title: str
    """The title of its most widely reported event."""
    events: tuple[StorylineEvent, ...] = ()
    """In order of first sight."""
    articles: tuple[str, ...] = ()
    """URLs of all of them."""
    first_seen_at: datetime
    last_seen_at: datetime
    closed: bool = False
    """All its events are closed."""


class EventReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """enrich's changelog: what later stories are compared with.

    Key of `enrich-state`: `report:<number>`.
    """

    schema_version: int = msgspec.field(default_factory=version_1)
    story_id: str
    number: int
    """The how manieth report it was; only grows."""
    seen_at: datetime
    words: dict[str, int] = {}
    """Its weightiest terms; the squares of the weights add up to about a million."""
    news: tuple[int, ...] = ()
    """What each of them weighs, in this order, where it is asked whether two reports tell of one happening:
    the more, the less was written with it before. The squares add up to about a million; where it is empty,
    the words weigh there what they weigh anywhere.
    """
    others: str = ""
    """The rest of its terms, which are counted and not compared, with blanks between."""
    crowd: int = 0
    """How much like it the reports of the days before were, in millionths."""
    headline: dict[str, int] = {}
    """What each term of its title weighs in it, in thousandths."""
    days: tuple[int, ...] = ()
    """The days that it names, counted as Python's `date.toordinal` does; empty where it names none."""
    people: dict[str, int] = {}
    """Whom it names, by the term that the family name counts as: how rare that was, in thousandths."""
    language: str = ""
    """Told where an embedder is named, as are …"""
    embedder: str = ""
    """… who made `sense`, as `enrich.embedder` named them, and …"""
    sense: tuple[int, ...] = ()
    """… the direction of its headline and lead in whole numbers, the squares of which add up to about a
    million."""


class EventStory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A story as its event remembers it."""

    story_id: str
    revision: int = 0
    """Of the story, up to which it was taken: what is read again says nothing new."""
    title: str
    places: tuple[str, ...] = ()
    place_weights: tuple[int, ...] = ()
    """How often each of them is named; the headline and the first paragraph count more. Empty: not known."""
    articles: tuple[str, ...] = ()
    first_seen_at: datetime
    last_seen_at: datetime
    closed: bool = False


class EventState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """enrich's changelog: an event. Key of `enrich-state`: `event:<event_id>`."""

    schema_version: int = msgspec.field(default_factory=version_1)
    event_id: str
    revision: int
    storyline_id: str
    stories: tuple[EventStory, ...] = ()
    split_from: str = ""


class StorylineState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """enrich's changelog: a storyline. Key of `enrich-state`: `storyline:<storyline_id>`."""

    schema_version: int = msgspec.field(default_factory=version_1)
    storyline_id: str
    revision: int
    events: tuple[str, ...] = ()
