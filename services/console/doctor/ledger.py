"""Where every article record of a shard ended, proved from the records of the topics alone.

Pure. A record ends in a standing story, screened, as a repeat of a version decided before, superseded by
a later text, in the dead letters, or it is still on its way. What ended nowhere is a `Fault` that names it.
Memory is about half a kilobyte a version: ids are kept as 16 bytes, texts not at all.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from services.contracts import wire
from services.contracts.articles import Watermark, Withdrawal
from services.contracts.canaries import CanaryArticle, CanaryCluster
from services.contracts.relations import Outcome
from services.stream.bus import Partition, Record

MOST_FAULTS = 1000
"""Named at most, of each kind and shard; all are counted."""
LINGER_US = 8 * 86_400 * 1_000_000
"""How long records may outlive their time: Kafka drops whole segments, by default closed after seven days."""
ENDINGS = (
    "story",
    "screened",
    "known",
    "superseded",
    "dead-letter",
    "withdrawal",
    "held",
    "waiting",
    "forgotten",
)
"""`held`: taken by dedup, waiting for all feeds to get as far. `waiting`: for dedup or enrich to read it.
`superseded`: an older text of an article that is screened by now. `withdrawal`: no text, but that one was
taken back. `forgotten`: older than what the other
topics keep, so nothing can be proved of it."""


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record that ended nowhere, or a story on which two topics disagree."""

    why: str
    topic: str
    partition: int
    offset: int
    article_id: str = ""
    version_id: str = ""
    url: str = ""
    story_id: str = ""

    def __str__(self) -> str:
        named = f"article {self.article_id}" if self.article_id else f"story {self.story_id}"
        what = named if self.article_id or self.story_id else "a record"
        return f"{what} ({self.topic}/{self.partition} offset {self.offset}): {self.why}"


class Faults(msgspec.Struct):
    """The first of them, and how many there are."""

    count: int = 0
    named: list[Fault] = msgspec.field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.count += 1
        if len(self.named) < MOST_FAULTS:
            self.named.append(fault)


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """How far the services had come when the account was begun, before any topic was read."""

    number: int
    decided: int
    """The offset of `articles` from which dedup reads again after a restart."""
    taken: int
    """The next offset of `articles` that dedup reads now."""
    told: int
    """The next offset of `clusters` that enrich reads."""
    horizon_us: int
    """Records stamped before this may be forgotten by topics that forget."""
    emptied: frozenset[str] = frozenset()
    """Topics whose partition held records and holds none: all are forgotten."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One shard's result. `articles` is the sum of `endings` and the missing."""

    shard: int
    articles: int
    endings: dict[str, int]
    screened: dict[str, int]
    """By reason."""
    stories: int
    missing: Faults
    inconsistent: Faults

    @property
    def clean(self) -> bool:
        return not (self.missing.count or self.inconsistent.count)


class _Verdict(msgspec.Struct):
    article_id: str
    version_id: str
    outcome: Outcome
    reason: str | None = None
    story_id: str = ""


class _Member(msgspec.Struct):
    article_id: str


class _Story(msgspec.Struct):
    story_id: str
    revision: int
    members: tuple[_Member, ...] = ()
    merged_into: str = ""


class _Change(msgspec.Struct):
    story_id: str
    revision: int


class _Article(msgspec.Struct):
    article_id: str
    version_id: str
    url: str = ""


class _StoryState(NamedTuple):
    revision: int
    offset: int
    timestamp_us: int
    members: tuple[bytes, ...]


class _Cluster(NamedTuple):
    revision: int
    offset: int
    merged: bool


class _Home(NamedTuple):
    story: bytes
    offset: int


_DECODERS: dict[type[msgspec.Struct], Any] = {
    kind: msgspec.json.Decoder(kind) for kind in (_Verdict, _Story, _Change, _Article)
}


class Ledger:
    """Give it the records of one shard, topic by topic and in offset order: every one of `relations` to
    `verdict`, of `stories` to `story`, of `story-changes` to `change`, of `clusters` to `cluster`, of
    `articles` to `article`; then ask for the `account`.

    The order makes it exact beside a running installation: what was below the cut when it was taken
    has its consequences in everything that is read later.
    """

    def __init__(self, cut: Cut, *, dead: Collection[int] = (), untold: Collection[int] = ()) -> None:
        """`dead`: offsets of `articles` among dedup's dead letters. `untold`: of `clusters`, enrich's."""
        self._cut = cut
        self._dead = frozenset(dead)
        self._untold = frozenset(untold)
        self._verdicts: dict[bytes, tuple[str, str]] = {}
        self._storied: set[bytes] = set()
        """Articles of which a verdict says that they are in a story."""
        self._forgotten = set(cut.emptied)
        """Topics that have forgotten their first records."""
        self._begun: set[str] = set()
        self._stories: dict[bytes, _StoryState] = {}
        self._changes: dict[bytes, int] = {}
        self._oldest_change_us = cut.horizon_us
        self._clusters: dict[bytes, _Cluster] = {}
        self._homes: dict[bytes, _Home] = {}
        self._endings: Counter[str] = Counter()
        self._screened: Counter[str] = Counter()
        self._seen: set[bytes] = set()
        self._missing = Faults()
        self._inconsistent = Faults()

    def verdict(self, record: Record) -> None:
        self._begin(record)
        verdict = _read(record, _Verdict)
        if verdict is not None:
            ending = _ending(verdict)
            self._verdicts[short(verdict.version_id)] = ending
            if ending[0] == "story":
                self._storied.add(short(verdict.article_id))

    def story(self, record: Record) -> None:
        story = _read(record, _Story)
        if story is None:
            self._stories.pop(short((record.key or b"").decode("utf-8", "replace")), None)
            return
        members = tuple(short(member.article_id) for member in story.members)
        standing = _StoryState(story.revision, record.offset, record.timestamp_us, members)
        self._stories[short(story.story_id)] = standing

    def change(self, record: Record) -> None:
        self._begin(record)
        self._oldest_change_us = min(self._oldest_change_us, record.timestamp_us)
        change = _read(record, _Change)
        if change is None:
            return
        story = short(change.story_id)
        last = self._changes.get(story)
        if last is not None and change.revision > last + 1:
            why = f"story-changes goes from revision {last} to {change.revision}"
            self._disagree("story-changes", record.offset, story, why)
        self._changes[story] = max(change.revision, last or 0)

    def cluster(self, record: Record) -> None:
        cluster = None if _is_a(record, CanaryCluster) else _read(record, _Story)
        if cluster is None:
            return
        story = short(cluster.story_id)
        self._clusters[story] = _Cluster(cluster.revision, record.offset, bool(cluster.merged_into))
        for member in cluster.members:
            article = short(member.article_id)
            if article in self._strays:
                self._homes[article] = _Home(story, record.offset)

    def article(self, record: Record) -> None:
        if _is_a(record, Watermark, CanaryArticle):
            return
        article = _read(record, _Article)
        gone = _is_a(record, Withdrawal)
        ending = self._end_of_withdrawal(record, article) if gone else self._end_of(record, article)
        if ending in ENDINGS:
            self._endings[ending] += 1
            return
        told = article or _Article("", "")
        self._missing.add(
            Fault(
                why=ending,
                topic="articles",
                partition=self._cut.number,
                offset=record.offset,
                article_id=told.article_id,
                version_id=told.version_id,
                url=told.url,
            )
        )

    def account(self) -> Account:
        self._check_changes()
        self._check_clusters()
        return Account(
            shard=self._cut.number,
            articles=self._endings.total() + self._missing.count,
            endings={name: self._endings[name] for name in ENDINGS},
            screened=dict(sorted(self._screened.items())),
            stories=len(self._stories),
            missing=self._missing,
            inconsistent=self._inconsistent,
        )

    def _begin(self, record: Record) -> None:
        """A topic that still has its first record has forgotten nothing."""
        topic = record.partition.topic
        if topic not in self._begun:
            self._begun.add(topic)
            if record.offset:
                self._forgotten.add(topic)

    @cached_property
    def _strays(self) -> set[bytes]:
        """Articles that should be in a story and are in none that stands."""
        strays = self._storied.copy()
        for story in self._stories.values():
            strays.difference_update(story.members)
        return strays

    def _end_of(self, record: Record, article: _Article | None) -> str:
        """One of `ENDINGS`, or in words why there is none."""
        if record.offset in self._dead:
            return "dead-letter"
        version = short(article.version_id) if article else b""
        if article is None or version not in self._verdicts:
            return self._undecided(record, readable=article is not None)
        if version in self._seen:
            return "known"
        self._seen.add(version)
        ending, more = self._verdicts[version]
        if ending == "screened":
            self._screened[more] += 1
        if ending == "story" and short(article.article_id) in self._strays:
            return self._homeless(short(article.article_id), more)
        return ending

    def _end_of_withdrawal(self, record: Record, article: _Article | None) -> str:
        """Its effect is a state of the article, not a record of its own."""
        if record.offset in self._dead:
            return "dead-letter"
        if article is None or record.offset >= self._cut.decided:
            return self._undecided(record, readable=article is not None)
        return "withdrawal"

    def _undecided(self, record: Record, *, readable: bool) -> str:
        cut = self._cut
        if record.offset >= cut.decided:
            return "waiting" if record.offset >= cut.taken else "held"
        # What lies here far beyond its time proves that this log forgets nothing.
        if (
            cut.horizon_us - LINGER_US <= record.timestamp_us < cut.horizon_us
            and "relations" in self._forgotten
        ):
            return "forgotten"
        if not readable:
            return "unreadable, and not among the dead letters of dedup"
        return f"no verdict, though dedup has come to offset {cut.decided}"

    def _homeless(self, article: bytes, story: str) -> str:
        """How an article ended that its verdict puts into a story, and no standing story has."""
        home = self._homes.get(article)
        cluster = self._clusters.get(home.story) if home else None
        if home is None or cluster is None or cluster.offset != home.offset or cluster.merged:
            return f"its verdict puts it into story {story}; no cluster and no story has it"
        if home.offset in self._untold:
            return "dead-letter"
        if home.offset >= self._cut.told:
            return "waiting"
        return f"it is in the cluster of story {home.story.hex()}, which enrich has read; no story has it"

    def _check_changes(self) -> None:
        """The log of changes must rebuild the stories: none may be behind."""
        forgets = self._oldest_change_us >= self._cut.horizon_us - LINGER_US
        excused = forgets and "story-changes" in self._forgotten
        for story, standing in self._stories.items():
            last = self._changes.get(story, 0)
            old = standing.timestamp_us < self._cut.horizon_us
            if last < standing.revision and not (excused and old):
                why = f"stories has revision {standing.revision}, story-changes ends with {last or 'none'}"
                self._disagree("stories", standing.offset, story, why)

    def _check_clusters(self) -> None:
        """What dedup says of the stories, against what enrich made of it."""
        for story, cluster in self._clusters.items():
            if cluster.offset < self._cut.told and cluster.offset not in self._untold:
                why = _difference(cluster, self._stories.get(story))
                if why:
                    self._disagree("clusters", cluster.offset, story, why)
        for story in self._stories.keys() - self._clusters.keys():
            self._disagree("stories", self._stories[story].offset, story, "it stands without a cluster")

    def _disagree(self, topic: str, offset: int, story: bytes, why: str) -> None:
        number = self._cut.number
        self._inconsistent.add(
            Fault(why=why, topic=topic, partition=number, offset=offset, story_id=story.hex())
        )


def _difference(cluster: _Cluster, standing: _StoryState | None) -> str:
    """In words, between the last cluster of a story that enrich has read and the story that stands."""
    if cluster.merged:
        return "it was merged into another, and still stands in stories" if standing else ""
    if standing is None:
        return f"enrich has read revision {cluster.revision}, and stories has none"
    if standing.revision != cluster.revision:
        return f"enrich has read revision {cluster.revision}, and stories has {standing.revision}"
    return ""


def origins(letters: Iterable[Record]) -> Iterator[tuple[Partition, int]]:
    """Where dead letters came from; those that never were records of a topic are left out."""
    for letter in letters:
        told = dict(letter.headers).get("dl_origin", b"").decode("utf-8", "replace")
        topic, _, rest = told.partition("/")
        number, _, offset = rest.partition("/")
        if number.isdecimal() and offset.isdecimal():
            yield Partition(topic, int(number)), int(offset)


def short(identity: str) -> bytes:
    """16 bytes for an id: ids are 128 bits in hex; what is none is hashed."""
    try:
        known = bytes.fromhex(identity)
    except ValueError:
        known = b""
    return (
        known if len(known) == 16 else blake2b(identity.encode("utf-8", "replace"), digest_size=16).digest()
    )


def _ending(verdict: _Verdict) -> tuple[str, str]:
    if verdict.outcome == "screened":
        return "screened", verdict.reason or "other"
    return ("story", verdict.story_id) if verdict.story_id else ("superseded", "")


def _is_a(record: Record, *kinds: type[msgspec.Struct]) -> bool:
    try:
        return wire.type_of(dict(record.headers)) in kinds
    except wire.UnknownType:
        return False


def _read(record: Record, kind: type[Any]) -> Any:
    """The few fields needed of it; None for a tombstone and for what cannot be read."""
    try:
        return None if record.value is None else _DECODERS[kind].decode(record.value)
    except msgspec.MsgspecError:
        return None
