"""A version against those that share keys with it: which are looked at, and what each is to it."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from services.contracts.relations import REUSE_KINDS, Refusal, Relation
from services.dedup.folded import Folded
from services.dedup.relations.direction import directed, order
from services.dedup.relations.overlap import shared_share
from services.dedup.relations.relate import relate
from services.dedup.search.candidates import Candidate, choose
from services.dedup.search.lookup import Hit, Signed
from services.dedup.search.profile import Profile
from services.dedup.settings import DedupSettings
from services.dedup.stories.placing import Link
from services.dedup.window import Window


class Findings(NamedTuple):
    """What a version is to the others of its window."""

    relations: list[Relation]
    refused: list[Refusal]
    links: list[Link]
    looked_at: int


class Pairs:
    """The exact look at candidates, over the versions a shard remembers."""

    def __init__(self, window: Window, settings: DedupSettings) -> None:
        self._window = window
        self._settings = settings

    def find(self, signed: Signed, hits: list[Hit], folded: Folded) -> Findings:
        """Relations to older versions; those from newer ones are added to the newer ones' verdicts."""
        chosen = choose(self._candidates(signed, hits), self._settings)
        mine = signed.profile
        findings = Findings([], [], [], len(chosen))
        for candidate in chosen:
            other = self._window.signed(candidate.version).profile
            older, newer, direction, why = order(mine, other)
            forward = newer is mine
            answer = relate(
                newer,
                older,
                self._settings,
                bands=candidate.bands,
                samples=candidate.samples,
                witnesses=self._witnesses(chosen, older),
            )
            if isinstance(answer, Relation):
                answer = directed(answer, direction, why)
                findings.links.append(Link(other.article.article_id, answer, forward))
                if not forward:
                    self._amend(other, answer, folded)
                elif not self._took_from(other, mine):
                    findings.relations.append(answer)
                    folded.note("relations_total", answer.kind)
            elif answer.reason:
                findings.refused.append(
                    Refusal(
                        other_article_id=other.article.article_id,
                        other_url=other.article.url,
                        reason=answer.reason,
                        detail=answer.detail,
                    )
                )
        return findings

    def overlaps(self, mine: Profile) -> Callable[[str, str], bool]:
        """Whether two articles, by id, share enough to stand in one story; asked once a pair."""
        known: dict[tuple[str, str], bool] = {}

        def text_of(article: str) -> Profile | None:
            if article == mine.article.article_id:
                return mine
            kept = self._window.current(article)
            return kept.signed.profile if kept and kept.signed else None

        def overlaps(one: str, other: str) -> bool:
            pair = (one, other) if one < other else (other, one)
            if pair not in known:
                a, b = text_of(one), text_of(other)
                known[pair] = bool(a and b and shared_share(a, b) >= self._settings.story_link)
            return known[pair]

        return overlaps

    def _witnesses(self, chosen: Sequence[Candidate], older: Profile) -> Iterator[Profile]:
        """What may hold parts of a pair: the other candidates, and what the older text is related to."""
        kept = self._window.get(older.article.version_id)
        related = kept.record.verdict.relations if kept else ()
        found = (self._window.get(relation.other_version_id) for relation in related)
        yield from (self._window.signed(candidate.version).profile for candidate in chosen)
        yield from (one.signed.profile for one in found if one and one.signed)

    def _took_from(self, other: Profile, mine: Profile) -> bool:
        """Whether the other has its text from this article: then its new version took nothing from it."""
        taken = self._window[other.article.version_id].record.verdict.relations
        return any(
            relation.other_article_id == mine.article.article_id and relation.kind in REUSE_KINDS
            for relation in taken
        )

    def _candidates(self, signed: Signed, hits: list[Hit]) -> list[Candidate]:
        mine = signed.profile.article.article_id
        made = []
        for hit in hits:
            kept = self._window.get(hit.version)
            if kept is None or kept.signed is None or kept.record.article.article_id == mine:
                continue
            estimate = hit.samples / max(1, min(signed.keys.samples, kept.signed.keys.samples))
            made.append(Candidate(hit.version, kept.signed.profile.rank, hit.bands, hit.samples, estimate))
        return made

    def _amend(self, newer: Profile, relation: Relation, folded: Folded) -> None:
        """A late article is what a decided one took its text from: say so in that one's verdict."""
        kept = self._window[newer.article.version_id]
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
