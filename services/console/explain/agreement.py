"""In what the rules would decide a pair otherwise today. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from services.console.explain.decision import Counted, Decision, KeptOut, Refused, Related, Unlisted
from services.contracts.relations import REUSE_KINDS, Relation
from services.dedup.relations.explain import Comparison

NOT_LOOKED_AT = "not looked at"


class Outcome(NamedTuple):
    """One of: related, refused, kept out, not looked at; and everything that was decided with it."""

    what: str
    facts: Mapping[str, str]
    """What was not kept is not among them."""

    @property
    def words(self) -> str:
        """Such as `refused (template)`."""
        told = self.facts.get("kind", "") if self.what == "related" else ", ".join(self.facts.values())
        return f"{self.what} ({told})" if told else self.what


def disagreements(then: Decision, now: Comparison, *, apart: bool) -> list[str]:
    """Each point in which the two differ, such as `kind: syndicated → derivative`.

    `apart`: texts of two shards, which are not compared. Of a pair that was only counted the facts are
    not kept, so that it disagrees with little.
    """
    today = outcome_today(now, apart=apart)
    if isinstance(then, Unlisted) and _may_be_counted(then, today):
        return []
    before = _outcome_then(then)
    if before.what != today.what:
        return [f"{before.words} → {today.words}"]
    names = [*before.facts, *(name for name in today.facts if name not in before.facts)]
    if today.what == "related":
        names = [name for name in names if name in before.facts and name in today.facts]
    pairs = ((name, before.facts.get(name, "no"), today.facts.get(name, "no")) for name in names)
    return [f"{name}: {one} → {other}" for name, one, other in pairs if one != other]


def outcome_today(now: Comparison, *, apart: bool) -> Outcome:
    """What would be decided about the pair, if no stronger ones filled the bounds."""
    if now.screens:
        return Outcome("kept out", {url: why.reason for url, why in now.screens})
    if apart or not now.near or not now.candidate:
        return Outcome(NOT_LOOKED_AT, {})
    if isinstance(now.answer, Relation):
        return _related(now.newer.url, now.answer)
    return Outcome("refused", {"reason": now.answer.reason})


def _outcome_then(then: Decision) -> Outcome:
    match then:
        case Related(verdict, relation):
            return _related(verdict.url, relation)
        case Counted():
            return Outcome("related", {"takes over text": "yes"})
        case Refused(_, refusal):
            return Outcome("refused", {"reason": refusal.reason})
        case KeptOut(verdicts):
            return Outcome("kept out", {one.url: str(one.reason) for one in verdicts})
        case Unlisted():
            return Outcome(NOT_LOOKED_AT, {})


def _related(newer: str, relation: Relation) -> Outcome:
    facts = {
        "kind": relation.kind,
        "takes over text": "yes" if relation.kind in REUSE_KINDS else "no",
        "correction": "yes" if relation.correction else "no",
        "newer": newer,
    }
    if relation.direction is not None:
        facts["evidence of direction"] = relation.direction
    return Outcome("related", facts)


def _may_be_counted(then: Unlisted, today: Outcome) -> bool:
    """Whether it is of a kind of which more pairs were decided so than are listed."""
    if today.what == "refused":
        return today.facts["reason"] in {refusal.reason for refusal in then.refused}
    return bool(then.carriers) and today.facts.get("kind") == "background"
