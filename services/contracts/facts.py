"""What copy says, as data: names, figures, quotations, where it was sent from, what it is about."""

from datetime import datetime
from typing import Literal

import msgspec

from services.contracts.version import version_1

NameKind = Literal["person", "organisation", "place", "country", ""]
Bound = Literal["", "about", "up-to", "at-least"]


class Name(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Somebody or something that copy names, under all the spellings met."""

    name: str
    """The spelling met most often."""
    kind: NameKind = ""
    """Empty where the copy does not tell."""
    code: str = ""
    """Of a country: ISO 3166-1 alpha-2."""
    variants: tuple[str, ...] = ()
    """Other spellings, the most frequent first."""
    count: int = 1
    """How often it is named."""


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One number and what it counts."""

    value: float
    unit: str = ""
    """`%`, an ISO 4217 code, a unit of measure, or empty for things that are counted."""
    what: str = ""
    """What is counted, as a folded word: equal for its forms."""
    label: str = ""
    """What is counted, as written."""
    text: str
    """As written."""
    bound: Bound = ""


class Quote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    text: str
    speaker: str = ""
    """Who said it, as named beside it; empty where nobody is."""


class FigurePoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A figure in one version of one article."""

    figure: Figure
    url: str
    source: str
    version_id: str
    at: datetime
    """When the version was first seen."""


class FigureLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How the count of one thing went, across versions and outlets, in order of time."""

    what: str
    unit: str = ""
    label: str = ""
    points: tuple[FigurePoint, ...] = ()
    conflict: bool = False
    """The latest versions of different articles give different values."""


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What one text says."""

    lead: str = ""
    """Its first paragraph, cut at 400 characters."""
    byline: str = ""
    dateline: str = ""
    """Where it was sent from."""
    names: tuple[Name, ...] = ()
    figures: tuple[Figure, ...] = ()
    quotes: tuple[Quote, ...] = ()
    keywords: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """Outlets that it says it has its news from, in order of appearance."""


class ArticleFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """enrich's changelog: what an article says. Key of `enrich-state`: `facts:<article_id>`."""

    schema_version: int = msgspec.field(default_factory=version_1)
    article_id: str
    version_id: str
    seen_at: datetime
    """When that version was last seen to become what the article shows."""
    facts: Facts
    past: tuple[FigurePoint, ...] = ()
    """Figures of its earlier versions that its text no longer gives, bounded."""
    extractor: str = ""
    """Who read it, as `enrich.extractor` named them; empty: the rules."""
