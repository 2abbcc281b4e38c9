"""Whether a replay's numbers add up: every input ends somewhere, by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, get_args

from services.console.export.tally import Tally
from services.contracts.relations import RelationKind
from services.ops.outcomes import OTHER

BOOKKEEPING = ("progress", "tick", "canary", "lease", "subscribed", "unsubscribed")
"""Outcomes of ingest that are no input of the recording."""
_KINDS = get_args(RelationKind)
POLLS = ("polled", "not-modified", "same-body")


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
    failed_polls: Mapping[str, int] = MappingProxyType({})
    failed_pages: Mapping[str, int] = MappingProxyType({})
    """Both by reason."""


def inputs(ingested: Ingested) -> Account:
    """Items of the recordings against what became of them."""
    rest = dict(ingested.outcomes)
    for name in BOOKKEEPING:
        rest.pop(name, None)
    parts = {
        "done before": ingested.before,
        "articles": rest.pop("article", 0),
        "polls": sum(rest.pop(name, 0) for name in POLLS),
        **_by_reason("polls failed", rest.pop("poll-failed", 0), ingested.failed_polls),
        "known": rest.pop("unchanged", 0),
        "withdrawn": rest.pop("withdrawn", 0),
        **_by_reason("pages not read", rest.pop("page-failed", 0), ingested.failed_pages),
        "dead letters": ingested.dead,
        **{f"ignored: {name.removeprefix('skipped-')}": count for name, count in sorted(rest.items())},
    }
    return Account("inputs", ingested.there, parts)


def _by_reason(what: str, total: int, reasons: Mapping[str, int]) -> Mapping[str, int]:
    """Parts of `total`, the commonest first; what has no reason has that for one."""
    known = sorted(reasons.items(), key=lambda part: (-part[1], part[0]))
    rest = total - sum(reasons.values())
    return {f"{what}: {reason}": count for reason, count in [*known, ("no reason told", rest)] if count}


def pairs(tally: Tally) -> Account:
    """Pairs that dedup looked at against what came of them."""
    answers = sorted(tally.answers.items(), key=lambda part: (part[0] not in _KINDS, -part[1], part[0]))
    parts = {_answer(name): count for name, count in answers if count}
    return Account("pairs verified", tally.verified, parts)


def _answer(name: str) -> str:
    if name == OTHER:
        return "decided by Newsfold 0.1, which did not tell"
    return f"{'related' if name in _KINDS else 'refused'}: {name}"


def versions(tally: Tally) -> Account:
    """Article records on the log against dedup's verdicts."""
    parts = {
        "in stories": tally.decided["story"],
        "screened": tally.decided["screened"],
        "repeated": tally.records - tally.versions,
        "dead letters": tally.dead_of("dedup"),
    }
    return Account("article versions", tally.records + tally.unreadable, parts)
