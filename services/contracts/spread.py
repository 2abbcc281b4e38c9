"""What the stages of a spread dedup hand on to each other."""

from typing import Literal

import msgspec

from services.contracts.version import version_1

BlockKind = Literal[
    "rows", "span", "keys", "signed", "readings", "columns", "shared", "ask", "back", "probe", "found",
    "planned", "answer", "looked", "returned", "clock", "notice", "known",
]  # fmt: skip


class StageBlock(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A block between the stages of a spread dedup, or a piece of a stage's changelog. Internal: all of
    it is MessagePack, `body` of one version of Newsfold, and gone when the window has passed.
    """

    schema_version: int = msgspec.field(default_factory=version_1)
    kind: BlockKind
    shard: int
    start: int = 0
    """The first row it is about: sightings to be read are numbered in order of decision."""
    stop: int = 0
    """The row behind the last."""
    at_us: int = 0
    """When the newest of it was first seen, since 1970; the record is stamped by the bus."""
    body: bytes = b""
