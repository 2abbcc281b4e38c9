"""Which member speaks for a story."""

from collections.abc import Sequence

from services.contracts.clusters import Member
from services.enrich.roles import role

_FULLEST = 0.9


def lead(members: Sequence[Member]) -> Member:
    """The latest state of the original's own line, if it is nearly the fullest text, else the fullest.

    Updates and corrections continue the original and replace it; copies and rewrites do not. Ties
    go to the earlier article.
    """
    line = [member for member in members if role(member) in ("original", "update", "correction")]
    fullest = max(members, key=lambda m: m.words)
    latest = max(line or members, key=lambda m: (m.version_seen_at, m.words))
    if latest.words >= _FULLEST * fullest.words:
        return latest
    return min(
        (m for m in members if m.words == fullest.words), key=lambda m: (m.first_seen_at, m.article_id)
    )
