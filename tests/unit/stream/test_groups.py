"""Who owns what in a group."""

from hypothesis import given
from hypothesis import strategies as st

from services.stream.bus import Assignment, Partition
from services.stream.groups import Groups, Membership, share_out


@given(st.integers(0, 40), st.integers(1, 12))
def test_every_number_has_one_owner_and_shares_differ_by_one_at_most(numbers: int, members: int) -> None:
    shares = share_out(numbers, members)
    assert sorted(number for share in shares for number in share) == list(range(numbers))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@given(st.lists(st.one_of(st.just("join"), st.integers(0, 5)), max_size=20), st.data())
async def test_a_member_never_keeps_a_number_that_was_anothers_in_between(
    events: list[str | int], data: st.DataObject
) -> None:
    """However seldom it asks: between two tellings, a number that changed hands is told as lost."""
    groups = Groups(lambda: None)
    watched = groups.join("g", ["t"], 4)
    others = []
    kept = {0, 1, 2, 3}
    told: frozenset[Partition] = frozenset()
    generation = 0
    for event in events:
        if event == "join":
            others.append(groups.join("g", ["t"], 4))
        elif isinstance(event, int) and event < len(others):
            groups.leave(others.pop(event))
        kept &= {p.number for p in watched.owned}
        if data.draw(st.booleans()):
            assignment = await watched.assignment(timeout_s=0)
            if assignment is None:
                assert watched.owned == told
                continue
            assert assignment.generation > generation
            still = {p.number for p in assignment.partitions & told}
            assert still <= kept
            generation, told = assignment.generation, assignment.partitions
            kept = {p.number for p in assignment.partitions}


async def test_what_a_living_member_owned_has_moved_and_what_one_that_left_owned_has_not() -> None:
    groups = Groups(lambda: None)
    first = groups.join("g", ["t"], 4)
    assert (await told_of(first)).moved == frozenset()
    second = groups.join("g", ["t"], 4)
    assert (await told_of(second)).moved == {1, 3}
    assert (await told_of(first)).moved == frozenset()
    groups.leave(first)
    assert (await told_of(second)).moved == frozenset()


async def told_of(member: Membership) -> Assignment:
    assignment = await member.assignment(timeout_s=0)
    assert assignment is not None
    return assignment
