"""Numbers are dealt evenly, to one member each, and stay where they are if they can."""

from hypothesis import given
from hypothesis import strategies as st

from services.stream.kafka.sharing import Claim, decode, encode, moves, next_round, share

NUMBERS = st.frozensets(st.integers(0, 40))
CLAIMS = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=4),
    st.builds(Claim, round=st.integers(0, 9), numbers=NUMBERS),
    min_size=1,
    max_size=9,
)
COUNTS = st.integers(0, 40)


@given(COUNTS, CLAIMS)
def test_every_number_has_one_owner_and_shares_differ_by_one_at_most(
    count: int, claims: dict[str, Claim]
) -> None:
    shares = share(count, claims)
    assert sorted(number for numbers in shares.values() for number in numbers) == list(range(count))
    assert shares.keys() == claims.keys()
    assert max(map(len, shares.values())) - min(map(len, shares.values())) <= 1


@given(COUNTS, CLAIMS)
def test_sharing_again_moves_nothing(count: int, claims: dict[str, Claim]) -> None:
    first = share(count, claims)
    again = share(count, {member: Claim(1, numbers) for member, numbers in first.items()})
    assert again == first


@given(COUNTS, CLAIMS, st.data())
def test_a_member_that_joins_takes_only_its_own_share_from_the_others(
    count: int, claims: dict[str, Claim], data: st.DataObject
) -> None:
    before = share(count, claims)
    held = {member: Claim(1, numbers) for member, numbers in before.items()}
    if data.draw(st.booleans()):
        gone = data.draw(st.sampled_from(sorted(held)))
        held.pop(gone)
        held["newcomer"] = Claim()
    else:
        held["newcomer"] = Claim()
    after = share(count, held)
    quota = -(-count // len(held))
    for member in before.keys() & after.keys():
        assert len(before[member] & after[member]) >= min(len(before[member]), count // len(held))
        assert not (after[member] - before[member]) or len(before[member]) < quota


def test_of_numbers_that_lie_side_by_side_each_member_has_some_however_many_joined_before() -> None:
    run, runs = 8, 4
    shares: dict[str, frozenset[int]] = {}
    for joined in range(1, run // 2 + 1):
        claims = {member: Claim(joined, numbers) for member, numbers in shares.items()}
        shares = share(run * runs, claims | {f"member-{joined}": Claim()})
        for start in range(0, run * runs, run):
            beside = set(range(start, start + run))
            assert all(numbers & beside for numbers in shares.values()), shares
    together = share(run, {"one": Claim(), "other": Claim()})
    assert together == {"one": {0, 2, 4, 6}, "other": {1, 3, 5, 7}}


@given(COUNTS, CLAIMS)
def test_a_number_has_moved_where_another_member_brought_it(count: int, claims: dict[str, Claim]) -> None:
    shares = share(count, claims)
    for member, numbers in moves(shares, claims).items():
        for number in shares[member]:
            bringers = {other for other, claim in claims.items() if number in claim.numbers}
            assert (number in numbers) == bool(bringers - {member})


def test_of_two_claims_on_a_number_the_later_round_wins() -> None:
    zombie, heir = Claim(3, frozenset({0, 1})), Claim(4, frozenset({0, 1}))
    shares = share(4, {"a-zombie": zombie, "heir": heir})
    assert shares == {"a-zombie": {2, 3}, "heir": {0, 1}}
    assert next_round({"a-zombie": zombie, "heir": heir}) == 5


@given(st.builds(Claim, round=st.integers(0, 2**31), numbers=NUMBERS))
def test_claims_survive_the_wire(claim: Claim) -> None:
    assert decode(encode(claim)) == claim


def test_a_member_without_a_past_claims_nothing() -> None:
    assert decode(b"") == decode(None) == Claim()
