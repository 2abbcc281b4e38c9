"""Cluster to story record: what a newsroom reads about a story, from the cluster and its texts' facts."""

from collections.abc import Mapping

from services.contracts.clusters import Cluster, Member
from services.contracts.facts import ArticleFacts, Facts
from services.contracts.stories import Preference, Story, StoryChange, StoryMember, Update
from services.enrich.credit import inferred
from services.enrich.facts.summary import FactSummary, facts_of_story
from services.enrich.lead import best
from services.enrich.origin import origin
from services.enrich.pickup import pickup
from services.enrich.provenance import provenance
from services.enrich.roles import role
from services.enrich.states import states
from services.enrich.subjects import subjects
from services.enrich.withdrawn import is_withdrawn, taken_from_withdrawn

Known = Mapping[str, ArticleFacts]
"""What the articles say, by id."""
_NOTHING = Facts()


def story(cluster: Cluster, known: Known | None = None, prefer: Preference = "original") -> Story:
    """The story as it stands after the cluster's change."""
    known = known or {}
    members = cluster.members
    withdrawn = is_withdrawn(members)
    speaker, why = best(
        [m for m in members if not m.notice and (withdrawn or not m.withdrawn_at)] or members, prefer
    )
    tainted = taken_from_withdrawn(members)
    urls = {member.article_id: member.url for member in members}
    bare = inferred(members)
    said = facts_of_story(members, known) if known else FactSummary()
    return Story(
        story_id=cluster.story_id,
        revision=cluster.revision,
        headline=speaker.title,
        lead_url=speaker.url,
        articles=tuple([member.url for member in members]),
        members=tuple(
            [
                _member(
                    member,
                    urls,
                    member.article_id in tainted,
                    bare.get(member.article_id, ()),
                    facts(known, member.article_id),
                )
                for member in members
            ]
        ),
        sources=tuple(dict.fromkeys([member.source for member in members])),
        languages=tuple(sorted({member.language for member in members})),
        agencies=tuple(sorted({agency for member in members for agency in member.agencies})),
        first_seen_at=members[0].first_seen_at,
        last_seen_at=max([member.version_seen_at for member in members]),
        closed=cluster.change == "closed",
        withdrawn=withdrawn,
        merged_into=cluster.merged_into,
        merged_from=cluster.merged_from,
        split_from=cluster.split_from,
        split_into=cluster.split_into,
        lead=facts(known, speaker.article_id).lead,
        best_reason=why,
        origin=origin(members, lambda article: facts(known, article).lead),
        provenance=provenance(members, bare, lambda article: facts(known, article).sources),
        pickup=pickup(members),
        states=states(cluster),
        names=said.names,
        figures=said.figures,
        quotes=said.quotes,
        keywords=said.keywords,
        subjects=subjects(member.url for member in members),
    )


def facts(known: Known, article: str) -> Facts:
    """What an article says; nothing where its words never came by."""
    found = known.get(article)
    return found.facts if found else _NOTHING


def change(cluster: Cluster, told: Story, update: Update | None = None) -> StoryChange:
    urls = {member.article_id: member.url for member in cluster.members}
    return StoryChange(
        story_id=cluster.story_id,
        revision=cluster.revision,
        change=cluster.change,
        at=cluster.at,
        article_id=cluster.article_id,
        article_url=urls.get(cluster.article_id, ""),
        update=update,
        story=told,
    )


def _member(
    member: Member, urls: dict[str, str], of_withdrawn: bool, inferred: tuple[str, ...], said: Facts
) -> StoryMember:
    shared = round(member.containment * member.words) if member.of else 0
    return StoryMember(
        article_id=member.article_id,
        version_id=member.version_id,
        url=member.url,
        source=member.source,
        title=member.title,
        language=member.language,
        role=role(member),
        of=urls.get(member.of, ""),
        kind=member.kind,
        jaccard=member.jaccard,
        containment=member.containment,
        first_seen_at=member.first_seen_at,
        published_at=member.published_at,
        agencies=member.agencies,
        cited=member.cited,
        words=member.words,
        versions=member.versions,
        correction_note=member.correction_note,
        withdrawn_at=member.withdrawn_at,
        withdrawn_note=member.withdrawn_note,
        of_withdrawn=of_withdrawn,
        inferred=inferred,
        agency=member.agency,
        absent_at=member.absent_at,
        byline=said.byline,
        dateline=said.dateline,
        shared_words=shared,
        added_words=member.words - shared if member.of else 0,
    )
