"""The facts of one text, by rules and data.

Another extractor may stand in its place: `services/enrich/extractor.py`.
"""

from services.contracts.facts import Facts, Name
from services.enrich.facts.figures import figures
from services.enrich.facts.heads import byline, dateline, lead
from services.enrich.facts.keywords import keywords
from services.enrich.facts.names import names
from services.enrich.facts.quotes import quotes
from services.enrich.facts.sources import sources


def facts(title: str, text: str, language: str) -> Facts:
    """`language`: as the article says; of an unknown one the rules of all are tried."""
    return facts_around(names(title, text, base_of(language)), title, text, language)


def facts_around(named: tuple[Name, ...], title: str, text: str, language: str) -> Facts:
    """The same where it is known already whom the text names."""
    base = base_of(language)
    return Facts(
        lead=lead(text),
        byline=byline(text),
        dateline=dateline(text),
        names=named,
        figures=figures(title, text, base),
        quotes=quotes(title, text, base, named),
        keywords=keywords(title, text, base, named),
        sources=sources(text),
    )


def base_of(language: str) -> str:
    """`de` of `de-AT`."""
    return language.partition("-")[0].lower()
