"""Which of two members was there first, and what says so.

First sight is an interval: not there at the look before, there at this one. Two intervals that overlap
prove no order. What stood there at the first look at its feed may have come at any time before.
"""

import re
from datetime import timedelta
from typing import NamedTuple

from services.contracts.clusters import Member
from services.contracts.stories import Evidence, Sureness

RHYTHM = timedelta(minutes=15)
"""How far apart first sights must lie to speak for an order where nothing is known of the looks before."""
_CUT = 0.85
"""Share of a text found in another that makes it a cut of it …"""
_WHOLE = 0.7
"""… where no more than this of the other is found in it."""


class Order(NamedTuple):
    """What speaks for it that one member has its text from another."""

    evidence: tuple[Evidence, ...]
    sure: Sureness
    reason: str


def squeezed(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())


def names_outlet(cited: str, source: str) -> bool:
    """Whether a cited name is a member's publisher: "Nordblatt Online" and nordblatt.example are."""
    said, known = squeezed(cited), squeezed(source.partition(".")[0])
    return bool(known) and (said == known or (len(known) > 3 and said.startswith(known)))


def came_later(first: Member, second: Member) -> Order:
    """What says that `second` came after `first`, going by when and how they were seen alone."""
    apart = second.first_seen_at - first.first_seen_at
    if second.absent_at and first.first_seen_at <= second.absent_at:
        return Order(("first-seen",), "proved", "it was not there when the other had been seen")
    dated = _published_later(first, second)
    if second.standing or second.absent_at:
        why = "it stood there at the first look at its feed" if second.standing else _overlap(second)
        return _by_date(dated, why)
    if apart < RHYTHM:
        return _by_date(dated, f"both were first seen within {_minutes(RHYTHM)}")
    evidence: tuple[Evidence, ...] = ("first-seen", "published") if dated else ("first-seen",)
    return Order(evidence, "likely", f"it was first seen {_length(apart)} later")


def _by_date(dated: bool, why: str) -> Order:
    if dated:
        return Order(("published",), "likely", f"{why}; by the publishers' dates it is the later one")
    return Order((), "undecided", f"{why}: who was first is undecided")


def _published_later(first: Member, second: Member) -> bool:
    if first.published_at is None or second.published_at is None:
        return False
    return second.published_at - first.published_at >= RHYTHM


def _overlap(second: Member) -> str:
    assert second.absent_at is not None
    between = _length(second.first_seen_at - second.absent_at)
    return f"its outlet was looked at every {between}, and the other was seen in between"


def taken(member: Member, of: Member) -> Order:
    """What says that `member` has its text from `of`."""
    told = came_later(of, member)
    found = list(told.evidence)
    reasons = [told.reason]
    sure = told.sure
    if member.direction == "notice":
        return Order(("notice",), "proved", "it withdraws the other")
    if shared := sorted({*member.agencies} & {*of.agencies} - {member.agency, of.agency}):
        why = f"both credit {shared[0]}, from which either may have it"
        return Order(tuple(found), "undecided", why)
    if _is_cut(member):
        found.append("contained")
        reasons.insert(0, "it is a cut of the other")
        sure = "likely" if sure == "undecided" else sure
    if any(names_outlet(name, of.source) for name in member.cited):
        found.insert(0, "cited")
        reasons = [f"it names {of.source} as its source"]
        sure = "proved"
    if of.agency and of.agency in member.agencies:
        found.insert(0, "credit")
        reasons = [f"it credits {of.agency}, whose own item this is"]
        sure = "proved"
    return Order(tuple(dict.fromkeys(found)), sure, "; ".join(reasons))


def _is_cut(member: Member) -> bool:
    return member.containment >= _CUT and member.other_containment <= _WHOLE


def _length(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:.0f} min"
