"""The tree of a story: who took from whom, with what says so; agencies and outlets that were not seen too."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from services.contracts.clusters import Member
from services.contracts.stories import Evidence, Provenance
from services.enrich.order import names_outlet, squeezed, taken

_MOST_CITED = 8
"""Outlets told of one article."""


def provenance(
    members: Sequence[Member],
    inferred: Mapping[str, tuple[str, ...]],
    sources: Callable[[str], tuple[str, ...]] = lambda _: (),
) -> tuple[Provenance, ...]:
    """In the members' order: within the story first, then from agencies, then from outlets named.

    `sources`: outlets that an article says it has its news from, by its id.
    """
    by_id = {member.article_id: member for member in members}
    agencies = {member.agency: member.url for member in reversed(members) if member.agency}
    return tuple(
        edge
        for member in members
        for edge in (
            *_within(member, by_id),
            *_credits(member, inferred, agencies),
            *_cites(member, members, _further(member, sources(member.article_id))),
        )
    )


def _within(member: Member, by_id: Mapping[str, Member]) -> Iterator[Provenance]:
    of = by_id.get(member.of)
    if of is None:
        return
    told = taken(member, of)
    yield Provenance(
        url=member.url,
        of=of.source,
        of_url=of.url,
        evidence=told.evidence,
        sure=told.sure,
        reason=told.reason,
    )


def _credits(
    member: Member, inferred: Mapping[str, tuple[str, ...]], agencies: Mapping[str, str]
) -> Iterator[Provenance]:
    evidence: tuple[Evidence, ...] = ("credit",)
    for agency in member.agencies:
        url = agencies.get(agency, "")
        if agency != member.agency and url != member.url:
            yield Provenance(
                url=member.url,
                of=agency,
                of_url=url,
                evidence=evidence,
                sure="proved",
                reason="it credits it",
            )
    for agency in inferred.get(member.article_id, ()):
        yield Provenance(
            url=member.url,
            of=agency,
            of_url=agencies.get(agency, ""),
            sure="likely",
            reason="it credits nobody and runs the words of copy that credits it",
        )


def _cites(member: Member, members: Sequence[Member], further: Sequence[str]) -> Iterator[Provenance]:
    """Outlets that it names, seen or not; the one that it took its words from is told already."""
    for name in (*member.cited, *further)[:_MOST_CITED]:
        of = next(
            (m for m in members if m.article_id != member.article_id and names_outlet(name, m.source)), None
        )
        if of is None or of.article_id != member.of:
            yield Provenance(
                url=member.url,
                of=name,
                of_url=of.url if of else "",
                evidence=("cited",),
                sure="proved",
                reason="it names it as the source of what it says",
            )


def _further(member: Member, said: Sequence[str]) -> list[str]:
    """Outlets beside those that ingest knows, itself and its agencies."""
    if not said:
        return []
    told = {squeezed(name) for name in (*member.cited, *member.agencies)}
    names = {name: squeezed(name) for name in said if not names_outlet(name, member.source)}
    return [name for name, letters in names.items() if not any(letters.startswith(one) for one in told)]
