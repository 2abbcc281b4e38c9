"""Which relations of a version are listed one by one, and which are counted beside them.

150 copies of one report are 11,000 pairs that all say the same. Of a text that many articles share, a copy
names its source and the strongest few, and how many others there are. Up to `listed_copies` nothing is left
out, and what takes from many different texts names them all: only articles whose own relations make them one
text (or carriers of one passage) stand for each other.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from services.contracts.relations import REUSE_KINDS, Relation

_STRONGEST = 2
"""Listed beside the source."""
_ONE_TEXT = 0.5
"""Share of one text that is in another and makes the two one."""


class Known(NamedTuple):
    """An article that a version relates to, as it was decided."""

    rank: tuple[int, str]
    relations: Sequence[Relation]
    """To what it took from."""


def condense(
    relations: Sequence[Relation],
    known: Mapping[str, Known],
    *,
    most: int,
    source: str = "",
    slack: float = 0.0,
    beyond: Sequence[Known] = (),
) -> tuple[Relation, ...]:
    """The relations to list, in the order given. What is left out is in `others` of the source's.

    `known` is by article id; `source` is the one that the story names, listed in any case; sources that
    match within `slack` go by time; `beyond` share keys with the version and were not looked at.
    """
    if are_few(relations, len(beyond), most):
        return tuple(relations)
    listed: dict[str, Relation] = {}
    for family in _families(relations, known):
        uncounted = sum(not family.articles.isdisjoint(_texts(one.relations)) for one in beyond)
        size = uncounted + sum(1 + relation.others for relation in family.relations)
        if size <= most:
            listed |= {relation.other_article_id: relation for relation in family.relations}
            continue
        few = _few(family.relations, known, source, slack)
        told = msgspec.structs.replace(few[0], others=size - len(few))
        rest = [msgspec.structs.replace(relation, others=0) for relation in few[1:]]
        listed |= {relation.other_article_id: relation for relation in (told, *rest)}
    return tuple(listed[r.other_article_id] for r in relations if r.other_article_id in listed)


def are_few(relations: Sequence[Relation], beyond: int, most: int) -> bool:
    """Whether each is listed: no more articles share text than `most`, those not looked at among them."""
    return not relations or sum(1 + relation.others for relation in relations) + beyond <= most


def counting(relations: Sequence[Relation], others: Sequence[Relation]) -> Relation | None:
    """The one of `relations` that counts an article which has its text from the same source (`others`)."""
    texts = _texts(others)
    return next(
        (r for r in relations if r.others and r.kind in REUSE_KINDS and r.other_article_id in texts), None
    )


class _Family(NamedTuple):
    """Relations to articles that share one text among themselves, and the ids of these and their sources."""

    relations: list[Relation]
    articles: set[str]


def _families(relations: Sequence[Relation], known: Mapping[str, Known]) -> Iterator[_Family]:
    """Relations that re-use, and those that share passages, apart."""
    for reuse in (True, False):
        families: list[_Family] = []
        for relation in relations:
            if (relation.kind in REUSE_KINDS) != reuse:
                continue
            other = known[relation.other_article_id].relations
            articles = {relation.other_article_id, *(_texts(other) if reuse else _all(other))}
            joined = [family for family in families if not family.articles.isdisjoint(articles)]
            families = [family for family in families if family not in joined]
            families.append(
                _Family(
                    [one for family in joined for one in family.relations] + [relation],
                    articles.union(*(family.articles for family in joined)),
                )
            )
        yield from families


def _texts(relations: Sequence[Relation]) -> set[str]:
    """Of whom it is a copy."""
    return {
        relation.other_article_id
        for relation in relations
        if relation.kind in REUSE_KINDS and max(relation.containment, relation.other_containment) >= _ONE_TEXT
    }


def _all(relations: Sequence[Relation]) -> set[str]:
    return {relation.other_article_id for relation in relations}


def _few(
    relations: Sequence[Relation], known: Mapping[str, Known], source: str, slack: float
) -> list[Relation]:
    """The source first, then the strongest."""
    nearest = max(relation.containment for relation in relations) - slack

    def to_source(relation: Relation) -> tuple[bool, bool, tuple[int, str]]:
        other = relation.other_article_id
        return other != source, relation.containment < nearest, known[other].rank

    first = min(relations, key=to_source)
    strongest = sorted(
        (relation for relation in relations if relation is not first),
        key=lambda relation: (-relation.jaccard, known[relation.other_article_id].rank),
    )
    return [first, *strongest[:_STRONGEST]]
