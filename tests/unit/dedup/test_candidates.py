import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.dedup.search.candidates import Candidate, Shares, choose, eligible
from services.dedup.settings import DedupSettings
from tests.unit.dedup.pieces import SETTINGS

FOUND = st.lists(
    st.builds(
        lambda number, bands, samples, estimate: Candidate(
            f"v{number}", (number % 3, f"a{number}"), bands, samples, estimate
        ),
        st.integers(0, 200),
        st.integers(0, 3),
        st.integers(0, 5),
        st.sampled_from([0.0, 0.02, 0.05, 0.0999, 0.1, 0.3, 1.0]),
    ),
    unique_by=lambda candidate: candidate.version,
    max_size=30,
)
FEW = msgspec.structs.replace(SETTINGS, most_candidates=5, most_passage_candidates=2)


def candidate(
    version: str, *, bands: int = 0, samples: int = 0, estimate: float = 0.0, at: int = 0
) -> Candidate:
    return Candidate(version, (at, version), bands, samples, estimate)


def names(found: list[Candidate], settings: DedupSettings = SETTINGS) -> list[str]:
    return [chosen.version for chosen in choose(found, settings).chosen]


@given(FOUND, st.randoms(use_true_random=False))
def test_the_choice_does_not_depend_on_the_order_in_which_they_were_found(
    found: list[Candidate], draw: object
) -> None:
    shuffled = list(found)
    draw.shuffle(shuffled)  # type: ignore[attr-defined]
    assert choose(shuffled, FEW) == choose(found, FEW)


@given(FOUND)
def test_the_choice_is_bounded_and_of_what_was_found(found: list[Candidate]) -> None:
    chosen = choose(found, FEW).chosen
    assert len(chosen) <= FEW.most_candidates + FEW.most_passage_candidates
    assert set(chosen) <= set(found)
    assert len(set(chosen)) == len(chosen)


@given(FOUND)
def test_nothing_left_out_is_stronger_than_what_was_chosen(found: list[Candidate]) -> None:
    chosen = choose(found, FEW).chosen
    strong = [one for one in chosen if one.bands or one.estimate >= FEW.fair_estimate]
    for left in set(found) - set(chosen):
        if left.bands or left.estimate >= FEW.fair_estimate:
            assert len(strong) == FEW.most_candidates
            assert left.estimate <= min(one.estimate for one in strong)


@given(FOUND)
def test_what_is_left_out_is_told(found: list[Candidate]) -> None:
    chosen, beyond, weak = choose(found, FEW)
    assert len(chosen) + len(beyond) + weak == len(found)
    assert set(chosen).isdisjoint(beyond)
    assert all(one.bands or one.estimate >= FEW.fair_estimate for one in beyond)


def test_one_band_is_enough() -> None:
    assert names([candidate("a", bands=1)]) == ["a"]


def test_a_fair_estimate_is_enough_however_few_the_samples() -> None:
    assert names([candidate("short", samples=1, estimate=0.1)]) == ["short"]


def test_one_shared_sample_of_a_long_text_is_worth_a_look_for_a_passage() -> None:
    assert names([candidate("a", samples=1, estimate=0.01)]) == ["a"]
    assert names([candidate("a", samples=0, estimate=0.01)]) == []


def test_the_strongest_come_first_and_ties_go_to_the_earlier() -> None:
    found = [
        candidate("late", bands=1, estimate=0.5, at=2),
        candidate("early", bands=1, estimate=0.5, at=1),
        candidate("banded", bands=2, estimate=0.5, at=3),
        candidate("whole", bands=1, estimate=0.9, at=4),
    ]
    assert names(found) == ["whole", "banded", "early", "late"]


def test_passages_of_the_whole_site_crowd_out_no_copy() -> None:
    site = [candidate(f"site {n}", samples=3, estimate=0.09) for n in range(100)]
    chosen = names([*site, candidate("copy", bands=1, estimate=0.0)])
    assert chosen[0] == "copy"
    assert len(chosen) == 1 + SETTINGS.most_passage_candidates


@given(FOUND, st.sampled_from([1, 3]), st.sampled_from([1, 2]))
def test_what_is_not_eligible_is_weak_and_changes_no_choice(
    found: list[Candidate], least_bands: int, least_samples: int
) -> None:
    asked = msgspec.structs.replace(FEW, least_bands=least_bands, least_samples=least_samples)
    shares = Shares(
        np.array([one.bands for one in found], np.uint32),
        np.array([one.samples for one in found], np.uint32),
        np.array([one.estimate for one in found], np.float64),
        np.array([one.rank[0] for one in found], np.int64),
    )
    mask = eligible(shares, asked)
    fewer = choose([one for one, may in zip(found, mask.tolist(), strict=True) if may], asked)
    whole = choose(found, asked)
    assert (fewer.chosen, fewer.beyond) == (whole.chosen, whole.beyond)
    assert fewer.weak + int((~mask).sum()) == whole.weak
