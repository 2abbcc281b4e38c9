"""The group's sharing, shaped as aiokafka wants an assignor."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.stream.bus import Fatal
from services.stream.kafka import sharing
from services.stream.kafka.client import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata
from services.stream.kafka.sharing import Claim


class Sharer:
    """The assignor of a group: deals numbers by `sharing.share`. One for each consumer.

    Shaped as aiokafka wants it; all topics of a group must have the same number of partitions.
    """

    name = "newsfold-numbers"
    _VERSION = 0

    def __init__(self) -> None:
        self.claim = Claim()
        self.unbroken = False
        """Whether the last sharing came right after the one before, as far as members can tell."""

    def metadata(self, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
        return ConsumerProtocolMemberMetadata(self._VERSION, list(topics), sharing.encode(self.claim))

    def assign(
        self, cluster: Any, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> dict[str, ConsumerProtocolMemberAssignment]:
        topics = {topic for metadata in members.values() for topic in metadata.subscription}
        counts = {len(cluster.partitions_for_topic(topic) or ()) for topic in topics}
        if len(counts) != 1:
            raise Fatal(f"topics {', '.join(sorted(topics))} of one group differ in partitions: {counts}")
        claims = {member: sharing.decode(metadata.user_data) for member, metadata in members.items()}
        now = sharing.next_round(claims)
        shares = sharing.share(counts.pop(), claims)
        moved = sharing.moves(shares, claims)
        return {
            member: ConsumerProtocolMemberAssignment(
                self._VERSION,
                [(topic, sorted(numbers)) for topic in sorted(members[member].subscription)],
                sharing.encode(Claim(now, numbers, moved[member])),
            )
            for member, numbers in shares.items()
        }

    def on_assignment(self, assignment: ConsumerProtocolMemberAssignment) -> None:
        claim = sharing.decode(assignment.user_data)
        self.unbroken = claim.round <= self.claim.round + 1
        self.claim = claim
