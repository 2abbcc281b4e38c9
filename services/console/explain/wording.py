"""Decisions in sentences that need no manual; their numbers come after them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.contracts.articles import Article
from services.contracts.relations import Direction, RefusalReason, Relation, RelationKind, ScreenReason

_KINDS: Mapping[RelationKind, str] = {
    "duplicate": "{newer} shows its own text again at another address",
    "syndicated": "{newer} runs the report that {older} has, whole, cut or extended",
    "derivative": "{newer} takes over a good part of the text of {older} and writes the rest itself",
    "update": "{newer} brings a later state of the same piece",
    "background": "the two share passages, but not the report",
}
_REASONS: Mapping[RefusalReason, str] = {
    "empty": "it has neither title nor text",
    "stub": "it is what stands before a paywall, not the article",
    "consent": "it asks for consent to tracking and tells no news",
    "template": "the same form with another content: two fillings, or two parts of a series",
    "ticker": "it is a running chronicle, which quotes reports and is none of them",
    "teaser": "what they share belongs to the site, not to the articles",
    "beyond-window": "it came too late to be compared with what is decided",
    "little-evidence": "they have too little in common that is not said all the time",
    "short-passages": "they have words in common, but no passage that is long enough",
}
_OF_PAIRS: Mapping[RefusalReason, str] = {
    "stub": "most of both is text of the site, as it stands before a paywall, and about neither title",
    "ticker": "one is a running chronicle, which quotes the other and is no report of its own",
}
"""Reasons that say something else of a pair than of an article."""
_DIRECTIONS: Mapping[Direction, str] = {
    "credit": "{newer} credits the agency {older}, so it has the text from there, whoever was seen first",
    "notice": "a notice speaks of what it withdraws",
    "undecided": "both were first seen at one moment, so nobody can say who took from whom",
}


def kind(relation: Relation, newer: Article, older: Article | None) -> str:
    """What one article is to the other."""
    names = _names(newer, older, relation.other_url)
    corrects = " and says that it corrects" if relation.correction else ""
    return _KINDS[relation.kind].format(**names) + corrects


def direction(relation: Relation, newer: Article, older: Article | None) -> str:
    """By which evidence the newer is the one that took."""
    if relation.direction is None:
        return "decided by Newsfold 0.1, which did not keep by which evidence"
    names = _names(newer, older, relation.other_url)
    if relation.direction != "first-seen":
        return _DIRECTIONS[relation.direction].format(**names)
    if older is None:
        return "the other was seen first"
    return f"{names['older']} was seen first, {_apart(older.first_seen_at, newer.first_seen_at)} earlier"


def screen_reason(why: ScreenReason) -> str:
    """Why an article is kept out of matching."""
    return _REASONS[why]


def refusal_reason(why: RefusalReason) -> str:
    """Why two articles that were looked at are no pair."""
    return _OF_PAIRS.get(why) or _REASONS[why]


def others(relation: Relation) -> str:
    """The copies that are counted and not listed; empty where there are none."""
    if not relation.others:
        return ""
    shared = "this passage" if relation.kind == "background" else "this text"
    return f"{relation.others:,} more articles share {shared} and are not listed one by one"


def _names(newer: Article, older: Article | None, url: str) -> dict[str, str]:
    if older is None:
        return {"newer": newer.source, "older": url}
    own = newer.source == older.source
    return {"newer": newer.source, "older": "the other one" if own else older.source}


def _apart(earlier: datetime, later: datetime) -> str:
    """Such as 3 days, 5 hours, 12 minutes."""
    span = abs(later - earlier)
    for name, length in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count = span // timedelta(seconds=length)
        if count:
            return f"{count:,} {name}{'s' if count > 1 else ''}"
    return "less than a second"
