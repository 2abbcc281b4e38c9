"""How far a story went: what ops and editors sort by."""

from collections.abc import Sequence

from services.contracts.clusters import Member
from services.contracts.stories import Pickup

_OWN = 0.5
"""A text with less than this of another stands on its own words."""
_HOUR_S = 3_600


def pickup(members: Sequence[Member]) -> Pickup:
    reports = [member for member in members if not member.notice]
    seen = [member.first_seen_at for member in reports] or [members[0].first_seen_at]
    hours = (max(seen) - min(seen)).total_seconds() / _HOUR_S
    outlets = len({member.source for member in reports})
    are_independent = [_is_independent(member) for member in reports]
    are_copies = [member.kind in ("duplicate", "syndicated") for member in reports]
    return Pickup(
        articles=len(reports),
        outlets=outlets,
        independent=sum(are_independent),
        copies=sum(are_copies),
        hours=round(hours, 2),
        velocity=round(max(0, outlets - 1) / max(1.0, hours), 2),
    )


def _is_independent(member: Member) -> bool:
    if member.kind is None:
        return True
    return member.kind == "derivative" and member.containment < _OWN
