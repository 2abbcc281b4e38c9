"""Addresses within the Desk. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlencode


def story(story_id: str, at: datetime | None = None) -> str:
    """`at`: as it stood then."""
    return then(f"/story/{quote(story_id, safe='')}", at)


def then(path: str, at: datetime | None) -> str:
    """A path as a page of that moment."""
    return with_query(path, {"at": exact(at)}) if at else path


def exact(at: datetime) -> str:
    """As `at=` takes a moment, to the microsecond."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def article(article_id: str) -> str:
    return f"/article/{quote(article_id, safe='')}"


def compare(left: str, right: str, at: datetime | None = None) -> str:
    return then(f"/compare/{quote(left, safe='')}/{quote(right, safe='')}", at)


def event(event_id: str, at: datetime | None = None) -> str:
    return then(f"/event/{quote(event_id, safe='')}", at)


def storyline(storyline_id: str, at: datetime | None = None) -> str:
    return then(f"/storyline/{quote(storyline_id, safe='')}", at)


def record(topic: str, partition: int, offset: int) -> str:
    return f"/record/{quote(topic, safe='')}/{partition}/{offset}"


def with_query(path: str, query: Mapping[str, str]) -> str:
    """Without what is empty."""
    told = urlencode({name: value for name, value in query.items() if value})
    return f"{path}?{told}" if told else path
