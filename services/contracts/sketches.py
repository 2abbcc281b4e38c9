"""What dedup keeps of a version, in a scheme any consumer with datasketch can read."""

from datetime import datetime
from typing import Literal

import msgspec

from services.contracts.articles import Article
from services.contracts.relations import Verdict
from services.contracts.version import version_1


class Scheme(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Everything that two sketches must have in common to be compared.

    A mismatch refuses to load: signatures of two schemes have no meaning side by side.
    """

    version: int = 2
    """How text is folded into words, in `services/dedup/text`."""
    minhash: Literal["affine32"] = "affine32"
    """datasketch >= 2.0, `MinHash(scheme="affine32")`."""
    seed: int = 1
    permutations: int = 128
    shingle: Literal["word", "char"] = "word"
    width: int = 3
    hash: Literal["poly64"] = "poly64"
    """Defined in `services/dedup/text/shingles.py`. The signature takes its low 32 bits."""


class Sketch(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`signature` is little-endian uint32, one value a permutation, over the novel shingles."""

    scheme: Scheme
    signature: bytes
    novel: int
    """How many distinct shingles the signature covers."""


class Remembered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """dedup's changelog: one version inside the window. Key of `dedup-state`: `version:<version_id>`."""

    schema_version: int = msgspec.field(default_factory=version_1)
    article: Article
    sketch: Sketch | None
    verdict: Verdict
    first_seen_at: datetime
    """Of the article's first version."""
    current: bool = True
    """False once another version of the article is shown."""
    counted: bool = True
    """Its shingles count for the novelty of later days. False where its day was closed already."""
    seen: bytes = b""
    """How many earlier days each distinct wide shingle was seen on when it came, 0..3, two bits
    each, in ascending order of the hash."""
    shown_at: datetime | None = None
    """When the publisher last went back to it, if it did."""
    withdrawn_at: datetime | None = None
    withdrawn_note: str = ""


class ShardClock(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """dedup's changelog: how far a shard has come. Key of `dedup-state`: `clock`."""

    schema_version: int = msgspec.field(default_factory=version_1)
    scheme: Scheme
    watermarks: dict[int, datetime]
    """Per ingest partition."""
    origins: int
    decided: tuple[datetime, str] | None = None
    """First-seen time and article id of the furthest version decided."""
    taken: int = 0
    """Next offset of `articles` to take. What lies before it and behind every watermark is decided."""
