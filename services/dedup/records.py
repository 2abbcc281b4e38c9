"""What is published and kept of a version: its verdict, its place in a story, when it was shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict

import msgspec

from services.contracts.articles import Article
from services.contracts.clusters import Cluster, Member, Replaced
from services.contracts.relations import Verdict
from services.contracts.sketches import Remembered
from services.dedup.search.profile import Profile
from services.dedup.stories.placing import Link
from services.dedup.text.notices import new_correction


class Withdrawn(TypedDict):
    """The fields of a record and of a member that say so."""

    withdrawn_at: datetime | None
    withdrawn_note: str


_STANDING = Withdrawn(withdrawn_at=None, withdrawn_note="")


def shown_at(record: Remembered) -> datetime:
    """When its publisher was last seen to put it in the place of another version."""
    return record.shown_at or record.article.first_seen_at


def settled_at(record: Remembered) -> datetime:
    """Up to when it is decided what its publisher shows, where it is the current version."""
    shown = shown_at(record)
    return max(shown, record.withdrawn_at) if record.withdrawn_at else shown


def withdrawal(before: Remembered | None, at: datetime) -> Withdrawn:
    """What a text seen at that time leaves of the withdrawal of the version it replaces."""
    if before is None or before.withdrawn_at is None or before.withdrawn_at < at:
        return _STANDING
    return Withdrawn(withdrawn_at=before.withdrawn_at, withdrawn_note=before.withdrawn_note)


def withdrawn_by(record: Remembered) -> str:
    """The article that a notice at another address withdrew; empty where it is none."""
    told = (r.other_article_id for r in record.verdict.relations if r.direction == "notice")
    return next(told, "")


def verdict(article: Article, **what: Any) -> Verdict:
    return Verdict(
        article_id=article.article_id,
        version_id=article.version_id,
        url=article.url,
        source=article.source,
        language=article.language,
        first_seen_at=article.first_seen_at,
        **what,
    )


def with_text(
    clusters: Sequence[Cluster], article: Article, before: Remembered | None = None
) -> list[Cluster]:
    """The changes that one version made, the last of which holds it: that one carries its words."""
    if not clusters:
        return []
    past = before.article if before else None
    replaced = past and Replaced(version_id=past.version_id, title=past.title, text=past.text)
    return [*clusters[:-1], msgspec.structs.replace(clusters[-1], text=article.text, replaced=replaced)]


def without_text(cluster: Cluster) -> Cluster:
    """As it is remembered: the words lie with the versions."""
    return msgspec.structs.replace(cluster, text="", replaced=None) if cluster.text else cluster


def member(
    mine: Profile, before: Remembered | None, links: Sequence[Link], shown: datetime | None = None
) -> Member:
    """An article as a story lists it. `before`: the version it replaces; `shown`: when it came back."""
    article = mine.article
    past = before.article if before else None
    if past is not None:
        note = new_correction(article.title, article.text, past.title, past.text)
    else:
        note = next((link.relation.note for link in links if link.forward and link.relation.note), "")
    return Member(
        article_id=article.article_id,
        version_id=article.version_id,
        url=article.url,
        source=article.source,
        feed=article.feed,
        title=article.title,
        language=article.language,
        first_seen_at=article.first_seen_at,
        version_seen_at=shown or article.first_seen_at,
        published_at=article.published_at,
        agencies=article.agencies,
        cited=article.cited,
        words=mine.words,
        absent_at=article.absent_at,
        standing=article.standing,
        agency=article.agency,
        correction=bool(note),
        correction_note=note,
        **withdrawal(before, shown or article.first_seen_at),
    )
