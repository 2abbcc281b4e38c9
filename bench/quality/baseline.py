"""What plain datasketch makes of some articles: pairs estimated at J >= .5, stories by union-find."""

from collections.abc import Sequence
from typing import NamedTuple

from bench.quality.outcome import Outcome, Pair, Tie, pair
from bench.tutorial import THRESHOLD, Taken, Tutorial
from services.contracts.articles import Article
from services.contracts.relations import RelationKind


class Baseline(NamedTuple):
    outcome: Outcome
    kept: float
    """Share of articles whose story id never changed once they were in."""


def run(articles: Sequence[Article]) -> Baseline:
    """`articles` in order of first sight."""
    index = Tutorial()
    taken = {article.url: index.take(article.url, article.text) for article in articles}
    sources = {article.url: article.source for article in articles}
    ties: dict[Pair, Tie] = {}
    families = Families()
    for article in articles:
        url = article.url
        near = [other for other in taken[url].found if _estimate(taken[url], taken[other]) >= THRESHOLD]
        for other in near:
            kind: RelationKind = "duplicate" if sources[url] == sources[other] else "syndicated"
            ties[pair(url, other)] = Tie(url, other, kind)
        families.add(url, near)
    candidates = sum(len(one.found) for one in taken.values()) / max(1, len(taken))
    kept = 1 - len(families.moved) / max(1, len(articles))
    return Baseline(Outcome(ties, families.home, candidates), kept)


class Families:
    """Connected components, named after their first member."""

    def __init__(self) -> None:
        self.home: dict[str, str] = {}
        self.moved: set[str] = set()
        """Members whose family was swallowed by an older one."""
        self._members: dict[str, list[str]] = {}
        """By family, the oldest family first."""

    def add(self, name: str, near: Sequence[str]) -> None:
        """A new member, and the older ones it joins into one family."""
        wanted = {self.home[other] for other in near}
        joined = [family for family in self._members if family in wanted] if wanted else []
        family = joined[0] if joined else name
        self._members.setdefault(family, []).append(name)
        self.home[name] = family
        for swallowed in joined[1:]:
            members = self._members.pop(swallowed)
            self.moved.update(members)
            self.home.update(dict.fromkeys(members, family))
            self._members[family] += members


def _estimate(one: Taken, other: Taken) -> float:
    if one.signature is None or other.signature is None:
        return 0.0
    return float(one.signature.jaccard(other.signature))
