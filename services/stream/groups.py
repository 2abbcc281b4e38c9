"""Consumer groups of one process: who owns which partition number.

A rebalance hands a number to its new owner at once. What keeps two owners apart is not this
table but the writer: the new owner opens one, and the old owner's publish raises `Fenced`.
"""

import asyncio
from collections.abc import Callable, Sequence

from services.stream.bell import Bell
from services.stream.bus import Assignment, Fatal, Partition

OWN = "newsfold-"
READERS = "newsroom-"
"""Groups of readers outside. Nothing waits for them: one that never comes back keeps no record alive."""


def group_name(prefix: str, group: str) -> str:
    """A group's name where installations share a cluster: the prefix stands in place of `newsfold-`.

    Else they would share out their partitions among each other, and fence each other's writers.
    """
    return prefix + group.removeprefix(OWN) if prefix else group


def share_out(numbers: int, members: int) -> list[frozenset[int]]:
    """Numbers dealt round to members in their order: shares differ by one at most."""
    return [frozenset(range(member, numbers, members)) for member in range(members)]


class Membership:
    """What one member owns, told in steps that never hide a change of hands."""

    def __init__(self, group: str, topics: frozenset[str], changed: Callable[[], None]) -> None:
        self.group = group
        self.topics = topics
        self.owned: frozenset[Partition] = frozenset()
        self._changed = changed
        self._bell = Bell()
        self._generation = 0
        self._told: frozenset[Partition] = frozenset()
        self._told_generation = 0
        self._kept: frozenset[Partition] = frozenset()
        self._moved: frozenset[int] = frozenset()

    def assign(self, generation: int, numbers: frozenset[int], moved: frozenset[int] = frozenset()) -> None:
        """`moved`: numbers of them that another member, who is there still, owned until now."""
        self.owned = frozenset(Partition(topic, number) for topic in self.topics for number in numbers)
        self._kept &= self.owned
        self._moved = moved
        self._generation = generation
        self._bell.ring()
        self._changed()

    async def assignment(self, *, timeout_s: float) -> Assignment | None:
        deadline = asyncio.get_running_loop().time() + timeout_s
        while self._generation == self._told_generation:
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return None
            await self._bell.wait(left)
        return self._next_assignment()

    def _next_assignment(self) -> Assignment:
        regained = (self._told & self.owned) - self._kept
        # A number that left and came back did so over two generations, so the one before is ours to use.
        self._told_generation = self._generation - 1 if regained else self._generation
        self._told = self._kept = self.owned - regained
        return Assignment(self._told_generation, self._told, self._moved)


class Groups:
    """All groups of one bus."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._members: dict[str, list[Membership]] = {}
        self._numbers: dict[str, int] = {}
        self._generation = 0

    def join(self, group: str, topics: Sequence[str], numbers: int) -> Membership:
        """Raises `Fatal` where the group's other members read other topics."""
        members = self._members.setdefault(group, [])
        joined = Membership(group, frozenset(topics), self._changed)
        if members and members[0].topics != joined.topics:
            raise Fatal(f"group {group!r} reads {sorted(members[0].topics)}, not {sorted(joined.topics)}")
        members.append(joined)
        self._numbers[group] = numbers
        self._rebalance(group)
        return joined

    def leave(self, membership: Membership) -> None:
        """Leaving twice is leaving once."""
        members = self._members[membership.group]
        if membership in members:
            members.remove(membership)
            self._rebalance(membership.group)
            membership.assign(self._generation, frozenset())

    def _rebalance(self, group: str) -> None:
        self._generation += 1
        members = self._members[group]
        before = [frozenset(partition.number for partition in member.owned) for member in members]
        held = frozenset().union(*before)
        shares = share_out(self._numbers[group], len(members))
        for member, mine, numbers in zip(members, before, shares, strict=True):
            member.assign(self._generation, numbers, numbers & held - mine)
