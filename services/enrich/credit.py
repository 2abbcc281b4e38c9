"""Credits that copy lacks and that its words give away: it runs the text of copy that has them."""

from collections.abc import Sequence

from services.contracts.clusters import Member

_SAME = 0.7
"""Share of either text in the other from which both run one copy."""


def inferred(members: Sequence[Member]) -> dict[str, tuple[str, ...]]:
    """Agencies by article id, of members that credit none and run what credited members run.

    Credits go along copies in both directions: the text of a paper that names nobody is an agency's, too,
    where those who have the same words name one.
    """
    if len(members) == 1:
        return {}
    given = {member.article_id: member.agencies for member in members if member.agencies}
    copies = [member for member in members if member.of and _is_copy(member)]
    bare = {m.article_id for m in members if not m.agencies and not m.agency and not m.notice}
    found: dict[str, tuple[str, ...]] = {}
    reached = set(given)
    while reached:
        reached = {
            taker
            for member in copies
            for giver, taker in ((member.of, member.article_id), (member.article_id, member.of))
            if giver in reached and taker in bare and found.setdefault(taker, given[giver])
        }
        bare -= reached
        given |= {article: found[article] for article in reached}
    return found


def _is_copy(member: Member) -> bool:
    return member.kind in ("duplicate", "syndicated") or (
        max(member.containment, member.other_containment) >= _SAME and member.kind is not None
    )
