"""What it means to a story that its publishers took articles back."""

from collections.abc import Sequence

from services.contracts.clusters import Member


def is_withdrawn(members: Sequence[Member]) -> bool:
    """Whether none of the story's originals stands; where it has none, its first article."""
    reports = [member for member in members if not member.notice] or list(members)
    originals = [member for member in reports if member.kind is None] or reports[:1]
    return all(member.withdrawn_at for member in originals)


def taken_from_withdrawn(members: Sequence[Member]) -> set[str]:
    """Ids of the articles whose text came, directly or through others, from one that was withdrawn."""
    if not any(member.withdrawn_at for member in members):
        return set()
    by_id = {member.article_id: member for member in members}
    found = set()
    for member in members:
        passed = {member.article_id}
        source = by_id.get(member.of)
        while source is not None and source.article_id not in passed:
            if source.withdrawn_at:
                found.add(member.article_id)
                break
            passed.add(source.article_id)
            source = by_id.get(source.of)
    return found
