"""Whether two reports are instalments of a series: told each day anew, in the words of the day before.

A market's figures, a draw of the lottery, a bank's operations: the headline is the same but for its figures,
so are the words, and what is counted is another count. Each of them tells of its own day.
"""

from services.contracts.events import EventReport
from services.enrich.events.reports import WHOLE, cosine

HEADLINE, WORDS = 740, 750_000
"""From how much of either headline, in thousandths, and from which likeness of all words on."""
BARE_HEADLINE, BARE_WORDS = 850, 850_000
"""The same where one of them has no numbers by which it could be told apart."""
NUMBERS = 600
"""From how many thousandths of the numbers of the one that has fewer on both tell the same."""


def are_instalments(one: EventReport, other: EventReport) -> bool:
    """Of different days. What is told twice has the same numbers."""
    if one.seen_at.toordinal() == other.seen_at.toordinal():
        return False
    headline = _headline(one, other)
    if headline < HEADLINE:
        return False
    words = cosine(one.words, other.words)
    mine, its = _numbers(one), _numbers(other)
    fewer = min(len(mine), len(its))
    if not fewer:
        return headline >= BARE_HEADLINE and words >= BARE_WORDS
    return words >= WORDS and WHOLE * len(mine & its) < NUMBERS * fewer


def _headline(one: EventReport, other: EventReport) -> int:
    """How much of either headline, its figures left out, is in the other: the lesser share in thousandths."""
    mine, its = _said(one), _said(other)
    if not mine or not its:
        return 0
    return min(_share(mine, its), _share(its, mine))


def _said(report: EventReport) -> dict[str, int]:
    return {term: share for term, share in report.headline.items() if not _is_number(term)}


def _share(said: dict[str, int], other: dict[str, int]) -> int:
    return WHOLE * sum([share for term, share in said.items() if term in other]) // max(1, sum(said.values()))


def _numbers(report: EventReport) -> set[str]:
    return {term for term in report.words if _is_number(term)}


def _is_number(term: str) -> bool:
    return term[0].isdigit()
