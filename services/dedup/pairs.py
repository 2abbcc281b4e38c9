"""A version against those that share keys with it: which are looked at, and what each is to it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from services.contracts.relations import REUSE_KINDS, PairAnswer, Refusal, Relation, Verdict
from services.contracts.sketches import Remembered
from services.dedup.folded import Folded
from services.dedup.foresight import Looks
from services.dedup.relations.direction import directed, source_and_taker
from services.dedup.relations.listing import Known, are_few, condense, counting
from services.dedup.relations.overlap import shared_share
from services.dedup.relations.relate import Unrelated, relate
from services.dedup.search.candidates import Candidate, Choice, choose
from services.dedup.search.lookup import Hits, Search, Signed
from services.dedup.search.profile import Profile, first_seen_us
from services.dedup.settings import DedupSettings
from services.dedup.stories.placing import Link
from services.dedup.window import Kept, Window

_MOST_REFUSALS = 8
_FORGOTTEN = Known((0, ""), ())
_NO_CHOICE = Choice([], [], 0)


class Findings(NamedTuple):
    """What a version is to the others of its window."""

    relations: list[Relation]
    """All of them; `Pairs.listed` bounds them."""
    refused: list[Refusal]
    links: list[Link]
    beyond: list[str]
    """Versions that may share a fair part of the text, and were not looked at."""
    looked_at: int
    left_out: int
    answers: Counter[str]
    """What came of those looked at; adds up to `looked_at`."""


class Pairs:
    """The exact look at candidates, over the versions a shard remembers."""

    def __init__(
        self,
        window: Window,
        search: Search,
        settings: DedupSettings,
        source_of: Callable[[str], str],
        foresight: Looks | None = None,
    ) -> None:
        """`source_of`: the article that one took its text from, as its story has it; both by id."""
        self._foresight = foresight
        self._window = window
        self._search = search
        self._settings = settings
        self._source_of = source_of

    def find(self, signed: Signed, hits: Hits | None, folded: Folded) -> Findings:
        """Relations to older versions; those from newer ones are added to the newer ones' verdicts."""
        known: dict[str, Kept] = {}
        eligible, weak = self._eligible(signed, hits, known) if hits is not None else ([], 0)
        choice = choose(eligible, self._settings) if eligible else _NO_CHOICE
        weak += choice.weak
        beyond = [candidate.version for candidate in choice.beyond]
        left_out = len(beyond) + weak
        findings = Findings([], [], [], beyond, len(choice.chosen), left_out, Counter())
        beside = [known[candidate.version] for candidate in choice.chosen]
        for candidate, kept in zip(choice.chosen, beside, strict=True):
            answer = self._look(signed.profile, candidate, kept, findings, folded, beside=beside)
            findings.answers[answer] += 1
        folded.note("candidates", str(findings.looked_at))
        for bound, count in (("copies", len(beyond)), ("passages", weak)):
            if count:
                folded.noted["candidates_left_out_total", bound] += count
        return findings

    def listed(
        self, article: str, relations: Sequence[Relation], beyond: Sequence[str] = ()
    ) -> tuple[Relation, ...]:
        """The relations of an article that its verdict lists, and on them the number of the others."""
        most = self._settings.listed_copies
        if are_few(relations, len(beyond), most):
            return tuple(relations)
        known = {relation.other_article_id: self._known(relation.other_version_id) for relation in relations}
        return condense(
            relations,
            known,
            most=most,
            source=self._source_of(article),
            slack=self._settings.story_source_slack,
            beyond=[self._known(version) for version in beyond],
        )

    def _look(
        self,
        mine: Profile,
        candidate: Candidate,
        kept: Kept,
        findings: Findings,
        folded: Folded,
        *,
        beside: Sequence[Kept],
    ) -> PairAnswer:
        """The answer about one pair: the kind of its relation, or why there is none to be told.

        `beside`: all versions that are looked at, of which `kept` is the candidate's.
        """
        other = kept.compared
        order = source_and_taker(mine, other)
        known = self._foresight and self._foresight.answer(order.newer, order.older)
        answer = directed(
            known
            or relate(
                order.newer,
                order.older,
                self._settings,
                bands=candidate.bands,
                samples=candidate.samples,
                witnesses=self._witnesses(beside, order.older),
            ),
            order,
        )
        if isinstance(answer, Unrelated):
            findings.refused.append(_refusal(other, answer))
            folded.note("refusals_total", answer.reason)
            return answer.reason
        forward = order.newer is mine
        findings.links.append(Link(other.article.article_id, answer, forward))
        if (settled := self._settled(kept.record, mine, forward=forward)) is not None:
            folded.note("refusals_total", settled)
            return settled
        if forward:
            findings.relations.append(answer)
        else:
            self._amend(other, answer, folded)
        folded.note("relations_total", answer.kind)
        return answer.kind

    def overlaps(self, mine: Profile) -> Callable[[str, str], bool]:
        """Whether two articles, by id, share enough to stand in one story; asked once a pair."""
        known: dict[tuple[str, str], bool] = {}

        def text_of(article: str) -> Profile | None:
            if article == mine.article.article_id:
                return mine
            kept = self._window.current(article)
            return kept.profile if kept else None

        def overlaps(one: str, other: str) -> bool:
            pair = (one, other) if one < other else (other, one)
            if pair not in known:
                a, b = text_of(one), text_of(other)
                known[pair] = bool(a and b and self._share(a, b) >= self._settings.story_link)
            return known[pair]

        return overlaps

    def _share(self, one: Profile, other: Profile) -> float:
        foreseen = self._foresight.share(one, other) if self._foresight else None
        return shared_share(one, other) if foreseen is None else foreseen

    def is_rewritten(self, mine: Profile, before: Kept | None) -> bool:
        """Whether a version has next to nothing of the text that it replaces."""
        replaced = before.profile if before else None
        if replaced is None:
            return False
        return self._share(replaced, mine) < self._settings.story_link

    def _witnesses(self, beside: Sequence[Kept], older: Profile) -> Iterator[Profile]:
        """What may hold parts of a pair: the other candidates, and what the older text is related to."""
        kept = self._window.get(older.article.version_id)
        related = kept.record.verdict.relations if kept else ()
        found = (self._window.get(relation.other_version_id) for relation in related)
        yield from (one.compared for one in beside)
        yield from (profile for one in found if one and (profile := one.profile))

    def _settled(self, record: Remembered, mine: Profile, *, forward: bool) -> PairAnswer | None:
        """Whether the verdict of the other names this article as its source already, by another version."""
        article, relations = mine.article.article_id, record.verdict.relations
        if not relations:
            return None
        before = self._window.current(article)
        counted = (
            before is not None
            and before.record.first_seen_at < record.article.first_seen_at
            and counting(relations, before.record.verdict.relations) is not None
        )
        listed = (r for r in relations if r.other_article_id == article)
        if not forward:
            return "told-before" if counted or any(listed) else None
        return "took-from" if counted or any(r.kind in REUSE_KINDS for r in listed) else None

    def returned(self, verdict: Verdict, findings: Findings) -> Verdict:
        """A verdict that is given again, and what came of the pairs that were looked at for it."""
        told = {relation.other_article_id for relation in verdict.relations}
        new = (
            r
            for r in findings.relations
            if r.other_article_id not in told
            and counting(verdict.relations, self._known(r.other_version_id).relations) is None
        )
        seen = {refusal.other_version_id for refusal in verdict.refused}
        refused = (refusal for refusal in findings.refused if refusal.other_version_id not in seen)
        return msgspec.structs.replace(
            verdict,
            relations=self.listed(verdict.article_id, (*verdict.relations, *new)),
            refused=bounded((*verdict.refused, *refused)),
            candidates=verdict.candidates + findings.looked_at,
            answers=dict(sorted((Counter(verdict.answers) + findings.answers).items())),
            left_out=verdict.left_out + findings.left_out,
        )

    def _known(self, version: str) -> Known:
        kept = self._window.get(version)
        if kept is None:
            return _FORGOTTEN
        article = kept.record.article
        return Known((first_seen_us(article), article.article_id), kept.record.verdict.relations)

    def _eligible(self, signed: Signed, hits: Hits, known: dict[str, Kept]) -> tuple[list[Candidate], int]:
        """Candidates to choose from, and how many weaker ones there are beside them.

        `known` takes up the versions of the candidates by id.
        """
        mine = signed.profile.article.article_id
        eligible, weaker = self._search.eligible(signed, hits, lambda: self._window.current_version(mine))
        made = []
        for hit in eligible:
            kept = self._window.get(hit.version)
            if kept is None or not kept.is_compared:
                continue
            rank = kept.rank
            if rank[1] != mine:
                estimate = hit.samples / max(1, min(signed.keys.samples, kept.samples))
                made.append(Candidate(hit.version, rank, hit.bands, hit.samples, estimate))
                known[hit.version] = kept
        return made, weaker

    def _amend(self, newer: Profile, relation: Relation, folded: Folded) -> None:
        """A late article is what a decided one took its text from: say so in that one's verdict."""
        kept = self._window[newer.article.version_id]
        relations = self.listed(newer.article.article_id, (*kept.record.verdict.relations, relation))
        verdict = msgspec.structs.replace(kept.record.verdict, relations=relations)
        kept.record = msgspec.structs.replace(kept.record, verdict=verdict)
        folded.verdicts.append(verdict)
        folded.remembered.append(kept.record)


def bounded(refused: Sequence[Refusal]) -> tuple[Refusal, ...]:
    """The first of each reason, and more up to a bound; what is left out is in `others` of the first."""
    if len(refused) <= _MOST_REFUSALS and not any(refusal.others for refusal in refused):
        return tuple(refused)
    sizes = Counter[str]()
    for refusal in refused:
        sizes[refusal.reason] += 1 + refusal.others
    first = {refusal.reason: place for place, refusal in reversed([*enumerate(refused)])}
    more = [place for place in range(len(refused)) if place not in first.values()]
    kept = {*first.values(), *more[: max(0, _MOST_REFUSALS - len(first))]}
    listed = Counter(refused[place].reason for place in kept)
    return tuple(
        msgspec.structs.replace(
            refusal,
            others=sizes[refusal.reason] - listed[refusal.reason] if place == first[refusal.reason] else 0,
        )
        for place, refusal in enumerate(refused)
        if place in kept
    )


def _refusal(other: Profile, answer: Unrelated) -> Refusal:
    return Refusal(
        other_article_id=other.article.article_id,
        other_version_id=other.article.version_id,
        other_url=other.article.url,
        reason=answer.reason,
        detail=answer.detail,
    )
