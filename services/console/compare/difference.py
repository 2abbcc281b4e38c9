"""One thing that two exports see differently, and many of them: all counted, a few kept to be shown."""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

KINDS: Mapping[str, str] = {
    "only-before": "articles only in the first",
    "only-after": "articles only in the second",
    "other-text": "articles shown in another version",
    "article-field": "articles of which another field differs",
    "screened": "articles kept out of matching now",
    "unscreened": "articles no longer kept out",
    "screen": "articles kept out for another reason",
    "screen-evidence": "articles kept out for the same reason on other evidence",
    "related": "pairs that became related",
    "unrelated": "pairs no longer related",
    "listed": "pairs that are listed now and were counted beside another",
    "unlisted": "pairs that are counted beside another now and no longer listed",
    "kind": "pairs related in another way",
    "direction": "pairs related the other way round",
    "correction": "pairs that are a correction now, or no longer",
    "evidence": "pairs with the same relation on other evidence",
    "refused": "pairs refused now",
    "unrefused": "pairs no longer refused",
    "refusal": "pairs refused for another reason",
    "refusal-evidence": "pairs refused for the same reason on other evidence",
    "role": "articles with another role",
    "taken-from": "articles that took their text from another member",
    "withdrawal": "articles withdrawn now, or no longer",
    "member-field": "members of stories of which another field differs",
    "grew": "stories that grew",
    "shrank": "stories that lost members",
    "exchanged": "stories that lost members and got others",
    "merged": "stories that were merged into another",
    "split": "stories that were split off another",
    "new": "stories that are new",
    "gone": "stories that are gone",
    "renamed": "stories with the same members under another id",
    "lead": "stories with another headline or lead",
    "story-field": "stories with the same members of which another field differs",
    "event": "events",
    "taken-back": "records of withdrawals",
    "dead-letters": "inputs that could not be used, more or fewer",
}
"""What can differ, in the order it is told."""


class Difference(NamedTuple):
    """Compares by when its first article was seen."""

    at: str
    urls: tuple[str, ...]
    """Of a pair the newer article comes first, as the second export has it; of a story its members."""
    kind: str
    what: str
    """The same more closely: `derivative → syndicated`."""
    detail: str = ""


class Differences:
    """`examples` a kind and what are kept, the earliest."""

    def __init__(self, examples: int) -> None:
        self._most = examples
        self._examples: dict[tuple[str, str], list[Difference]] = {}
        self.counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}

    def add(self, found: Iterable[Difference]) -> None:
        for one in found:
            self.counts[one.kind][one.what] += 1
            held = self._examples.setdefault((one.kind, one.what), [])
            held.append(one)
            if len(held) > 2 * self._most:
                held[:] = heapq.nsmallest(self._most, held)

    def count(self, kind: str, what: str, number: int) -> None:
        """Something of which no example can be shown."""
        self.counts[kind][what] += number

    def examples(self, kind: str, what: str) -> list[Difference]:
        return heapq.nsmallest(self._most, self._examples.get((kind, what), ()))

    def shown(self) -> set[str]:
        """The addresses that examples name."""
        return {url for kind, what in self._examples for one in self.examples(kind, what) for url in one.urls}

    def __bool__(self) -> bool:
        return any(count.total() for count in self.counts.values())
