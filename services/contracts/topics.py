"""The topic table: every topic's key, partitioning, cleanup and record types, in one place.

Docs, the AsyncAPI document and the topics that `newsfold` creates are all made from it.
"""

from typing import Literal

import msgspec
from msgspec.structs import replace

from services.contracts.articles import Article, Watermark, Withdrawal
from services.contracts.canaries import CanaryArticle, CanaryCluster
from services.contracts.clusters import Cluster
from services.contracts.events import Event, EventReport, EventState, Storyline, StorylineState
from services.contracts.facts import ArticleFacts
from services.contracts.feeds import Feed, FeedMark, FeedPast, FeedState
from services.contracts.relations import Verdict
from services.contracts.sketches import Remembered, ShardClock
from services.contracts.spread import StageBlock
from services.contracts.stories import Story, StoryChange

DAY_S = 86_400
SHARDS: tuple[tuple[str, ...], ...] = (
    ("de", "nl", "da", "sv", "no", "nb"),
    ("en",),
    ("fr", "es", "it", "pt", "ro", "ca"),
    (),
)
"""Language groups: the index is the shard, the partition of per-shard topics. The last takes the rest."""
Sharding = Literal["one", "language"]
"""All articles in the first shard, or each language group in its own."""


def shard_of(language: str, sharding: Sharding) -> int:
    """The shard that owns an article in `language` (ISO 639-1, any case, region subtags ignored)."""
    if sharding == "one":
        return 0
    base = language.lower().replace("_", "-").split("-")[0]
    for shard, group in enumerate(SHARDS):
        if base in group:
            return shard
    return len(SHARDS) - 1


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One topic as it is created and documented."""

    name: str
    key: str
    by: Literal["key", "shard", "origin"]
    """Which partition a record goes to: hash of the key, its shard, or the partition of its input."""
    partitions: int
    compact: bool = False
    retention_s: int | None = None
    """None keeps records for ever."""
    lag_s: int | None = None
    """Compacted, and taken record by record by a service: how old a record must be to be compacted away on
    Kafka, which does not ask who has taken it. A service that is behind for longer misses steps."""
    types: tuple[type[msgspec.Struct], ...]
    writer: str
    also: tuple[str, ...] = ()
    """Who writes beside."""
    readers: tuple[str, ...]
    about: str


SHARD_COUNT = len(SHARDS)
LANES = 8
"""Of a shard where dedup is spread: so many tasks sign texts and look at pairs at most."""
RANGES = 16
"""Of keys where dedup is spread, a run of key groups each: so many tasks join them at most."""
FEED_PARTITIONS = 4
CANARY = "canary"
"""The topic in which a canary's way ends."""
_PUBLIC = ("newsrooms",)


def _dead_letters(service: str) -> Topic:
    return Topic(
        name=f"dead-letters.{service}",
        key="as it came",
        by="origin",
        partitions=1,
        retention_s=37 * DAY_S,
        types=(),
        writer=service,
        readers=("operators",),
        about="Input that could not be used: original bytes, origin and reason in headers.",
    )


TOPICS: tuple[Topic, ...] = (
    Topic(
        name="feeds",
        key="feed_id",
        by="key",
        partitions=FEED_PARTITIONS,
        compact=True,
        types=(Feed,),
        writer="operators",
        readers=("ingest",),
        about="Feeds to follow; a tombstone ends a subscription.",
    ),
    Topic(
        name="feed-state",
        key="per record",
        by="origin",
        partitions=FEED_PARTITIONS,
        compact=True,
        types=(FeedState, FeedMark, FeedPast),
        writer="ingest",
        readers=("ingest",),
        about="What ingest knows of a feed: validators, schedule, seen entries, pages still to fetch; beside "
        "it entries of long ago, and in a small mark what changed since, where nothing new came.",
    ),
    Topic(
        name="articles",
        key="article_id",
        by="shard",
        partitions=SHARD_COUNT,
        retention_s=37 * DAY_S,
        types=(Article, Withdrawal, Watermark, CanaryArticle),
        writer="ingest",
        readers=("dedup", *_PUBLIC),
        about="Every version of every article, what was withdrawn, and the watermarks that order them.",
    ),
    Topic(
        name="relations",
        key="article_id",
        by="shard",
        partitions=SHARD_COUNT,
        retention_s=37 * DAY_S,
        types=(Verdict,),
        writer="dedup",
        readers=_PUBLIC,
        about="One verdict a version: its relations with numbers and passages, or why it was screened.",
    ),
    Topic(
        name="clusters",
        key="story_id",
        by="shard",
        partitions=SHARD_COUNT,
        compact=True,
        lag_s=7 * DAY_S,
        types=(Cluster, CanaryCluster),
        writer="dedup",
        readers=("enrich",),
        about="Stories as sets of members, one record a change.",
    ),
    Topic(
        name="stories",
        key="story_id",
        by="shard",
        partitions=SHARD_COUNT,
        compact=True,
        types=(Story,),
        writer="enrich",
        readers=_PUBLIC,
        about="The latest record of each story; lost ids end in a tombstone.",
    ),
    Topic(
        name="story-changes",
        key="story_id",
        by="shard",
        partitions=SHARD_COUNT,
        retention_s=37 * DAY_S,
        types=(StoryChange,),
        writer="enrich",
        readers=_PUBLIC,
        about="Every change of every story; replaying it rebuilds `stories`.",
    ),
    Topic(
        name="events",
        key="event_id",
        by="shard",
        partitions=SHARD_COUNT,
        compact=True,
        types=(Event,),
        writer="enrich",
        readers=_PUBLIC,
        about="Happenings, each with the stories of any wording about it; lost ids end in a tombstone.",
    ),
    Topic(
        name="storylines",
        key="storyline_id",
        by="shard",
        partitions=SHARD_COUNT,
        compact=True,
        types=(Storyline,),
        writer="enrich",
        readers=_PUBLIC,
        about="Chains of events: what happened in one affair; ids without an event end in a tombstone.",
    ),
    Topic(
        name=CANARY,
        key="story_id",
        by="shard",
        partitions=SHARD_COUNT,
        compact=True,
        types=(Story,),
        writer="enrich",
        readers=("ingest",),
        about="The canary's story of each shard, where a real one would have gone to `stories`; ingest, "
        "which sent it, looks whether it came. Empty unless `ingest.canary_every_s` is set.",
    ),
    Topic(
        name="dedup-state",
        key="per record",
        by="shard",
        partitions=SHARD_COUNT,
        compact=True,
        retention_s=None,
        types=(Remembered, Cluster, ShardClock),
        writer="dedup",
        readers=("dedup",),
        about="dedup's changelog: the versions, stories and clock of a shard.",
    ),
    Topic(
        name="enrich-state",
        key="per record",
        by="shard",
        partitions=SHARD_COUNT,
        compact=True,
        types=(ArticleFacts, EventReport, EventState, StorylineState),
        writer="enrich",
        readers=("enrich",),
        about="enrich's changelog: what the articles of open stories say, reports, events and storylines.",
    ),
    *(_dead_letters(service) for service in ("ingest", "dedup", "enrich")),
)
ROLES = ("plan", "sign", "range", "pair")
"""The services that a spread dedup has beside dedup itself."""
FOLLOWS = {"plan": "dedup"}
"""Services that begin where another stands: by what its group has taken, and what its changelog has."""


def _stage_state(role: str, partitions: int, about: str, *more: type[msgspec.Struct]) -> Topic:
    return Topic(
        name=f"{role}-state",
        key="per record",
        by="origin",
        partitions=partitions,
        compact=True,
        types=(*more, StageBlock),
        writer=role,
        readers=(role,),
        about=about,
    )


def _hop(name: str, partitions: int, writers: tuple[str, ...], readers: tuple[str, ...], about: str) -> Topic:
    return Topic(
        name=name,
        key="per record",
        by="origin",
        partitions=partitions,
        retention_s=7 * DAY_S,
        types=(StageBlock,),
        writer=writers[0],
        also=writers[1:],
        readers=readers,
        about=about,
    )


SPREAD: tuple[Topic, ...] = (
    _hop(
        "spans",
        SHARD_COUNT * LANES,
        ("plan",),
        ("sign",),
        "Texts to be signed, in spans, each to its lane, with what plan read in them. Empty unless dedup is "
        "spread.",
    ),
    _hop(
        "keys", RANGES, ("sign", "plan", "pair"), ("range",), "Of each span the keys, to every range its own."
    ),
    _hop(
        "pairs",
        SHARD_COUNT * LANES,
        ("range", "sign", "pair"),
        ("pair",),
        "To the lane of each span what it says (from sign) and with whom it shares keys; questions of one "
        "lane to another.",
    ),
    _hop(
        "answers",
        SHARD_COUNT,
        ("pair", "plan"),
        ("dedup",),
        "What plan has to come, and of each span what was found out: what `run fold` asks.",
    ),
    _hop(
        "notices",
        SHARD_COUNT,
        ("dedup",),
        ("plan",),
        "What a notice at another address withdraws, where plan waits to be told.",
    ),
    _stage_state(
        "plan",
        SHARD_COUNT,
        "plan's changelog: versions, and how many rows there are.",
        Remembered,
        ShardClock,
    ),
    _stage_state("range", RANGES, "range's changelog: the keys of its range, as long as the window."),
    _stage_state("pair", SHARD_COUNT * LANES, "pair's changelog: signed texts and columns of the window."),
    *(_dead_letters(role) for role in ROLES),
)
"""There only where dedup is spread. Internal, as the changelogs are."""
WITH_SPREAD: tuple[Topic, ...] = (
    *(
        replace(topic, readers=(*topic.readers, "plan")) if topic.name == "articles" else topic
        for topic in TOPICS
    ),
    *SPREAD,
)
"""All topics where dedup is spread, with all who read and write them."""
BY_NAME = {topic.name: topic for topic in TOPICS}
EVERY = BY_NAME | {topic.name: topic for topic in SPREAD}
"""Of both tables."""
DEFAULT_PREFIX = "newsfold."
