"""Ids are hashes of what they name: never random, never a clock.

The same input gives the same id on every machine and in every replay. 128 bits of SHA-256, hex.
"""

import hashlib
from functools import lru_cache

_VERSIONS_AT_HAND = 1024  # a version is asked whether it may have founded a story, and then founds one


def _hash(kind: str, *parts: str) -> str:
    encoded = [part.encode("utf-8", "surrogatepass") for part in (kind, *parts)]
    framed = b"".join([piece for part in encoded for piece in (len(part).to_bytes(8, "big"), part)])
    return hashlib.sha256(framed).hexdigest()[:32]


def feed_id(url: str) -> str:
    return _hash("feed", url)


def article_id(canonical_url: str) -> str:
    return _hash("article", canonical_url)


def version_id(article: str, title: str, text: str) -> str:
    """The id of an article's text as of one fetch: equal texts of one article are one version."""
    return _hash("version", article, title, text)


@lru_cache(maxsize=_VERSIONS_AT_HAND)
def story_id(founding_version: str) -> str:
    """The id of the story that a version founded. Members may come and go; the id stays."""
    return _hash("story", founding_version)


def event_id(first_story: str) -> str:
    return _hash("event", first_story)


def parted_event_id(event: str, revision: int) -> str:
    """Of what an event was parted from at that revision of it."""
    return _hash("event", event, str(revision))


def storyline_id(first_event: str) -> str:
    return _hash("storyline", first_event)
