"""What was decided about a pair, from the verdicts that were given then. Nothing is computed here."""

from collections.abc import Iterator
from typing import NamedTuple

from services.console.explain.evidence import Evidence
from services.contracts.articles import Article
from services.contracts.relations import REUSE_KINDS, Refusal, Relation, Verdict
from services.dedup.relations.listing import counting


class Related(NamedTuple):
    newer: Verdict
    relation: Relation


class Refused(NamedTuple):
    """The pair was looked at and is none."""

    verdict: Verdict
    refusal: Refusal


class KeptOut(NamedTuple):
    """One of the two, or both, was never compared with anything."""

    verdicts: tuple[Verdict, ...]


class Counted(NamedTuple):
    """The two share the text of a source, and the pair is one of those that its relation counts."""

    verdict: Verdict
    relation: Relation


class Unlisted(NamedTuple):
    """No verdict names the pair."""

    refused: tuple[Refusal, ...]
    """Those that count others beside them, which are not listed: the pair may be one of these."""
    left_out: int
    carriers: int = 0
    """Articles that share a passage with one of the two and are counted beside another."""


Decision = Related | Refused | KeptOut | Counted | Unlisted


def decision(evidence: Evidence, one: Article, other: Article) -> Decision:
    """What the latest verdicts say of the pair, then what those on earlier texts of the two said."""
    older, newer = sorted((one, other), key=lambda article: (article.first_seen_at, article.article_id))
    pairs = [(newer, older), (older, newer)]
    for age in range(max(len(evidence.verdicts.get(a.article_id, ())) for a, _ in pairs)):
        told = [found for mine, theirs in pairs for found in _told(evidence, mine, theirs, age)]
        if told:
            return min(told, key=lambda found: isinstance(found, Refused))
        if age == 0 and (unnamed := _unnamed(evidence, pairs)):
            return unnamed
    latest = [verdict for mine, _ in pairs if (verdict := evidence.verdict(mine))]
    return Unlisted(
        tuple(refusal for verdict in latest for refusal in verdict.refused if refusal.others),
        sum(verdict.left_out for verdict in latest),
        sum(r.others for verdict in latest for r in verdict.relations if r.kind not in REUSE_KINDS),
    )


def _told(evidence: Evidence, mine: Article, other: Article, age: int) -> Iterator[Related | Refused]:
    """`age`: how many later verdicts there are on the article."""
    said = evidence.verdicts.get(mine.article_id, [])
    for verdict in said[len(said) - 1 - age : len(said) - age] if age < len(said) else ():
        for relation in verdict.relations:
            if relation.other_article_id == other.article_id:
                yield Related(verdict, relation)
        for refusal in verdict.refused:
            if refusal.other_article_id == other.article_id:
                yield Refused(verdict, refusal)


def _unnamed(evidence: Evidence, pairs: list[tuple[Article, Article]]) -> KeptOut | Counted | None:
    """What the verdicts in force say of the pair without naming it."""
    newer, older = (evidence.verdict(mine) for mine, _ in pairs)
    screened = tuple(verdict for verdict in (older, newer) if verdict and verdict.outcome == "screened")
    if screened:
        return KeptOut(screened)
    if newer and older and (relation := counting(newer.relations, older.relations)):
        return Counted(newer, relation)
    return None
