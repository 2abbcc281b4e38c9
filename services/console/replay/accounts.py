"""Whether a replay's numbers add up: every input ends somewhere, by name."""

from collections.abc import Mapping
from typing import NamedTuple

from services.console.export.tally import Tally

BOOKKEEPING = ("progress", "tick", "canary", "subscribed", "unsubscribed")
"""Outcomes of ingest that are no input of the recording."""
POLLS = ("polled", "not-modified", "same-body", "poll-failed")


class Account(NamedTuple):
    """`total` of `what` must be the sum of `parts`."""

    what: str
    total: int
    parts: Mapping[str, int]

    @property
    def missing(self) -> int:
        return self.total - sum(self.parts.values())

    def __str__(self) -> str:
        return f"{self.what}: {self.total:,} = " + " + ".join(
            f"{count:,} {name}" for name, count in self.parts.items()
        )


class Ingested(NamedTuple):
    """What became of the items of the recordings."""

    there: int
    before: int
    """How many of them an earlier run on the same log published."""
    outcomes: Mapping[str, int]
    dead: int
    unfetched: int
    """Entries that feeds listed and whose page the recordings do not hold."""


def inputs(ingested: Ingested) -> Account:
    """Items of the recordings against what became of them."""
    rest = dict(ingested.outcomes)
    for name in BOOKKEEPING:
        rest.pop(name, None)
    parts = {
        "done before": ingested.before,
        "articles": rest.pop("article", 0),
        "polls": sum(rest.pop(name, 0) for name in POLLS),
        "withdrawn": rest.pop("withdrawn", 0),
        "known": rest.pop("unchanged", 0),
        "not fetched": rest.pop("page-failed", 0),
        "dead letters": ingested.dead,
        "ignored": sum(rest.values()),
    }
    return Account("inputs", ingested.there, parts)


def versions(tally: Tally) -> Account:
    """Article records on the log against dedup's verdicts."""
    parts = {
        "in stories": tally.decided["story"],
        "screened": tally.decided["screened"],
        "repeated": tally.records - tally.versions,
        "dead letters": tally.dead_of("dedup"),
    }
    return Account("article versions", tally.records + tally.unreadable, parts)
