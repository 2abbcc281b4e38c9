"""What the texts of a story say together."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from services.contracts.clusters import Member
from services.contracts.facts import ArticleFacts, FigureLine, Name, Quote
from services.enrich.facts.folding import MOST, fold_names
from services.enrich.facts.timeline import timeline

_QUOTES = 8
_KEYWORDS = 8
_SAME = 60
"""Characters at the head of a quotation by which it is known again."""


class FactSummary(NamedTuple):
    names: tuple[Name, ...] = ()
    figures: tuple[FigureLine, ...] = ()
    quotes: tuple[Quote, ...] = ()
    keywords: tuple[str, ...] = ()


def facts_of_story(members: Sequence[Member], known: Mapping[str, ArticleFacts]) -> FactSummary:
    told = [known[m.article_id].facts for m in members if m.article_id in known and not m.notice]
    if not told:
        return FactSummary()
    credited = {agency for member in members for agency in (*member.agencies, member.agency) if agency}
    if len(told) == 1:
        one = told[0]
        return FactSummary(
            _without(one.names, credited)[:MOST],
            timeline(members, known),
            one.quotes[:_QUOTES],
            one.keywords[:_KEYWORDS],
        )
    words = Counter(word for facts in told for word in facts.keywords)
    return FactSummary(
        names=fold_names(_without(facts.names, credited) for facts in told),
        figures=timeline(members, known),
        quotes=_quotes(quote for facts in told for quote in facts.quotes),
        keywords=tuple(sorted(words, key=lambda word: -words[word])[:_KEYWORDS]),
    )


def _without(names: tuple[Name, ...], agencies: Collection[str]) -> tuple[Name, ...]:
    """Who supplied the copy is nobody it is about."""
    if not agencies:
        return names
    return tuple(name for name in names if name.name.casefold() not in agencies)


def _quotes(said: Iterable[Quote]) -> tuple[Quote, ...]:
    """Each once, with its speaker where some text names one."""
    found: dict[str, Quote] = {}
    for quote in said:
        head = quote.text[:_SAME].casefold()
        if head not in found or (quote.speaker and not found[head].speaker):
            found[head] = quote
    return tuple(list(found.values())[:_QUOTES])
