"""Invented articles and outcomes for the tests of the benches."""

from collections.abc import Iterable, Mapping

from bench.quality.outcome import Outcome, Tie, pair
from bench.quality.truth import TruePair
from services.contracts.articles import Article
from tests.unit.dedup.pieces import article, prose


def texts(count: int, *, hours: float = 1.0, source: str = "talbote") -> list[Article]:
    """`count` articles that share nothing, `hours` apart."""
    return [
        article(prose(number, 120), f"/{number}", source=source, hours=number * hours)
        for number in range(count)
    ]


def outcome(ties: Iterable[Tie] = (), stories: Mapping[str, Iterable[str]] | None = None) -> Outcome:
    homes = {url: name for name, urls in (stories or {}).items() for url in urls}
    return Outcome({pair(tie.newer, tie.older): tie for tie in ties}, homes, 0.0)


def true(older: str, newer: str, **fields: object) -> TruePair:
    """A syndicated pair of equal texts of 100 shingles, but for what `fields` say."""
    plain: dict[str, object] = {
        "across": True,
        "kind": "reuse",
        "shared": 100,
        "older_size": 100,
        "newer_size": 100,
        "jaccard": 1.0,
        "older_in_newer": 1.0,
        "newer_in_older": 1.0,
    }
    return TruePair(older=older, newer=newer, **{**plain, **fields})  # type: ignore[arg-type]
