"""Stories: families of one text, with a bounded radius, stable ids and every change a record.

An article joins a story when it re-uses the text of a member, lies within `story_days` of the
story's first article, and overlaps with *every* member: stories cannot chain. An article that links
two stories whose members all overlap merges them into the older; an article whose new version
no longer overlaps leaves and founds its own, and may come back. A story's id is the hash of the version
that founded it, whatever becomes of that version.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from services.contracts import ids
from services.contracts.clusters import Change, Cluster, Member, Turn
from services.contracts.relations import REUSE_KINDS, Relation
from services.dedup.memory.store import Store
from services.dedup.settings import DedupSettings
from services.dedup.stories.table import StoryTable
from services.stream.service import Parts

Overlaps = Callable[[str, str], bool]
"""Whether two articles, by id, share enough text to stand in one story."""
Remembers = Callable[[str], bool]
"""Whether the text of an article, by id, is still at hand."""


_OPENED = 4
"""So many times the words of what stood there before make that a placeholder."""


_TURNS = 32
"""So many merges and splits are remembered of a story."""
_STEM = 5
_MARKS = ".,:;!?\"'„“”‚‘’«»‹›()[]–—-"  # noqa: RUF001
_SURVEY = 0.4
"""Share of an article that is in one story and makes it belong there, where others hold parts of it, too."""


class Link(NamedTuple):
    """A relation between the article to be placed and another one, in either direction."""

    other: str
    """Article id of the other."""
    relation: Relation
    """From the newer of the two."""
    forward: bool
    """The article to be placed is the newer one. False only for late ones."""


class Arrival(NamedTuple):
    """A version to be placed."""

    member: Member
    strong: Sequence[Link]
    overlaps: Overlaps
    back: bool
    """Its publisher went back to it: it may have founded a story before, and is no further version."""
    opened: bool = False
    """What stood in its place was a placeholder of few words or another text, and decided nothing."""


def holds(relation: Relation, settings: DedupSettings) -> bool:
    """Whether a relation is strong enough to put two articles into one story."""
    if relation.kind not in REUSE_KINDS or relation.jaccard < settings.story_jaccard:
        return False
    return (
        relation.fresh_shared >= settings.story_fresh
        or relation.fresh_containment >= settings.story_whole
        or (relation.kind == "syndicated" and relation.jaccard >= settings.story_same)
    )


class Stories:
    """The open stories of a shard."""

    def __init__(self, settings: DedupSettings, remembers: Remembers, store: Store | None = None) -> None:
        self._settings = settings
        self._remembers = remembers
        self._reach = timedelta(days=settings.story_days)
        self._open = StoryTable(store)

    def put(self, cluster: Cluster) -> None:
        """Take a story as it stands: restore, and every change goes through here."""
        self._open.put(cluster)

    def put_encoded(self, cluster: Cluster, value: bytes) -> None:
        """`put` of a story that stands encoded in the changelog."""
        self._open.put(cluster, value)

    def drop(self, story: str) -> None:
        self._open.drop(story)

    def of(self, article: str) -> Cluster | None:
        return self._open.of(article)

    def source_of(self, article: str) -> str:
        """The member that an article took its text from, by id; empty where it is in no story, or none."""
        home = self.of(article)
        return next((m.of for m in home.members if m.article_id == article), "") if home else ""

    def __len__(self) -> int:
        return len(self._open)

    def largest(self) -> int:
        """Members of the largest open story."""
        return self._open.largest()

    @property
    def bytes(self) -> int:
        """Memory, as an estimate."""
        return self._open.bytes

    def save(self) -> Parts:
        return self._open.save()

    def load(self, parts: Parts) -> None:
        self._open.load(parts)

    def place(
        self,
        member: Member,
        links: Sequence[Link],
        overlaps: Overlaps,
        *,
        back: bool = False,
        rewritten: bool = False,
    ) -> list[Cluster]:
        """Put an article, or a version of it, where it belongs. The changed stories, lost ids first.

        `rewritten`: the version has next to nothing of the text that it replaces.
        """
        strong = [link for link in links if holds(link.relation, self._settings)]
        home = self.of(member.article_id)
        if home is None:
            return self._settle(None, Arrival(member, strong, overlaps, back))
        kept = next(m for m in home.members if m.article_id == member.article_id)
        opened = kept.kind is None and (rewritten or kept.words * _OPENED <= member.words)
        arrival = Arrival(_next_version(kept, member, back=back), strong, overlaps, back, opened)
        if self._still_fits(home, arrival):
            return self._settle(home, arrival)
        return self._leave(home, arrival)

    def restate(self, article: str, change: Change, at: datetime, **what: Any) -> list[Cluster]:
        """Say something else of a member without moving it."""
        home = self.of(article)
        if home is None:
            return []
        members = tuple(
            msgspec.structs.replace(m, **what) if m.article_id == article else m for m in home.members
        )
        restated = _changed(home, change, article, at, members=members)
        self.put(restated)
        return [restated]

    def retract(self, notice: Member, at: datetime, **what: Any) -> list[Cluster]:
        """Put a notice beside the article that it withdraws (`of`), whose member takes the fields `what`."""
        home = self.of(notice.of)
        if home is None:
            return []
        members = [
            msgspec.structs.replace(m, **what) if m.article_id == notice.of else m for m in home.members
        ]
        told = _changed(home, "withdrawn", notice.article_id, at, members=_ordered([*members, notice]))
        self.put(told)
        return [told]

    def evict(self, gone: Iterable[str], at: datetime) -> list[Cluster]:
        """Close the stories none of whose articles is remembered any more. `gone`: just forgotten."""
        closed = []
        for article in gone:
            home = self.of(article)
            if home is not None and not self._is_remembered(home):
                closed.append(self._close(home, at))
        return sorted(closed, key=lambda cluster: cluster.story_id)

    def is_forgotten(self, story: str) -> bool:
        """Whether it is open, and none of its articles is remembered."""
        return story in self._open and not self._is_remembered(self._open[story])

    def close(self, story: str, at: datetime) -> list[Cluster]:
        return [self._close(self._open[story], at)]

    def _close(self, home: Cluster, at: datetime) -> Cluster:
        self.drop(home.story_id)
        return _changed(home, "closed", home.members[-1].article_id, at)

    def _is_remembered(self, story: Cluster) -> bool:
        return any(self._remembers(member.article_id) for member in story.members)

    def _settle(self, home: Cluster | None, arrival: Arrival) -> list[Cluster]:
        """Join the best story that takes the article, and merge with it the others that fit."""
        near = self._near(arrival)
        if home is None and self._is_survey(near, arrival):
            near = []
        chosen = [home] if home else near[:1]
        if not chosen:
            return [self._found(arrival)]
        for story in near:
            if story not in chosen and all(
                self._compatible(story, other, arrival.overlaps) for other in chosen
            ):
                chosen.append(story)
        return self._join(chosen, arrival)

    def _is_survey(self, near: Sequence[Cluster], arrival: Arrival) -> bool:
        """Whether it takes a part from each of several stories that have nothing to do with each other."""
        if len(near) < 2 or max(link.relation.containment for link in arrival.strong) >= _SURVEY:
            return False
        if any(_named([arrival.member]) & _named(story.members) for story in near):
            return False
        return not any(self._compatible(near[0], other, arrival.overlaps) for other in near[1:])

    def _near(self, arrival: Arrival) -> list[Cluster]:
        """Stories that take the article, the one with the strongest link first."""
        best: dict[str, tuple[float, datetime, str]] = {}
        for link in arrival.strong:
            story = self.of(link.other)
            if story is None:
                continue
            first = story.members[0]
            key = (-link.relation.fresh_containment, first.first_seen_at, story.story_id)
            best[story.story_id] = min(key, best.get(story.story_id, key))
        ordered = sorted(best, key=lambda story: best[story])
        return [self._open[s] for s in ordered if self._takes(self._open[s], arrival)]

    def _takes(self, story: Cluster, arrival: Arrival) -> bool:
        member = arrival.member
        others = [m for m in _with_text(story) if m.article_id != member.article_id]
        return self._within(*others, member) and all(
            arrival.overlaps(member.article_id, m.article_id) for m in others
        )

    def _compatible(self, one: Cluster, other: Cluster, overlaps: Overlaps) -> bool:
        return self._within(*one.members, *other.members) and all(
            overlaps(a.article_id, b.article_id) for a in _with_text(one) for b in _with_text(other)
        )

    def _within(self, *members: Member) -> bool:
        seen = [member.first_seen_at for member in members]
        return max(seen) - min(seen) <= self._reach

    def _still_fits(self, home: Cluster, arrival: Arrival) -> bool:
        mine = arrival.member.article_id
        others = {m.article_id for m in _with_text(home) if self._remembers(m.article_id)} - {mine}
        if not others:
            return True
        linked = any(link.other in others for link in arrival.strong)
        return linked and all(arrival.overlaps(mine, other) for other in others)

    def _new_id(self, arrival: Arrival, left: Cluster | None = None) -> str:
        """Of the story that it founds: of the version and its time where the version founded one before."""
        version = arrival.member.version_id
        plain = ids.story_id(version)
        ended = left.merged_from if left else ()
        if not arrival.back and plain not in self._open and plain not in ended:
            return plain
        return ids.story_id(f"{version}@{arrival.member.version_seen_at.isoformat()}")

    def _found(self, arrival: Arrival, left: Cluster | None = None) -> Cluster:
        member = _founder(arrival.member)
        founded = Cluster(
            story_id=self._new_id(arrival, left),
            revision=1,
            change="created",
            at=member.version_seen_at,
            article_id=member.article_id,
            members=(member,),
            split_from=left.story_id if left else "",
            turns=_turns((), "split", member.version_seen_at, (left.story_id,)) if left else (),
        )
        self.put(founded)
        return founded

    def _join(self, chosen: list[Cluster], arrival: Arrival) -> list[Cluster]:
        names = {s.story_id for s in chosen}
        winner = min(  # what split from another goes back to it
            chosen,
            key=lambda s: (s.split_from in names, s.members[0].first_seen_at, s.members[0].article_id),
        )
        losers = sorted((s for s in chosen if s is not winner), key=lambda s: s.story_id)
        mine = arrival.member.article_id
        others = [m for s in chosen for m in s.members if m.article_id != mine]
        member, others = _linked(arrival, others, self._settings.story_source_slack)
        records = []
        for loser in losers:
            records.append(
                _changed(
                    loser, "merged", member.article_id, member.version_seen_at, merged_into=winner.story_id
                )
            )
            self.drop(loser.story_id)
        grown = _changed(
            winner,
            "merged" if losers else _change(member, known=member.versions > 1),
            member.article_id,
            member.version_seen_at,
            members=_ordered([*others, member]),
            merged_from=tuple(loser.story_id for loser in losers),
        )
        self.put(grown)
        return [*records, grown]

    def _leave(self, home: Cluster, arrival: Arrival) -> list[Cluster]:
        """Found a story of its own; what comes back may join one that it left before."""
        member = arrival.member
        near = [s for s in self._near(arrival) if s.story_id != home.story_id] if arrival.back else []
        new = near[0].story_id if near else self._new_id(arrival, home)
        rest = tuple(
            _orphaned(m, member.article_id) for m in home.members if m.article_id != member.article_id
        )
        left = _changed(
            home, "split", member.article_id, member.version_seen_at, members=rest, split_into=(new,)
        )
        self._open.leave(member.article_id)
        self.put(left)
        joined = self._join(near[:1], arrival) if near else [self._found(arrival, home)]
        return [left, *joined]


def _named(members: Sequence[Member]) -> set[str]:
    """What titles name: the stems of their longer words."""
    words = (word.strip(_MARKS) for member in members for word in member.title.casefold().split())
    return {word[:_STEM] for word in words if len(word) >= _STEM}


def _with_text(story: Cluster) -> list[Member]:
    """Its members but for notices of withdrawal."""
    return [member for member in story.members if not member.notice]


def _changed(
    story: Cluster,
    change: Change,
    article: str,
    at: datetime,
    *,
    members: tuple[Member, ...] | None = None,
    merged_into: str = "",
    merged_from: tuple[str, ...] = (),
    split_into: tuple[str, ...] = (),
) -> Cluster:
    return Cluster(
        story_id=story.story_id,
        revision=story.revision + 1,
        change=change,
        at=at,
        article_id=article,
        members=story.members if members is None else members,
        merged_into=merged_into,
        merged_from=_with(story.merged_from, merged_from),
        split_from=story.split_from,
        split_into=_with(story.split_into, split_into),
        turns=_turns(story.turns, change, at, (*merged_from, *split_into, *filter(None, [merged_into]))),
    )


def _with(past: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """In order, each once, as those of the past are."""
    return tuple(sorted({*past, *others})) if others else past


def _turns(past: tuple[Turn, ...], change: Change, at: datetime, others: Iterable[str]) -> tuple[Turn, ...]:
    told = (Turn(change=change, at=at, story_id=other) for other in others)
    return (*past, *told)[-_TURNS:]


def _change(member: Member, *, known: bool) -> Change:
    if member.correction:
        return "corrected"
    return "updated" if known or member.kind == "update" else "grew"


def _next_version(kept: Member, new: Member, *, back: bool) -> Member:
    """The new version in the place of the old: what it is to others stays as it was first decided."""
    return msgspec.structs.replace(
        new,
        first_seen_at=kept.first_seen_at,
        versions=kept.versions + (not back),
        kind=kept.kind,
        direction=kept.direction,
        absent_at=kept.absent_at,
        standing=kept.standing,
        of=kept.of,
        jaccard=kept.jaccard,
        containment=kept.containment,
        other_containment=kept.other_containment,
    )


def _linked(arrival: Arrival, others: list[Member], slack: float) -> tuple[Member, list[Member]]:
    """The member with its relation to the earliest of its best sources; a late one becomes a source."""
    member = arrival.member
    seen = {m.article_id: m.first_seen_at for m in others}
    links = [link for link in arrival.strong if link.other in seen]
    forward = [link for link in links if link.forward]
    if forward and (arrival.back or arrival.opened or member.versions == 1):
        nearest = max(link.relation.containment for link in forward) - slack
        source = min(
            (link for link in forward if link.relation.containment >= nearest),
            key=lambda link: (seen[link.other], link.other),
        )
        member = _related(member, source.other, source.relation)
    backward = {link.other: link.relation for link in links if not link.forward}
    return member, [
        _related(m, member.article_id, backward[m.article_id])
        if (m.kind is None or not m.of) and m.article_id in backward
        else m
        for m in others
    ]


def _founder(member: Member) -> Member:
    """What it is to others does not hold for a story of its own."""
    if member.kind is None and not (member.of or member.correction or member.correction_note):
        return member
    return msgspec.structs.replace(
        member, kind=None, direction=None, correction=False, correction_note="", of=""
    )


def _related(member: Member, other: str, relation: Relation) -> Member:
    return msgspec.structs.replace(
        member,
        kind=relation.kind,
        direction=relation.direction,
        correction=relation.correction,
        correction_note=relation.note,
        of=other,
        jaccard=relation.jaccard,
        containment=relation.containment,
        other_containment=relation.other_containment,
    )


def _orphaned(member: Member, gone: str) -> Member:
    return msgspec.structs.replace(member, of="") if member.of == gone else member


def _ordered(members: list[Member]) -> tuple[Member, ...]:
    return tuple(sorted(members, key=lambda m: (m.first_seen_at, m.article_id)))
