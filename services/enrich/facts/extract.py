"""The facts of one text, by rules and data.

Another extractor may stand in its place: `services/enrich/extractor.py`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from services.contracts.facts import Facts, Name
from services.enrich.facts.figures import figures
from services.enrich.facts.heads import byline, dateline, lead
from services.enrich.facts.keywords import keywords
from services.enrich.facts.landmarks import TOGETHER, landmarks
from services.enrich.facts.names import names
from services.enrich.facts.quotes import quotes
from services.enrich.facts.sources import sources


class Copy(NamedTuple):
    """What is read."""

    title: str
    text: str
    language: str
    """As the article says; of an unknown one the rules of all are tried."""


def facts(title: str, text: str, language: str) -> Facts:
    return facts_of([Copy(title, text, language)])[0]


def facts_of(texts: Sequence[Copy]) -> list[Facts]:
    """Of each.

    One kind is looked for in several texts before the next kind: so the processor has at hand what that
    takes, which saves a sixth.
    """
    found: list[Facts] = []
    for begin in range(0, len(texts), TOGETHER):
        some = texts[begin : begin + TOGETHER]
        for one in some:
            landmarks(one.title, one.text)
        found += _around([names(one.title, one.text, base_of(one.language)) for one in some], some)
    return found


def facts_around(named: tuple[Name, ...], title: str, text: str, language: str) -> Facts:
    """The same where it is known already whom the text names."""
    return _around([named], [Copy(title, text, language)])[0]


def _around(named: Sequence[tuple[Name, ...]], texts: Sequence[Copy]) -> list[Facts]:
    read = [(one.title, one.text, base_of(one.language)) for one in texts]
    columns = (
        [lead(one.text) for one in texts],
        [byline(one.text) for one in texts],
        [dateline(one.text) for one in texts],
        named,
        [figures(*one) for one in read],
        [quotes(*one, whom) for one, whom in zip(read, named, strict=True)],
        [keywords(*one, whom) for one, whom in zip(read, named, strict=True)],
        [sources(one.text) for one in texts],
    )
    return [
        Facts(
            lead=lead_,
            byline=byline_,
            dateline=dateline_,
            names=names_,
            figures=figures_,
            quotes=quotes_,
            keywords=keywords_,
            sources=sources_,
        )
        for lead_, byline_, dateline_, names_, figures_, quotes_, keywords_, sources_ in zip(
            *columns, strict=True
        )
    ]


def base_of(language: str) -> str:
    """`de` of `de-AT`."""
    return language.partition("-")[0].lower()
