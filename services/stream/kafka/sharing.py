"""Who of a group owns which number: co-partitioned, even, and sticky. Pure.

aiokafka's sticky assignor deals single partitions, so it cannot promise that all topics of a number
go to one member; and it keeps what it remembers on the class, which members of two groups in one
process would share. Here numbers are dealt, and each member brings what it held.
"""

from collections.abc import Mapping, Sequence

import msgspec


class Claim(msgspec.Struct, frozen=True):
    """What a member held, and since which round of sharing."""

    round: int = 0
    """Grows by one with each sharing; 0: holds nothing yet."""
    numbers: frozenset[int] = frozenset()
    moved: frozenset[int] = frozenset()
    """Of what it is dealt, the numbers that another member brought."""


_CLAIM = msgspec.json.Decoder(Claim)


def encode(claim: Claim) -> bytes:
    return msgspec.json.encode(claim)


def decode(data: bytes | None) -> Claim:
    """Raises `msgspec.MsgspecError` where another assignor wrote it."""
    return _CLAIM.decode(data) if data else Claim()


def next_round(claims: Mapping[str, Claim]) -> int:
    return 1 + max(claim.round for claim in claims.values())


def share(count: int, claims: Mapping[str, Claim]) -> dict[str, frozenset[int]]:
    """Deal numbers 0 to `count` - 1 to the members: shares differ by one at most, and each member
    keeps as much of what it held as that allows. Of two claims on a number the later round wins.

    Neighbours go to different members where they can: numbers that are busy together, such as the lanes of
    one shard, lie side by side.
    """
    held = _held(count, claims)
    base, extra = divmod(count, len(claims))
    by_holding = sorted(claims, key=lambda member: (-len(held[member]), member))
    quota = {member: base + (place < extra) for place, member in enumerate(by_holding)}
    shares = {member: set(_spaced(sorted(held[member]), quota[member])) for member in by_holding}
    for number in sorted(set(range(count)).difference(*shares.values())):
        shares[max(by_holding, key=lambda member: quota[member] - len(shares[member]))].add(number)
    return {member: frozenset(numbers) for member, numbers in shares.items()}


def _spaced(numbers: Sequence[int], most: int) -> list[int]:
    """So many of them at most, evenly over all."""
    wanted = min(most, len(numbers))
    return [numbers[(2 * place + 1) * len(numbers) // (2 * wanted)] for place in range(wanted)]


def moves(shares: Mapping[str, frozenset[int]], claims: Mapping[str, Claim]) -> dict[str, frozenset[int]]:
    """By member, the numbers dealt to it that another one says it holds."""
    return {
        member: numbers & frozenset().union(*(claims[other].numbers for other in claims if other != member))
        for member, numbers in shares.items()
    }


def _held(count: int, claims: Mapping[str, Claim]) -> dict[str, set[int]]:
    held: dict[str, set[int]] = {member: set() for member in claims}
    taken: set[int] = set()
    for member in sorted(claims, key=lambda member: (-claims[member].round, member)):
        mine = {number for number in claims[member].numbers if number < count} - taken
        held[member] = mine
        taken |= mine
    return held
