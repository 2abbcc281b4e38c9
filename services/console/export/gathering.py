"""What the files of an export show, gathered from the records of the log as they come.

Each gatherer takes the records of one topic, in the order of their partitions. Which of them are the latest
is known at the end; the lines of all are kept, sorted, with the place of their record in the key.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar, cast

import msgspec

from services.console.export import lines
from services.console.export.lines import Position
from services.console.export.sorted_lines import SortedLines
from services.console.export.tally import Tally
from services.contracts import wire
from services.contracts.articles import Article, Watermark, Withdrawal
from services.contracts.canaries import CanaryArticle
from services.contracts.events import Event, Storyline
from services.contracts.relations import Verdict
from services.contracts.stories import Story, StoryChange
from services.ops.outcomes import OTHER
from services.stream.bus import Record

Files = Mapping[str, SortedLines]
T = TypeVar("T", bound=msgspec.Struct)


class Gatherer(Protocol):
    """Of one topic."""

    def take(self, records: Sequence[Record]) -> None:
        """The next records of a partition."""


class Sighting(NamedTuple):
    """When something was seen, and the record that says so."""

    at: datetime
    position: Position
    key: bytes
    """Of the line that shows it."""


class LatestArticle(NamedTuple):
    """What an article shows; the largest tuple is the latest."""

    seen: Sighting
    version_id: str
    url: str


class ArticlesShown(NamedTuple):
    """The articles as they stand, by id."""

    shown: Mapping[str, LatestArticle]
    first: Mapping[tuple[str, str], Sighting]
    """The first sight of each version at each address: it speaks for the version in every file."""
    withdrawn: Mapping[str, Sighting]

    def keys(self) -> set[bytes]:
        return {self.first[shown.version_id, shown.url].key for shown in self.shown.values()}


class LatestVerdict(NamedTuple):
    """A verdict on a version; the largest tuple is the latest."""

    at: datetime
    position: Position
    verdict: "VerdictSummary"


class VerdictSummary(msgspec.Struct, frozen=True, order=True):
    """What the summary counts of a verdict."""

    screened: str
    kinds: tuple[str, ...]
    counted: int


class Looks(NamedTuple):
    """How a version was decided, and what came of the pairs that were looked at for it."""

    outcome: str
    verified: int
    answers: Mapping[str, int]
    left_out: int


class Articles:
    """The topic `articles`."""

    def __init__(self, files: Files, tally: Tally) -> None:
        self._files = files
        self._tally = tally
        self._shown: dict[str, LatestArticle] = {}
        self._first: dict[tuple[str, str], Sighting] = {}
        self._withdrawn: dict[str, Sighting] = {}

    def take(self, records: Sequence[Record]) -> None:
        for record in records:
            kind = wire.kind_of(record.headers)
            if kind is Article or kind is Withdrawal:
                self._take_sighting(record, kind)
            else:
                self._tally.unreadable += not (
                    kind in {Watermark, CanaryArticle} and _is_readable(kind, record)
                )

    def _take_sighting(self, record: Record, kind: type[msgspec.Struct]) -> None:
        try:
            content = lines.whole_of(kind, record.value or b"")
        except msgspec.MsgspecError:
            self._tally.unreadable += 1
            return
        if kind is Article:
            self._article(cast(Article, content), _position(record))
        else:
            self._withdrawal(cast(Withdrawal, content), _position(record))

    def _article(self, content: Article, position: Position) -> None:
        self._tally.records += 1
        key = lines.place_key(position, content.first_seen_at, content.article_id)
        seen = Sighting(content.first_seen_at, position, key)
        this = LatestArticle(seen, content.version_id, content.url)
        self._shown[content.article_id] = max(this, self._shown.get(content.article_id, this))
        version = (content.version_id, content.url)
        self._first[version] = min(seen, self._first.get(version, seen))
        self._files["articles.jsonl"].add(key, lines.whole(content))

    def _withdrawal(self, content: Withdrawal, position: Position) -> None:
        key = lines.place_key(position, content.at, content.article_id)
        seen = Sighting(content.at, position, key)
        self._withdrawn[content.article_id] = max(seen, self._withdrawn.get(content.article_id, seen))
        self._files["withdrawals.jsonl"].add(key, lines.whole(content))

    def standing(self) -> ArticlesShown:
        """As everything stands that was taken. Counts it."""
        standing = ArticlesShown(self._shown, self._first, _not_shown_again(self._withdrawn, self._shown))
        tally = self._tally
        tally.versions, tally.articles = len({version for version, _ in self._first}), len(self._shown)
        tally.withdrawn = len(standing.withdrawn)
        return standing


def _not_shown_again(
    withdrawn: Mapping[str, Sighting], shown: Mapping[str, LatestArticle]
) -> dict[str, Sighting]:
    return {
        article: seen
        for article, seen in withdrawn.items()
        if article in shown and seen.at >= shown[article].seen.at
    }


class Verdicts:
    """The topic `relations`."""

    def __init__(self, files: Files, tally: Tally) -> None:
        self._files = files
        self._tally = tally
        self._latest: dict[str, dict[str, LatestVerdict]] = {}
        """By article and version."""
        self._looks: dict[str, Looks] = {}

    def take(self, records: Sequence[Record]) -> None:
        for record in records:
            if wire.kind_of(record.headers) is Verdict and record.value is not None:
                self._verdict(wire.decode(Verdict, record.value), _position(record))

    def _verdict(self, verdict: Verdict, position: Position) -> None:
        answers = verdict.answers or {OTHER: verdict.candidates}
        looks = Looks(verdict.outcome, verdict.candidates, answers, verdict.left_out)
        self._looks[verdict.version_id] = looks
        this = LatestVerdict(verdict.first_seen_at, position, _summary(verdict))
        versions = self._latest.setdefault(verdict.article_id, {})
        versions[verdict.version_id] = max(this, versions.get(verdict.version_id, this))
        _verdict_lines(verdict, position, self._files)

    def standing(self, shown: Mapping[str, LatestArticle]) -> set[Position]:
        """The records of the verdicts that the files show. Counts them."""
        tally = self._tally
        for look in self._looks.values():
            tally.decided[look.outcome] += 1
            tally.verified += look.verified
            tally.answers.update(look.answers)
            tally.left_out += look.left_out
        said = [_of_shown(versions, shown.get(article)) for article, versions in self._latest.items()]
        for latest in said:
            tally.relations.update(latest.verdict.kinds)
            tally.counted += latest.verdict.counted
            tally.screened.update([latest.verdict.screened] if latest.verdict.screened else [])
        return {latest.position for latest in said}


def _of_shown(versions: Mapping[str, LatestVerdict], shown: LatestArticle | None) -> LatestVerdict:
    """The verdict on the version that the articles file shows, else the latest on any."""
    fitting = versions.get(shown.version_id) if shown else None
    return fitting or max(versions.values())


def _summary(verdict: Verdict) -> VerdictSummary:
    screened = (verdict.reason or "other") if verdict.outcome == "screened" else ""
    return VerdictSummary(
        screened,
        tuple(relation.kind for relation in verdict.relations),
        sum(relation.others for relation in verdict.relations),
    )


def _verdict_lines(verdict: Verdict, position: Position, files: Files) -> None:
    if verdict.outcome == "screened":
        key = lines.place_key(position, verdict.first_seen_at, verdict.article_id)
        files["screened.jsonl"].add(key, lines.screened(verdict))
    for refusal in verdict.refused:
        key = lines.place_key(position, verdict.first_seen_at, verdict.article_id, refusal.other_article_id)
        files["screened.jsonl"].add(key, lines.refusal_line(verdict, refusal))
    for relation in verdict.relations:
        key = lines.place_key(position, verdict.first_seen_at, verdict.article_id, relation.other_article_id)
        files["relations.jsonl"].add(key, lines.relation(verdict, relation))


class Standing(ABC, Generic[T]):
    """A topic whose last record of each key stands, as compaction leaves it: a tombstone ends an id."""

    def __init__(self, kind: type[T], file: SortedLines) -> None:
        self._kind = kind
        self._file = file
        self._standing: dict[bytes | None, bytes] = {}
        """The key of its line, by the key of its record."""

    def take(self, records: Sequence[Record]) -> None:
        for id_, record in {record.key: record for record in records if self._counts(record)}.items():
            if record.value is None:
                self._standing.pop(id_, None)
            else:
                content = lines.whole_of(self._kind, record.value)
                key = self._standing[id_] = self._key(content, _position(record))
                self._file.add(key, lines.whole(content))

    def _counts(self, record: Record) -> bool:
        return record.value is None or wire.kind_of(record.headers) is self._kind

    @abstractmethod
    def _key(self, content: T, position: Position) -> bytes:
        """What a line is sorted by."""

    def keys(self) -> set[bytes]:
        """Of the lines of what stands."""
        return set(self._standing.values())


class Stories(Standing[Story]):
    """The topic `stories`."""

    def __init__(self, files: Files) -> None:
        super().__init__(Story, files["stories.jsonl"])
        self._shared: set[bytes] = set()

    def _key(self, content: Story, position: Position) -> bytes:
        key = lines.place_key(position, content.first_seen_at, content.story_id)
        if len(content.articles) > 1:
            self._shared.add(key)
        return key

    def count(self, tally: Tally) -> None:
        standing = self.keys()
        tally.stories, tally.shared = len(standing), len(standing & self._shared)


class Events(Standing[Event]):
    """The topic `events`."""

    def __init__(self, files: Files) -> None:
        super().__init__(Event, files["events.jsonl"])

    def _key(self, content: Event, position: Position) -> bytes:
        return lines.place_key(position, content.first_seen_at, content.event_id)

    def count(self, tally: Tally) -> None:
        tally.events = len(self.keys())


class Storylines(Standing[Storyline]):
    """The topic `storylines`."""

    def __init__(self, files: Files) -> None:
        super().__init__(Storyline, files["storylines.jsonl"])

    def _key(self, content: Storyline, position: Position) -> bytes:
        return lines.place_key(position, content.first_seen_at, content.storyline_id)

    def count(self, tally: Tally) -> None:
        tally.storylines = len(self.keys())


class Changes:
    """The topic `story-changes`, of which every record is shown."""

    def __init__(self, file: SortedLines, tally: Tally) -> None:
        self._file = file
        self._tally = tally

    def take(self, records: Sequence[Record]) -> None:
        for record in records:
            if wire.kind_of(record.headers) is StoryChange and record.value is not None:
                change = lines.whole_of(StoryChange, record.value)
                self._tally.changes += 1
                self._file.add(lines.revision_key(change.story_id, change.revision), lines.whole(change))


def _is_readable(kind: type[msgspec.Struct], record: Record) -> bool:
    try:
        wire.decode(kind, record.value or b"")
    except msgspec.MsgspecError:
        return False
    return True


def _position(record: Record) -> Position:
    return Position(record.partition.number, record.offset)
