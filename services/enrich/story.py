"""Cluster to story record: everything a newsroom reads about a story, from the cluster alone."""

from services.contracts.clusters import Cluster, Member
from services.contracts.stories import Story, StoryChange, StoryMember
from services.enrich.lead import lead
from services.enrich.roles import role
from services.enrich.withdrawn import is_withdrawn, taken_from_withdrawn


def story(cluster: Cluster) -> Story:
    """The story as it stands after the cluster's change."""
    members = cluster.members
    withdrawn = is_withdrawn(members)
    speaker = lead([m for m in members if not m.notice and (withdrawn or not m.withdrawn_at)] or members)
    tainted = taken_from_withdrawn(members)
    urls = {member.article_id: member.url for member in members}
    return Story(
        story_id=cluster.story_id,
        revision=cluster.revision,
        headline=speaker.title,
        lead_url=speaker.url,
        articles=tuple(member.url for member in members),
        members=tuple(_member(member, urls, member.article_id in tainted) for member in members),
        sources=tuple(dict.fromkeys(member.source for member in members)),
        languages=tuple(sorted({member.language for member in members})),
        agencies=tuple(sorted({agency for member in members for agency in member.agencies})),
        first_seen_at=members[0].first_seen_at,
        last_seen_at=max(member.version_seen_at for member in members),
        closed=cluster.change == "closed",
        withdrawn=withdrawn,
        merged_into=cluster.merged_into,
        merged_from=cluster.merged_from,
        split_from=cluster.split_from,
        split_into=cluster.split_into,
    )


def change(cluster: Cluster, told: Story) -> StoryChange:
    urls = {member.article_id: member.url for member in cluster.members}
    return StoryChange(
        story_id=cluster.story_id,
        revision=cluster.revision,
        change=cluster.change,
        at=cluster.at,
        article_id=cluster.article_id,
        article_url=urls.get(cluster.article_id, ""),
        story=told,
    )


def _member(member: Member, urls: dict[str, str], of_withdrawn: bool) -> StoryMember:
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
    )
