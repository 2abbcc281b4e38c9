"""The fold: sightings in order to verdicts and stories. All order lives here.

Pure but for its own state: no clock, no I/O. The same sightings in the same order give the same
records, however many ranges the candidate search is split into and wherever it was stopped
and restored.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

import numpy as np

from services.contracts import ids, wire
from services.contracts.articles import Article, Withdrawal
from services.contracts.clusters import Cluster
from services.contracts.relations import Verdict
from services.contracts.sketches import Remembered
from services.dedup import kernels
from services.dedup.folded import Folded
from services.dedup.foresight import Foresight, Looks
from services.dedup.memory.parts import Holding, gather, scatter
from services.dedup.memory.store import HeapStore, OpenStore
from services.dedup.order import Due, Sighting, seen_at
from services.dedup.pairs import Pairs, bounded
from services.dedup.reader import Read, Reader, Reads
from services.dedup.recall import Join, Recall, late_profile
from services.dedup.records import member, settled_at, shown_at, verdict, with_text, withdrawal
from services.dedup.revisions import Revisions
from services.dedup.search.lookup import Findable, Hits, Search, Signed
from services.dedup.search.novelty import Novelty
from services.dedup.search.ranges import Index, Ranges
from services.dedup.search.traces import Trace
from services.dedup.settings import DedupSettings
from services.dedup.stories.placing import Stories
from services.dedup.text.churn import is_churn
from services.dedup.text.notices import withdrawal as withdrawal_notice
from services.dedup.text.screens import Screen
from services.dedup.window import Gone, Kept, Window, day_of, profile_of
from services.stream.service import Parts

_DAY_S = 86_400


class Again(NamedTuple):
    """A version that the changelog has, and for what it is new."""

    record: Remembered
    kept: Kept
    counts: bool
    """To novelty."""
    is_found: bool
    """By the search, from now on."""


class Returned(NamedTuple):
    """Versions that were taken up again, and are not found yet."""

    new: Sequence[Again]
    lost: Sequence[str]
    """To be found no more by what they were."""


class Outside(NamedTuple):
    """Who reads, joins and looks for a fold that does not do so itself."""

    reader: Reads
    join: Index
    looks: Looks
    stories: Stories | None = None
    """Where the fold is to keep none."""
    novelty: Novelty | None = None
    """By which the reader counts, where it does."""

    @classmethod
    def of(cls, foresight: Foresight) -> "Outside":
        return cls(Recall(foresight), Join(foresight), foresight)


class Fold:
    """State of one shard and the function over it."""

    def __init__(
        self,
        settings: DedupSettings,
        *,
        ranges: int = 1,
        open_store: OpenStore = HeapStore,
        foresight: Foresight | None = None,
        outside: Outside | None = None,
    ) -> None:
        """`foresight`: what was found out of the sightings beforehand, on which `ranges` has no bearing."""
        self._settings = settings
        outside = Outside.of(foresight) if foresight else outside
        remembered = min(settings.novelty_days, settings.window_days)
        counted = outside.novelty if outside else None
        self._novelty = counted or Novelty(days=remembered, bits=settings.novelty_bits)
        self._today: int | None = None
        self._latest: datetime | None = None
        index = outside.join if outside else Ranges(ranges, window_days=settings.window_days)
        self.search = Search(settings, index)
        self._reader: Reads = outside.reader if outside else Reader(settings, self.search, self._novelty)
        self.window = Window(settings, open_store(), late_profile if outside else profile_of)
        kept = outside.stories if outside else None
        self.stories = Stories(settings, self.window.remembers, open_store()) if kept is None else kept
        looks = outside.looks if outside else None
        self._pairs = Pairs(self.window, self.search, settings, self.stories.source_of, looks)
        self._revisions = Revisions(self.window, self.search, self._reader, self.stories, self._pairs)

    def remember_again(self, values: Iterable[bytes]) -> Returned:
        """Take up versions as the changelog has them, each once and in its order: all but what is found by
        their texts, for which come `traces` and `find_again`.
        """
        new, lost = list[Again](), list[str]()
        for value in values:
            record = wire.decode(Remembered, value)
            before = self.window.get(record.article.version_id)
            was_found = before is not None and before.is_compared
            was_counted, was_at = (before.is_counted, before.rank) if before else (False, None)
            kept = self.window.keep_encoded(record, value)
            # One that had left the window and came anew is another sighting, of another day.
            is_same = was_at == kept.rank
            counts = kept.is_counted and not (is_same and was_counted)
            is_found = kept.is_compared and not (is_same and was_found)
            if counts or is_found:
                new.append(Again(record, kept, counts, is_found))
            if (was_found and (is_found or not kept.is_compared)) or self.window.is_leaving:
                lost.append(record.article.version_id)
        kernels.note_texts(len(new))
        return Returned(new, lost)

    def traces(self, returned: Returned) -> list[Trace]:
        """Of their texts. In any thread, and while others are taken up.

        Raises `ValueError` on another sketch scheme; `Unforeseen` where what came behind them was foreseen.
        """
        return self._reader.traces([one.record for one in returned.new])

    def find_again(self, returned: Returned, traces: Sequence[Trace]) -> None:
        """Let them be counted and found, batches in their order."""
        self.search.evict(returned.lost)
        pairs = list(zip(returned.new, traces, strict=True))
        for day, same_day in groupby(pairs, key=_day_of_pair):
            counted = [trace.shingles for one, trace in same_day if one.counts]
            if counted:
                self._novelty.add(day, np.concatenate(counted))
        found = []
        for one, trace in pairs:
            if one.is_found:
                one.kept.samples = trace.keys.samples
                found.append(Findable(one.record.article.version_id, one.kept.rank[0], trace.keys))
        self.search.insert(found)

    def forget_again(self, version: str) -> None:
        """What the changelog has no more."""
        self.window.forget(version)
        self.search.evict([version])

    def restored(self, latest: datetime | None) -> None:
        """All of the changelog was taken up, of which the latest version is of this time."""
        if latest is not None:
            self._latest = latest
            self._today = day_of(latest)
            self._reader.advance(self._today)
            self.window.advance(self._today, again=True)

    def save(self) -> Parts:
        return gather(self._holding())

    def load(self, parts: Parts) -> None:
        scatter(self._holding(), parts)
        kernels.note_texts(len(self.window))

    def _holding(self) -> Holding:
        return {
            "window": self.window,
            "search": self.search,
            "stories": self.stories,
            "novelty": self._novelty,
        }

    def fold(self, dues: Iterable[Due], folded: Folded) -> None:
        """Decide sightings in the order given; those that say nothing new are passed over."""
        for day, same_day in groupby(
            dues, key=lambda due: max(day_of(seen_at(due.sighting)), self._today or 0)
        ):
            self.begin(day, folded)
            self._decide_day(same_day, folded)

    def begin(self, day: int, folded: Folded) -> None:
        """Begin a day: close the days before it for novelty and forget what left the window.

        Nothing where it, or a later one, has begun.
        """
        if self._today is not None and self._today >= day:
            return
        self._let_go(self.window.evict(whole=True), folded)
        self._today = day
        self._reader.advance(day)
        self._let_go(self.window.advance(day), folded)

    def knows(self, sighting: Sighting) -> bool:
        """Whether the version, or the article that is withdrawn, is remembered."""
        return sighting.version_id in self.window or (
            isinstance(sighting, Withdrawal) and self.window.current(sighting.article_id) is not None
        )

    def is_settled(self, sighting: Sighting) -> bool:
        """Whether it says nothing new: no later than what is decided of what its article shows."""
        if not self.knows(sighting):
            return False
        latest = self.window.current(sighting.article_id) or self.window[sighting.version_id]
        return seen_at(sighting) <= settled_at(latest.record)

    def bytes_by_part(self) -> dict[str, int]:
        """Memory that is taken, as an estimate."""
        return {
            "index": self.search.nbytes(),
            "versions": self.window.bytes,
            "stories": self.stories.bytes,
            "novelty": self._novelty.nbytes(),
        }

    def levels(self) -> dict[str, float]:
        """How much of it there is now, by metric."""
        return {
            "live_articles": self.window.articles,
            "novelty_counted_ratio": self._novelty.counted,
            "state_records": len(self.window),
            "state_bytes": sum(self.bytes_by_part().values()),
            "stories_open": len(self.stories),
            "story_articles_max": self.stories.largest(),
        }

    def _let_go(self, gone: Collection[Gone], folded: Folded) -> None:
        """Free what is held of versions that are forgotten since the day began, and close their stories."""
        if not gone:
            return
        self.search.evict(version for version, _ in gone)
        folded.forgotten += [version for version, _ in gone]
        lost = [article for _, article in gone if not self.window.remembers(article)]
        folded.clusters += self.stories.evict(lost, self._day_start())

    def _is_held(self, sighting: Sighting) -> bool:
        """Whether there is still something of it that is forgotten."""
        return bool(self.window.leaving(sighting.article_id, sighting.version_id)) or (
            self.stories.is_forgotten(ids.story_id(sighting.version_id))
        )

    def _looks_back(self, due: Due) -> bool:
        """Whether it is compared with what lies near an earlier day."""
        known = due.sighting.version_id in self.window and not self.is_settled(due.sighting)
        return isinstance(due.sighting, Article) and (due.late or known)

    def _let_go_for(self, due: Due, folded: Folded) -> None:
        """Free of what is forgotten all that a sighting may touch."""
        sighting = due.sighting
        if self._looks_back(due):
            self._let_go(self.window.evict(whole=True), folded)
        numbers = self.window.leaving(sighting.article_id, sighting.version_id)
        self._let_go(self.window.evict_these(numbers), folded)
        story = ids.story_id(sighting.version_id)
        if self.stories.is_forgotten(story):
            folded.clusters += self.stories.close(story, self._day_start())

    def _day_start(self) -> datetime:
        return datetime.fromtimestamp((self._today or 0) * _DAY_S, UTC)

    def _decide_day(self, dues: Iterable[Due], folded: Folded) -> None:
        """Articles that are new in one search; what befalls a known one by itself, in between."""
        new: dict[str, Due] = {}
        for due in dues:
            if self.window.is_leaving and (self._looks_back(due) or self._is_held(due.sighting)):
                self._decide(new.values(), folded, are_new=True)
                new = {}
                self._let_go_for(due, folded)
            if due.sighting.article_id not in new and self._is_new(due.sighting):
                new[due.sighting.article_id] = due
                continue
            self._decide(new.values(), folded, are_new=True)
            new = {}
            self._decide_change(due, folded)
        self._decide(new.values(), folded, are_new=True)

    def _is_new(self, sighting: Sighting) -> bool:
        return (
            isinstance(sighting, Article)
            and sighting.version_id not in self.window
            and self.window.current(sighting.article_id) is None
        )

    def _decide_change(self, due: Due, folded: Folded) -> None:
        """Another text of an article that is known, one that it had before, or its withdrawal."""
        sighting = due.sighting
        self._latest = max(self._latest or seen_at(sighting), seen_at(sighting))
        current = self.window.current(sighting.article_id)
        if self.is_settled(sighting):
            folded.outcomes["known"] += 1
        elif isinstance(sighting, Withdrawal):
            self._revisions.withdraw(sighting, current, folded)
        elif kept := self.window.get(sighting.version_id):
            if kept == current or kept.record.sketch is not None:
                self._revisions.show_again(kept, sighting, current, folded)
            elif current is not None and _only_churned(current, sighting):
                folded.outcomes["known"] += 1
            else:
                self._decide([due], folded)
        elif current is not None and _only_churned(current, sighting):
            self._revisions.pass_over(sighting, due.late, current, folded)
        elif current is not None and (note := _gave_way(current, sighting)):
            self._revisions.withdraw_by_notice(sighting, due.late, current, note, folded)
        else:
            self._decide([due], folded)

    def _decide(self, dues: Collection[Due], folded: Folded, *, are_new: bool = False) -> None:
        """`are_new`: neither the versions nor their articles are remembered."""
        kernels.note_texts(len(dues))
        batch = [
            self._open(due.sighting, due.late, is_new=are_new)
            for due in dues
            if isinstance(due.sighting, Article)
        ]
        self._reader.read(batch)
        found = self.search.find([item.signed for item in batch if item.signed])
        for item in batch:
            if item.signed is None or item.screened:
                self._set_aside(item, folded)
            else:
                self._place(item, item.signed, found.get(item.article.version_id), folded)
            self._let_go(self.window.evict(), folded)

    def _open(self, article: Article, late: bool, *, is_new: bool) -> Read:
        self._latest = max(self._latest or article.first_seen_at, article.first_seen_at)
        before = None if is_new else self.window.get(article.version_id)
        current = None if is_new else self.window.current(article.article_id)
        shown = article.first_seen_at if before else None
        screened = self._is_beyond(article) if late else None
        counted = before is not None and before.record.counted
        if before is not None and counted:
            article = before.record.article
        return Read(article, late, shown, counted, current, screened)

    def _is_beyond(self, article: Article) -> Screen | None:
        """Of what came late: whether the window is past it."""
        if self._latest is None or article.first_seen_at >= self._latest - self.window.reach:
            return None
        behind = (self._latest - article.first_seen_at).days
        return Screen("beyond-window", f"came {behind} days behind what is decided already")

    def _set_aside(self, item: Read, folded: Folded) -> None:
        assert item.screened is not None
        said = verdict(
            item.article,
            late=item.late,
            shown_at=item.shown,
            outcome="screened",
            reason=item.screened.reason,
            detail=item.screened.detail,
        )
        self._keep(item, said, folded)
        folded.verdicts.append(said)
        folded.outcomes["screened"] += 1
        folded.note("screened_total", item.screened.reason)

    def _place(self, item: Read, signed: Signed, hits: Hits | None, folded: Folded) -> None:
        """Verify the candidates, decide the relations, put the article into a story."""
        mine = signed.profile
        findings = self._pairs.find(signed, hits, folded)
        before = item.current
        relations = tuple(findings.relations)
        placed = member(mine, before.record if before else None, findings.links, item.shown)
        retracted = self._revisions.retracted(mine.article, relations) if item.note else None
        if item.note:
            folded.retracted[mine.article.version_id] = retracted.article_id if retracted else ""
        if retracted is not None:
            relations = (self._revisions.retract(placed, retracted, item.note, folded),)
        if (retracted is None or self.stories.of(mine.article.article_id) is None) and (
            before is None or shown_at(before.record) <= item.seen_at
        ):
            clusters = self.stories.place(
                placed,
                findings.links,
                self._pairs.overlaps(mine),
                rewritten=self._pairs.is_rewritten(mine, before),
            )
            folded.clusters += with_text(clusters, mine.article, before.record if before else None)
            story: Cluster | None = clusters[-1]
        else:
            story = self.stories.of(mine.article.article_id)
        said = verdict(
            item.article,
            late=item.late,
            shown_at=item.shown,
            outcome="story",
            story_id=story.story_id if story else "",
            relations=self._pairs.listed(mine.article.article_id, relations, findings.beyond),
            refused=bounded(findings.refused),
            candidates=findings.looked_at,
            answers=dict(sorted(findings.answers.items())),
            left_out=findings.left_out,
        )
        self._keep(item, said, folded)
        folded.verdicts.append(said)
        folded.outcomes["story"] += 1

    def _keep(self, item: Read, said: Verdict, folded: Folded) -> None:
        article = item.article
        before = item.current
        folded.note("articles_total", "backfill" if article.backfill else "version" if before else "new")
        if item.late:
            folded.note("late_records_total", "")
        newest = before is None or (
            shown_at(before.record) <= item.seen_at
            # An article that went behind a wall is matched by the text it showed before.
            and (item.signed is not None or not before.is_compared)
        )
        past = before.record if before else None
        record = Remembered(
            article=article,
            sketch=item.signed.sketch if item.signed else None,
            verdict=said,
            first_seen_at=past.first_seen_at if past else article.first_seen_at,
            current=newest,
            counted=item.counted,
            seen=item.seen,
            shown_at=item.shown,
            **withdrawal(past, item.seen_at),
        )
        superseded = self.window.put(record, item.signed if newest else None)
        if not newest:
            self.search.evict([article.version_id])
        elif superseded is not None:
            self.search.evict([superseded.article.version_id])
            folded.remembered.append(superseded)
        folded.remembered.append(record)


def _gave_way(current: Kept, article: Article) -> str:
    """The notice of withdrawal that stands where a text stood; empty where it is none."""
    if not current.is_compared or shown_at(current.record) > article.first_seen_at:
        return ""
    return withdrawal_notice(article.title, article.text)


def _only_churned(current: Kept, article: Article) -> bool:
    """Whether the text in an article's place differs by what is no news from the one last told."""
    record = current.record
    return (
        current.is_compared
        and record.withdrawn_at is None
        and record.article.url == article.url
        and shown_at(record) <= article.first_seen_at
        and is_churn(record.article, article)
    )


def _day_of_pair(pair: tuple[Again, Trace]) -> int:
    return day_of(pair[0].record.article.first_seen_at)
