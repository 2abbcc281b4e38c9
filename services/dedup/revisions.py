"""What befalls a known article beside new text: an old one comes back, it is withdrawn, it churns.

A text that comes back keeps the rank and the novelty of its first sight: what took from it stays a copy
of it. What a publisher withdraws stays in its story and goes on matching, for its copies stand elsewhere.
"""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from services.contracts.articles import Article, Withdrawal
from services.contracts.clusters import Member
from services.contracts.relations import Relation
from services.contracts.sketches import Remembered
from services.dedup.folded import Folded
from services.dedup.pairs import Pairs
from services.dedup.reader import Reads
from services.dedup.records import Withdrawn, member, with_text
from services.dedup.relations.passages import passages, runs
from services.dedup.search.lookup import Search
from services.dedup.search.profile import Profile, profile, read
from services.dedup.stories.placing import Stories
from services.dedup.text.notices import unlabelled
from services.dedup.window import Kept, Window

replace = msgspec.structs.replace


class Revisions:
    """Over the state of one shard."""

    def __init__(self, window: Window, search: Search, reads: Reads, stories: Stories, pairs: Pairs) -> None:
        self._window = window
        self._search = search
        self._reads = reads
        self._stories = stories
        self._pairs = pairs

    def withdraw(self, withdrawal: Withdrawal, current: Kept | None, folded: Folded) -> None:
        """Mark an article as withdrawn; nothing where it was never seen or is forgotten."""
        if current is None:
            folded.outcomes["known"] += 1
            return
        what = Withdrawn(withdrawn_at=withdrawal.at, withdrawn_note=withdrawal.note)
        current.record = replace(current.record, **what)
        folded.remembered.append(current.record)
        folded.clusters += self._stories.restate(withdrawal.article_id, "withdrawn", withdrawal.at, **what)
        folded.outcomes["withdrawn"] += 1

    def withdraw_by_notice(
        self, article: Article, late: bool, current: Kept, note: str, folded: Folded
    ) -> None:
        """The text of an article gave way to a notice: it stays where its copies are, withdrawn."""
        self.pass_over(article, late, current, folded)
        what = Withdrawn(withdrawn_at=article.first_seen_at, withdrawn_note=note)
        current.record = replace(current.record, **what)
        folded.remembered.append(current.record)
        folded.clusters += self._stories.restate(
            article.article_id, "withdrawn", article.first_seen_at, **what
        )

    def retracted(self, article: Article, relations: Sequence[Relation]) -> Kept | None:
        """The earlier piece of its publisher that a notice at another address withdraws, if it names one."""
        own = [kept for r in relations if (kept := self._window.current(r.other_article_id)) is not None]
        for kept in [*own, self._window.titled(article.source, unlabelled(article.title))]:
            if (
                kept is not None
                and kept.record.article.source == article.source
                and kept.record.article.article_id != article.article_id
            ):
                return kept
        return None

    def retract(self, placed: Member, kept: Kept, note: str, folded: Folded) -> Relation:
        """Withdraw what a notice names. The relation of the notice to it."""
        what = Withdrawn(withdrawn_at=placed.version_seen_at, withdrawn_note=note)
        kept.record = replace(kept.record, **what)
        folded.remembered.append(kept.record)
        notice = replace(placed, kind="update", of=kept.record.article.article_id, notice=True)
        folded.clusters += self._stories.retract(notice, placed.version_seen_at, **what)
        return Relation(
            other_article_id=kept.record.article.article_id,
            other_version_id=kept.record.article.version_id,
            other_url=kept.record.article.url,
            kind="update",
            note=note,
            jaccard=0.0,
            containment=0.0,
            other_containment=0.0,
            fresh_containment=0.0,
            fresh_shared=0,
            direction="notice",
            reason="a notice that withdraws it",
            bands=0,
            samples=0,
        )

    def show_again(self, kept: Kept, sighting: Article, current: Kept | None, folded: Folded) -> None:
        """A known version stands in its article's place: after another, a withdrawal or a move."""
        if kept != current:
            self._return(kept, sighting, current, folded)
        elif kept.record.withdrawn_at is not None or kept.record.article.url != sighting.url:
            self._restate(kept, sighting, folded)
        else:
            folded.outcomes["known"] += 1

    def pass_over(self, article: Article, late: bool, current: Kept, folded: Folded) -> None:
        """A new version that is no news: it has a verdict of its own, and the story is left alone.

        Nothing is ever compared with it, so its text is not kept.
        """
        past = current.record
        verdict = replace(
            past.verdict,
            version_id=article.version_id,
            first_seen_at=article.first_seen_at,
            late=late,
            shown_at=None,
            relations=tuple(self._proved(article, past.verdict.relations)),
            candidates=0,
            answers={},
            left_out=0,
        )
        record = replace(
            past,
            article=replace(article, text=""),
            sketch=None,
            verdict=verdict,
            current=False,
            counted=False,
            seen=b"",
            shown_at=None,
        )
        self._window.put(record, None)
        folded.verdicts.append(verdict)
        folded.remembered.append(record)
        folded.outcomes["story"] += 1
        folded.note("articles_total", "churn")

    def _return(self, kept: Kept, sighting: Article, current: Kept | None, folded: Folded) -> None:
        at = sighting.first_seen_at
        record = kept.record
        signed = self._reads.sign_again(record, _moved(record.article, sighting))
        mine = signed.profile
        hits = self._search.find([signed]).get(mine.article.version_id)
        findings = self._pairs.find(signed, hits, folded)
        placed = member(mine, current.record if current else None, findings.links, at)
        clusters = self._stories.place(placed, findings.links, self._pairs.overlaps(mine), back=True)
        folded.clusters += with_text(clusters, mine.article, current.record if current else None)
        story = self._stories.of(mine.article.article_id)
        verdict = replace(
            self._pairs.returned(record.verdict, findings),
            url=mine.article.url,
            source=mine.article.source,
            story_id=story.story_id if story else "",
            shown_at=at,
        )
        record = replace(
            record,
            article=mine.article,
            verdict=verdict,
            current=True,
            shown_at=at,
            withdrawn_at=None,
            withdrawn_note="",
        )
        superseded = self._window.put(record, signed)
        if superseded is not None:
            self._search.evict([superseded.article.version_id])
            folded.remembered.append(superseded)
        _tell(record, folded)

    def _restate(self, kept: Kept, sighting: Article, folded: Folded) -> None:
        at = sighting.first_seen_at
        article = _moved(kept.record.article, sighting)
        verdict = replace(kept.record.verdict, url=article.url, source=article.source, shown_at=at)
        record = replace(
            kept.record, article=article, verdict=verdict, shown_at=at, withdrawn_at=None, withdrawn_note=""
        )
        kept.record = record
        folded.clusters += self._stories.restate(
            article.article_id,
            "updated",
            at,
            url=article.url,
            source=article.source,
            feed=article.feed,
            version_seen_at=at,
            withdrawn_at=None,
            withdrawn_note="",
        )
        _tell(record, folded)

    def _proved(self, article: Article, relations: tuple[Relation, ...]) -> Iterator[Relation]:
        """The relations of another version, with where the shared words stand in this text."""
        mine = _plain(article) if relations else None
        for relation in relations:
            other = self._window.get(relation.other_version_id)
            if mine is None or other is None:
                yield replace(relation, passages=())
                continue
            older = other.profile or _plain(other.record.article)
            yield replace(relation, passages=passages(mine, older, runs(mine, older)))


def _plain(article: Article) -> Profile:
    """A text ready to be laid beside another, without its novelty."""
    reading = read(article.text)
    return profile(article, reading, np.zeros(len(reading.unique), np.uint8))


def _moved(article: Article, sighting: Article) -> Article:
    """The first sight of a text, at the address where it is shown now."""
    if article.url == sighting.url:
        return article
    return replace(
        article,
        url=sighting.url,
        fetched_url=sighting.fetched_url,
        source=sighting.source,
        feed=sighting.feed,
        also_in=sighting.also_in,
    )


def _tell(record: Remembered, folded: Folded) -> None:
    folded.verdicts.append(record.verdict)
    folded.remembered.append(record)
    folded.outcomes["shown-again"] += 1
    folded.note("articles_total", "shown-again")
