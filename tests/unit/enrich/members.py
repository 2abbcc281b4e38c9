"""Invented members and clusters for the tests of enrich."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.clusters import Cluster, Member

START = datetime(2025, 3, 10, 6, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def member(name: str, hours: float = 0, **fields: Any) -> Member:
    """`name` is the article id, the source and the path."""
    given: dict[str, Any] = {
        "article_id": name,
        "version_id": f"{name}.1",
        "url": f"https://www.{name}.example/1",
        "source": name,
        "feed": f"https://www.{name}.example/feed",
        "title": f"Title of {name}",
        "language": "de",
        "first_seen_at": at(hours),
        "version_seen_at": at(hours),
        "words": 100,
    }
    return Member(**(given | fields))


def cluster(*members: Member, **fields: Any) -> Cluster:
    last = members[-1]
    given: dict[str, Any] = {
        "story_id": "story",
        "revision": len(members),
        "change": "grew" if len(members) > 1 else "created",
        "at": last.version_seen_at,
        "article_id": last.article_id,
        "members": members,
    }
    return Cluster(**(given | fields))
