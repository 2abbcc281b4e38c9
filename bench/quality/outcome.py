"""What a system said of some articles, in the one shape all figures are counted from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from services.contracts.relations import REUSE_KINDS, Passage, RelationKind, Verdict

Pair = tuple[str, str]
"""Two URLs, the lesser first."""


def pair(one: str, other: str) -> Pair:
    return (one, other) if one <= other else (other, one)


class Tie(NamedTuple):
    """A reported relation. Shares are None where a system does not tell them."""

    newer: str
    older: str
    kind: RelationKind
    containment: float | None = None
    """Share of the newer text found in the older one."""
    other_containment: float | None = None
    passages: tuple[Passage, ...] = ()

    @property
    def reuse(self) -> bool:
        return self.kind in REUSE_KINDS


class Outcome(NamedTuple):
    ties: Mapping[Pair, Tie]
    stories: Mapping[str, str]
    """Story id by URL. An article in none stands alone."""
    candidates: float
    """Pairs looked at for an article, mean."""

    def reused(self, one: Pair) -> bool:
        tie = self.ties.get(one)
        return tie is not None and tie.reuse

    def together(self, one: Pair) -> bool:
        home = self.stories.get(one[0])
        return home is not None and home == self.stories.get(one[1])

    def families(self) -> list[list[str]]:
        """Stories of more than one article."""
        members: dict[str, list[str]] = defaultdict(list)
        for url, story in sorted(self.stories.items()):
            members[story].append(url)
        return [urls for urls in members.values() if len(urls) > 1]


def from_verdicts(verdicts: Iterable[Verdict], stories: Mapping[str, Iterable[str]]) -> Outcome:
    """`verdicts`: the latest of each article. `stories`: URLs by story id."""
    ties: dict[Pair, Tie] = {}
    candidates = articles = 0
    for verdict in verdicts:
        articles += 1
        candidates += verdict.candidates
        for relation in verdict.relations:
            ties[pair(verdict.url, relation.other_url)] = Tie(
                verdict.url,
                relation.other_url,
                relation.kind,
                relation.containment,
                relation.other_containment,
                relation.passages,
            )
    homes = {url: story for story, urls in stories.items() for url in urls}
    return Outcome(ties, homes, candidates / max(1, articles))
