"""Pairs that one export lists and the other only counts: of a text in many copies a few are named."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from services.console.compare.exports import Export, row_of
from services.console.compare.join import join
from services.console.compare.pairs import Ends
from services.console.export.sorted_lines import SortedLines
from services.contracts.relations import REUSE_KINDS, Relation
from services.dedup.relations.listing import counting


def counted_pairs(listed: SortedLines, export: Export) -> frozenset[Ends]:
    """Relations in `listed` of which `export` names none and counts one.

    In memory are the pairs that may be such, and what `export` relates their articles to.
    """
    maybe = set(_unnamed(listed, export))
    ends = {url for pair in maybe for url in pair}
    relations: dict[str, list[Relation]] = defaultdict(list)
    for _, line in export.pairs.pairs() if ends else ():
        row = row_of(line)
        if "kind" in row and row["url"] in ends:
            relations[row["url"]].append(msgspec.convert(row, Relation))
    return frozenset((one, other) for one, other in maybe if _counted(relations, one, other))


def _unnamed(listed: SortedLines, export: Export) -> list[Ends]:
    found = []
    for _, one, other in join(listed.pairs(), export.pairs.pairs()):
        relation = next((row for row in map(row_of, one) if "kind" in row), None)
        if relation is None or any("kind" in row_of(line) for line in other):
            continue
        ends = relation["url"], relation["other_url"]
        if not export.counting.isdisjoint(ends):
            found.append(ends)
    return found


def _counted(relations: Mapping[str, Sequence[Relation]], one: str, other: str) -> bool:
    return any(
        counting(relations[mine], relations[theirs]) or _carried(relations[mine], relations[theirs])
        for mine, theirs in ((one, other), (other, one))
        if mine in relations and theirs in relations
    )


def _carried(relations: Sequence[Relation], others: Sequence[Relation]) -> bool:
    """Whether one of `relations` counts an article that shares a passage with the same one."""
    shared = {relation.other_article_id for relation in others}
    return any(r.others and r.kind not in REUSE_KINDS and r.other_article_id in shared for r in relations)
