"""The fold: articles in order of first sight to verdicts and stories. All order lives here.

Pure but for its own state: no clock, no I/O. The same articles in the same order give the same
records, however many ranges the candidate search is split into and wherever it was stopped
and restored.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import msgspec
import numpy as np

from services.contracts.clusters import Cluster, Member
from services.contracts.relations import Refusal, Relation, Verdict
from services.contracts.sketches import Remembered
from services.dedup.candidates import Candidate, choose
from services.dedup.novelty import Days, Novelty
from services.dedup.order import Due
from services.dedup.overlap import shared_share
from services.dedup.profile import Profile, Reading, profile, read
from services.dedup.relate import corrects, relate
from services.dedup.screens import Screen, screen
from services.dedup.search import Hit, Search, Signed
from services.dedup.seen import pack, unpack
from services.dedup.settings import DedupSettings
from services.dedup.stories import Link, Stories
from services.dedup.window import Kept, Window

_DAY_S = 86_400
_MOST_REFUSALS = 8


class Folded(msgspec.Struct):
    """What became of a run of articles, in order."""

    verdicts: list[Verdict] = msgspec.field(default_factory=list)
    clusters: list[Cluster] = msgspec.field(default_factory=list)
    remembered: list[Remembered] = msgspec.field(default_factory=list)
    forgotten: list[str] = msgspec.field(default_factory=list)
    """Version ids that left the window."""
    outcomes: Counter[str] = msgspec.field(default_factory=Counter)
    """One count an article: story, screened or known."""
    noted: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)
    """What else happened, by metric and kind."""

    def note(self, metric: str, kind: str) -> None:
        self.noted[metric, kind] += 1


class Read(msgspec.Struct, eq=False):
    """An article that is due, read and signed."""

    due: Due
    days: Days
    counted: bool
    screened: Screen | None = None
    signed: Signed | None = None


class Fold:
    """State of one shard and the function over it."""

    def __init__(self, settings: DedupSettings, *, ranges: int = 1) -> None:
        self._settings = settings
        remembered = min(settings.novelty_days, settings.window_days)
        self._novelty = Novelty(days=remembered, bits=settings.novelty_bits)
        self._today: int | None = None
        self._latest: datetime | None = None
        self.search = Search(settings, ranges=ranges)
        self.window = Window(settings)
        self.stories = Stories(settings, lambda article: self.window.current(article) is not None)

    def restore(
        self, remembered: Sequence[Remembered], clusters: Sequence[Cluster], latest: datetime | None
    ) -> None:
        """Take up the state of a changelog. Raises `ValueError` on another sketch scheme."""
        for record in sorted(remembered, key=lambda r: (r.article.first_seen_at, r.article.version_id)):
            self._remember_again(record)
        for cluster in clusters:
            self.stories.put(cluster)
        if latest is not None:
            self._latest = latest
            self._today = _day(latest)
            self._novelty.advance(self._today)

    def fold(self, dues: Iterable[Due], folded: Folded) -> None:
        """Decide articles in the order given; versions that are known already are passed over."""
        for day, same_day in groupby(
            dues, key=lambda due: max(_day(due.article.first_seen_at), self._today or 0)
        ):
            self._roll(day, folded)
            self._decide(self._unknown(same_day, folded), folded)

    def levels(self) -> dict[str, float]:
        """How much of it there is now, by metric."""
        return {
            "live_articles": self.window.articles,
            "state_records": len(self.window),
            "state_bytes": self.window.bytes + self._novelty.nbytes(),
            "stories_open": len(self.stories),
            "story_articles_max": self.stories.largest(),
        }

    def _unknown(self, dues: Iterable[Due], folded: Folded) -> list[Due]:
        """Each version once, the first time it came."""
        first: dict[str, Due] = {}
        for due in dues:
            version = due.article.version_id
            if version in self.window or version in first:
                folded.outcomes["known"] += 1
            else:
                first[version] = due
        return list(first.values())

    def _roll(self, day: int, folded: Folded) -> None:
        """Begin a day: close the days before it for novelty and forget what left the window."""
        if self._today == day:
            return
        self._today = day
        self._novelty.advance(day)
        gone = [kept.record.article for kept in self.window.evict(day)]
        self.search.evict(article.version_id for article in gone)
        folded.forgotten += [article.version_id for article in gone]
        lost = [a.article_id for a in gone if self.window.current(a.article_id) is None]
        folded.clusters += self.stories.evict(lost, datetime.fromtimestamp(day * _DAY_S, UTC))

    def _decide(self, dues: list[Due], folded: Folded) -> None:
        batch = [self._read(due) for due in dues]
        found = self.search.find([item.signed for item in batch if item.signed])
        for item in batch:
            if item.signed is None or item.screened:
                self._set_aside(item, folded)
            else:
                self._place(item, item.signed, found.get(item.due.article.version_id, []), folded)

    def _read(self, due: Due) -> Read:
        self._latest = max(self._latest or due.article.first_seen_at, due.article.first_seen_at)
        reading = read(due.article.text)
        days = self._novelty.seen(reading.unique)
        narrow = reading.narrow[self._novelty.seen(reading.narrow) < self._settings.novelty_least]
        counted = self._novelty.add(
            _day(due.article.first_seen_at), np.concatenate((reading.unique, reading.narrow))
        )
        item = Read(due, days, counted, self._screen(due, reading))
        if item.screened is None:
            item.signed = self.search.sign(profile(due.article, reading, days), narrow)
        return item

    def _screen(self, due: Due, reading: Reading) -> Screen | None:
        article = due.article
        if due.late and self._latest and article.first_seen_at < self._latest - self.window.reach:
            behind = (self._latest - article.first_seen_at).days
            return Screen("beyond-window", f"came {behind} days behind what is decided already")
        return screen(article.title, article.text, reading.words, self._settings)

    def _set_aside(self, item: Read, folded: Folded) -> None:
        assert item.screened is not None
        verdict = _verdict(
            item.due, outcome="screened", reason=item.screened.reason, detail=item.screened.detail
        )
        self._keep(item, verdict, folded)
        folded.verdicts.append(verdict)
        folded.outcomes["screened"] += 1
        folded.note("screened_total", item.screened.reason)

    def _place(self, item: Read, signed: Signed, found: list[Hit], folded: Folded) -> None:
        """Verify the candidates, decide the relations, put the article into a story."""
        mine = signed.profile
        chosen = choose(self._candidates(signed, found), self._settings)
        relations, refused, links = self._relate(mine, chosen, folded)
        before = self.window.current(mine.article.article_id)
        if before is None or before.record.article.first_seen_at <= mine.article.first_seen_at:
            folded.clusters += self.stories.place(_member(mine, before, links), links, self._overlaps(mine))
        story = self.stories.of(mine.article.article_id)
        verdict = _verdict(
            item.due,
            outcome="story",
            story_id=story.story_id if story else "",
            relations=tuple(relations),
            refused=tuple(refused[:_MOST_REFUSALS]),
            candidates=len(chosen),
        )
        self._keep(item, verdict, folded)
        folded.verdicts.append(verdict)
        folded.outcomes["story"] += 1
        folded.note("candidates", str(len(chosen)))

    def _candidates(self, signed: Signed, found: list[Hit]) -> list[Candidate]:
        mine = signed.profile.article.article_id
        made = []
        for hit in found:
            kept = self.window.get(hit.version)
            if kept is None or kept.signed is None or kept.record.article.article_id == mine:
                continue
            estimate = hit.samples / max(1, min(signed.keys.samples, kept.signed.keys.samples))
            made.append(Candidate(hit.version, kept.signed.profile.rank, hit.bands, hit.samples, estimate))
        return made

    def _relate(
        self, mine: Profile, chosen: list[Candidate], folded: Folded
    ) -> tuple[list[Relation], list[Refusal], list[Link]]:
        relations: list[Relation] = []
        refused: list[Refusal] = []
        links: list[Link] = []
        for candidate in chosen:
            other = self.window.signed(candidate.version).profile
            forward = other.rank < mine.rank
            newer, older = (mine, other) if forward else (other, mine)
            answer = relate(newer, older, self._settings, bands=candidate.bands, samples=candidate.samples)
            if isinstance(answer, Relation):
                links.append(Link(other.article.article_id, answer, forward))
                if forward:
                    relations.append(answer)
                    folded.note("relations_total", answer.kind)
                else:
                    self._amend(other, answer, folded)
            elif answer.reason:
                refused.append(
                    Refusal(
                        other_article_id=other.article.article_id,
                        other_url=other.article.url,
                        reason=answer.reason,
                        detail=answer.detail,
                    )
                )
        return relations, refused, links

    def _amend(self, newer: Profile, relation: Relation, folded: Folded) -> None:
        """A late article is what a decided one took its text from: say so in that one's verdict."""
        kept = self.window[newer.article.version_id]
        if any(
            known.other_article_id == relation.other_article_id for known in kept.record.verdict.relations
        ):
            return  # to another version of that article
        relations = (*kept.record.verdict.relations, relation)
        verdict = msgspec.structs.replace(kept.record.verdict, relations=relations)
        kept.record = msgspec.structs.replace(kept.record, verdict=verdict)
        folded.verdicts.append(verdict)
        folded.remembered.append(kept.record)
        folded.note("relations_total", relation.kind)

    def _overlaps(self, mine: Profile) -> Callable[[str, str], bool]:
        """Whether two articles, by id, share enough to stand in one story; asked once a pair."""
        known: dict[tuple[str, str], bool] = {}

        def text_of(article: str) -> Profile | None:
            if article == mine.article.article_id:
                return mine
            kept = self.window.current(article)
            return kept.signed.profile if kept and kept.signed else None

        def overlaps(one: str, other: str) -> bool:
            pair = (one, other) if one < other else (other, one)
            if pair not in known:
                a, b = text_of(one), text_of(other)
                known[pair] = bool(a and b and shared_share(a, b) >= self._settings.story_link)
            return known[pair]

        return overlaps

    def _keep(self, item: Read, verdict: Verdict, folded: Folded) -> None:
        article = item.due.article
        before = self.window.current(article.article_id)
        folded.note("articles_total", "backfill" if article.backfill else "version" if before else "new")
        if item.due.late:
            folded.note("late_records_total", "")
        newest = before is None or (
            before.record.article.first_seen_at <= article.first_seen_at
            # An article that went behind a wall is matched by the text it showed before.
            and (item.signed is not None or before.signed is None)
        )
        record = Remembered(
            article=article,
            sketch=item.signed.sketch if item.signed else None,
            verdict=verdict,
            first_seen_at=before.record.first_seen_at if before else article.first_seen_at,
            current=newest,
            counted=item.counted,
            seen=pack(item.days),
        )
        superseded = self.window.put(
            Kept(record, _day(article.first_seen_at), item.signed if newest else None)
        )
        if not newest:
            self.search.evict([article.version_id])
        elif superseded is not None:
            self.search.evict([superseded.article.version_id])
            folded.remembered.append(superseded)
        folded.remembered.append(record)

    def _remember_again(self, record: Remembered) -> None:
        article = record.article
        day = _day(article.first_seen_at)
        reading = read(article.text)
        if record.counted:
            self._novelty.add(day, np.concatenate((reading.unique, reading.narrow)))
        signed = None
        if record.sketch is not None and record.current:
            days = unpack(record.seen, len(reading.unique))
            signed = self.search.signed(profile(article, reading, days), record.sketch)
            self.search.insert([signed])
        self.window.put(Kept(record, day, signed))


def _day(at: datetime) -> int:
    return int(at.timestamp() // _DAY_S)


def _member(mine: Profile, before: Kept | None, links: list[Link]) -> Member:
    article = mine.article
    if before is None:
        corrected = any(link.relation.correction for link in links if link.forward)
    else:
        past = before.record.article
        corrected = corrects(article.title, article.text) and not corrects(past.title, past.text)
    return Member(
        article_id=article.article_id,
        version_id=article.version_id,
        url=article.url,
        source=article.source,
        feed=article.feed,
        title=article.title,
        language=article.language,
        first_seen_at=article.first_seen_at,
        version_seen_at=article.first_seen_at,
        published_at=article.published_at,
        agencies=article.agencies,
        cited=article.cited,
        words=mine.words,
        correction=corrected,
    )


def _verdict(due: Due, **what: Any) -> Verdict:
    article = due.article
    return Verdict(
        article_id=article.article_id,
        version_id=article.version_id,
        url=article.url,
        source=article.source,
        language=article.language,
        first_seen_at=article.first_seen_at,
        late=due.late,
        **what,
    )
