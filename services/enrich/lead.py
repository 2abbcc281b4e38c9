"""Which member speaks for a story, and why it."""

from collections.abc import Sequence
from typing import NamedTuple

from services.contracts.clusters import Member
from services.contracts.stories import Preference
from services.enrich.roles import role

_FULLEST = 0.9


class Best(NamedTuple):
    member: Member
    reason: str


def best(members: Sequence[Member], prefer: Preference = "original") -> Best:
    """The member to show. Ties go to the fuller, then to the earlier article."""
    if prefer == "complete":
        return _fullest(members)
    if prefer == "recent":
        latest = max(m.version_seen_at for m in members)
        return Best(_fullest([m for m in members if m.version_seen_at == latest]).member, "the latest text")
    return _original(members)


def lead(members: Sequence[Member]) -> Member:
    return best(members).member


def _original(members: Sequence[Member]) -> Best:
    """The latest state of the original's own line, if it is nearly the fullest text, else the fullest.

    Updates and corrections continue the original and replace it; copies and rewrites do not.
    """
    if len(members) == 1:
        return Best(members[0], "the only text")
    fullest = _fullest(members)
    line = [member for member in members if role(member) in ("original", "update", "correction")]
    latest = max(line or members, key=lambda m: (m.version_seen_at, m.words))
    if latest.words < _FULLEST * fullest.member.words:
        return fullest
    return Best(latest, _line_reason(latest, len(line)))


def _line_reason(latest: Member, states: int) -> str:
    if not states:
        return "the latest text; its original is not at hand"
    if role(latest) == "correction" or latest.correction_note:
        return "the original as corrected"
    return "the latest state of the original" if states > 1 or latest.versions > 1 else "the original"


def _fullest(members: Sequence[Member]) -> Best:
    words = max(m.words for m in members)
    first = min((m for m in members if m.words == words), key=lambda m: (m.first_seen_at, m.article_id))
    return Best(first, f"the most complete text, of {words} words")
