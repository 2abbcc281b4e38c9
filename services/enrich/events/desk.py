"""The events and storylines of a shard as clusters come: what is told of them, and what is remembered.

Pure: the same clusters give the same records, whether they come in one run or several, and whether the
state was restored in between.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from types import MappingProxyType

import msgspec

from services.contracts import ids
from services.contracts.clusters import Cluster, Member
from services.contracts.events import Event, EventReport, EventState, EventStory, Storyline, StorylineState
from services.contracts.facts import ArticleFacts, Facts
from services.enrich.embedder import Embedder
from services.enrich.events import places, records
from services.enrich.events.grouping import Homes, Place, are_one, crowd_of, place
from services.enrich.events.index import Index
from services.enrich.events.parting import Kinships, strayed
from services.enrich.events.reports import recall, report
from services.enrich.facts.extract import base_of
from services.enrich.facts.heads import LEAD, lead

LONGEST = 64
"""Events of a storyline; the next one founds another."""
MOST_MERGED = 4
"""Events that one report is asked to join."""
Told = Event | Storyline
Kept = EventReport | EventState | StorylineState
Said = tuple[str, Facts]
"""The headline of an article, and what it says."""
Named = tuple[tuple[str, ...], tuple[int, ...]]
"""Places, and what each counts."""
_NOTHING: Mapping[str, ArticleFacts] = MappingProxyType({})
replace = msgspec.structs.replace
_number = attrgetter("number")


class EventChanges(msgspec.Struct):
    """What came of a cluster, in order."""

    told: list[tuple[Told, datetime]] = msgspec.field(default_factory=list)
    """With the time of what caused it. One that ended names what took it, or has no events left."""
    kept: dict[str, Kept | None] = msgspec.field(default_factory=dict)
    """The state by key; None where it is forgotten."""


class EventDesk:
    """Takes clusters in their order."""

    def __init__(self, embedder: Embedder | None = None, *, restored: bool = True) -> None:
        """`restored`: off where nobody keeps what is kept of it, so that no desk is restored from it."""
        self._embedder = embedder
        self._is_restored = restored
        self._index = Index()
        self._events: dict[str, EventState] = {}
        self._lines: dict[str, StorylineState] = {}
        self._home: dict[str, str] = {}
        """Story to event."""
        self._homes = Homes(self._event_of, self._stories_of, self._open_line_of)
        self._kinships = Kinships()
        self._records: dict[str, Event] = {}
        """What was told of events as they stand, so far as it was."""
        self._named: dict[str, tuple[list[Said], Named]] = {}
        """The places of open stories, and what they were told by."""

    def restore(self, kept: Iterable[Kept]) -> None:
        """Take up what was remembered, in any order."""
        reports = []
        for state in kept:
            if isinstance(state, EventReport):
                reports.append(state)
            elif isinstance(state, EventState):
                self._put_event(state)
            else:
                self._lines[state.storyline_id] = state
        for old in sorted(reports, key=lambda state: state.number):
            assert not list(self._index.put(recall(old, self._index.rarity.terms))), (
                "what is remembered fits into the window"
            )

    def take(self, cluster: Cluster, facts: Mapping[str, ArticleFacts] = _NOTHING) -> EventChanges:
        """`facts`: what the articles of the cluster say, by id."""
        changes = EventChanges()
        told = self._story(cluster, facts)
        home = self._home.get(cluster.story_id)
        if cluster.merged_into:
            if home is not None:
                self._leave(cluster, self._events[home], changes)
        elif home is not None:
            self._revise(cluster, told, self._events[home], changes)
        elif cluster.change != "closed" and not self._index.knows(cluster.story_id):
            self._settle(cluster, told, facts, changes)
        return changes

    def _settle(
        self, cluster: Cluster, told: EventStory, facts: Mapping[str, ArticleFacts], changes: EventChanges
    ) -> None:
        """A story that is new here: into the event it tells of, or one of its own."""
        found = self._read(cluster, facts, changes)
        if found.events:
            state = self._events[found.events[0]]
            for name in found.events[1:MOST_MERGED]:
                # With one that ends a storyline may be over, and what else was in it.
                if name in self._events:
                    state = self._merge(state, self._events[name], cluster.at, changes)
            state = replace(state, stories=(*state.stories, told))
            self._join(state, told, found.storyline, cluster.at, changes)
            return
        event, line = ids.event_id(cluster.story_id), found.storyline
        new = EventState(event_id=event, revision=0, storyline_id=line, stories=(told,))
        self._found(new, cluster.at, changes)

    def _found(self, state: EventState, at: datetime, changes: EventChanges) -> None:
        """An event in the storyline that it names; in one of its own where there is none."""
        line = self._lines.get(state.storyline_id) or StorylineState(
            storyline_id=ids.storyline_id(state.event_id), revision=0
        )
        self._lines[line.storyline_id] = replace(line, events=(*line.events, state.event_id))
        self._change(replace(state, storyline_id=line.storyline_id), at, changes)

    def _join(
        self, state: EventState, new: EventStory, line: str, at: datetime, changes: EventChanges
    ) -> None:
        """An event with a story that is new in it; where that shows two happenings, two events.

        The one of the more reports keeps the id. `line`: the storyline of the story, if it is alone.
        """
        reports = sorted(self._index.of_stories(story.story_id for story in state.stories), key=_number)
        strays = {report.story_id for report in strayed(reports, self._kinships)}
        gone = tuple(story for story in state.stories if story.story_id in strays)
        state = replace(state, stories=tuple(story for story in state.stories if story not in gone))
        if state.stories != self._events[state.event_id].stories:
            self._change(state, at, changes)
        if not gone:
            return
        parted = EventState(
            event_id=ids.parted_event_id(state.event_id, self._events[state.event_id].revision),
            revision=0,
            storyline_id=state.storyline_id,
            stories=gone,
            split_from=state.event_id,
        )
        if gone == (new,):
            # It never was told to be in the event.
            parted = replace(parted, event_id=ids.event_id(new.story_id), split_from="", storyline_id=line)
        self._found(parted, at, changes)

    def _read(self, cluster: Cluster, facts: Mapping[str, ArticleFacts], changes: EventChanges) -> Place:
        mine = next((m for m in cluster.members if m.article_id == cluster.article_id), cluster.members[0])
        said = facts.get(mine.article_id)
        read = report(
            cluster.story_id,
            self._index.next_number(),
            mine.version_seen_at,
            title=mine.title,
            text=cluster.text,
            people=(name.name for name in said.facts.names if name.kind == "person") if said else (),
            rarity=self._index.rarity,
            recalled=self._is_restored,
        )
        if self._embedder:
            read = read._replace(kept=_with_sense(read.kept, mine, cluster.text, self._embedder))
        near = self._index.near(read)
        kept = replace(read.kept, crowd=crowd_of(read.kept, near))
        changes.kept[f"report:{kept.number}"] = kept
        found = place(kept, near, self._homes)
        for old in self._index.put(read._replace(kept=kept)):
            changes.kept[f"report:{old.number}"] = None
        return found

    def _event_of(self, story: str) -> str:
        return self._home.get(story, "")

    def _stories_of(self, event: str) -> list[str]:
        return [story.story_id for story in self._events[event].stories]

    def _open_line_of(self, event: str) -> str:
        """The storyline of an event, if it takes more of them."""
        line = self._lines[self._events[event].storyline_id] if event else None
        return line.storyline_id if line and len(line.events) < LONGEST else ""

    def _merge(self, state: EventState, other: EventState, at: datetime, changes: EventChanges) -> EventState:
        """The event with the stories of another one that a new story would join too, if both are one without.

        The earlier one keeps its id.
        """
        known = self._index.of_stories(story.story_id for story in state.stories)
        if not are_one(known, self._index.of_stories(story.story_id for story in other.stories)):
            return state
        first, second = sorted((state, other), key=lambda one: (_begin(one), one.event_id))
        # That of the first is told with it, which may be all of the storyline that is not over.
        tells_line = second.storyline_id != first.storyline_id
        self._end(second, first.event_id, at, changes, tells_line=tells_line)
        stories = sorted((*first.stories, *second.stories), key=lambda s: (s.first_seen_at, s.story_id))
        return replace(first, stories=tuple(stories))

    def _revise(self, cluster: Cluster, now: EventStory, state: EventState, changes: EventChanges) -> None:
        """A story that is known changed."""
        before = next(story for story in state.stories if story.story_id == cluster.story_id)
        if now.revision <= before.revision or now == replace(before, revision=now.revision):
            return
        stories = tuple(now if story is before else story for story in state.stories)
        is_same = now == replace(before, revision=now.revision, closed=now.closed)
        told = self._records.get(state.event_id) if is_same else None
        self._change(replace(state, stories=stories), cluster.at, changes, told)

    def _story(self, cluster: Cluster, facts: Mapping[str, ArticleFacts]) -> EventStory:
        """What an event remembers of a story; its first member with a title speaks for it."""
        members = cluster.members
        named, weights = self._places_of(cluster, facts)
        return EventStory(
            story_id=cluster.story_id,
            revision=cluster.revision,
            title=next((member.title for member in members if member.title), ""),
            places=named,
            place_weights=weights,
            articles=tuple([member.url for member in members]),
            first_seen_at=members[0].first_seen_at,
            last_seen_at=max([member.version_seen_at for member in members]),
            closed=cluster.change == "closed",
        )

    def _places_of(self, cluster: Cluster, facts: Mapping[str, ArticleFacts]) -> Named:
        """The same where its articles say what they said: most stories change no more before they close."""
        said = [(m.title, facts[m.article_id].facts) for m in cluster.members if m.article_id in facts]
        before = self._named.pop(cluster.story_id, None)
        found = before[1] if before and before[0] == said else places.of_story(said)
        if cluster.change != "closed" and not cluster.merged_into:
            self._named[cluster.story_id] = said, found
        return found

    def _leave(self, cluster: Cluster, state: EventState, changes: EventChanges) -> None:
        """A story ended: another one has its articles."""
        rest = tuple(story for story in state.stories if story.story_id != cluster.story_id)
        del self._home[cluster.story_id]
        if rest:
            self._change(replace(state, stories=rest), cluster.at, changes)
            return
        into = self._home.get(cluster.merged_into) or ids.event_id(cluster.merged_into)
        self._end(state, into, cluster.at, changes)

    def _end(
        self, state: EventState, into: str, at: datetime, changes: EventChanges, *, tells_line: bool = True
    ) -> None:
        """An event gave its stories to another one."""
        ended = replace(state, revision=state.revision + 1)
        changes.told.append((records.event(ended, merged_into=into), at))
        self._forget_event(state.event_id, changes)
        line = self._lines[state.storyline_id]
        left = tuple(event for event in line.events if event != state.event_id)
        self._lines[line.storyline_id] = replace(line, events=left)
        if tells_line:
            self._tell_line(line.storyline_id, at, changes)

    def _change(
        self, state: EventState, at: datetime, changes: EventChanges, told: Event | None = None
    ) -> None:
        """`told`: what was told of it before, where nothing is different but which stories are closed."""
        state = replace(state, revision=state.revision + 1)
        self._put_event(state)
        if told is not None:
            closed = all(story.closed for story in state.stories)
            self._records[state.event_id] = replace(told, revision=state.revision, closed=closed)
        changes.kept[f"event:{state.event_id}"] = state
        changes.told.append((self._record(state), at))
        self._tell_line(state.storyline_id, at, changes)

    def _tell_line(self, name: str, at: datetime, changes: EventChanges) -> None:
        line = self._lines[name] = replace(self._lines[name], revision=self._lines[name].revision + 1)
        events = [self._record(self._events[event]) for event in line.events]
        changes.kept[f"storyline:{name}"] = line
        if events:
            changes.told.append((records.storyline(line, events), at))
        else:
            changes.told.append((_ended(line, at), at))
        if all(event.closed for event in events):
            del self._lines[name]
            changes.kept[f"storyline:{name}"] = None
            for event in events:
                self._forget_event(event.event_id, changes)

    def _record(self, state: EventState) -> Event:
        told = self._records.get(state.event_id)
        if told is None:
            told = self._records[state.event_id] = records.event(state)
        return told

    def _put_event(self, state: EventState) -> None:
        self._events[state.event_id] = state
        self._records.pop(state.event_id, None)
        for story in state.stories:
            self._home[story.story_id] = state.event_id

    def _forget_event(self, event: str, changes: EventChanges) -> None:
        state = self._events.pop(event)
        self._records.pop(event, None)
        for story in state.stories:
            self._home.pop(story.story_id, None)
        changes.kept[f"event:{event}"] = None


def _with_sense(kept: EventReport, mine: Member, text: str, embedder: Embedder) -> EventReport:
    """The only time that the embedder is asked for the story."""
    sense = embedder.vector(f"{mine.title[:LEAD]}\n{lead(text)}")
    if not sense:
        return kept
    return replace(kept, language=base_of(mine.language), embedder=embedder.name, sense=sense)


def _begin(state: EventState) -> datetime:
    return min(story.first_seen_at for story in state.stories)


def _ended(line: StorylineState, at: datetime) -> Storyline:
    return Storyline(
        storyline_id=line.storyline_id, revision=line.revision, title="", first_seen_at=at, last_seen_at=at
    )
