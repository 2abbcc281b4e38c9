from hypothesis import given
from hypothesis import strategies as st

from services.enrich.events.rarity import Rarity
from services.enrich.events.reports import MOST_TERMS, UNIT, cosine, report, terms_of
from services.enrich.events.terms import split, uses
from tests.unit.enrich.members import at

WORDS = st.lists(
    st.sampled_from(["Marsum", "crack", "the", "bridge", "14", "of", "Terborg", "."]), max_size=40
)


def made(title: str, text: str, rarity: Rarity | None = None) -> dict[str, int]:
    return report("story", 0, at(0), title=title, text=text, rarity=rarity or Rarity()).words


def test_names_and_numbers_weigh_more_than_other_words() -> None:
    words = made("", "We saw that Terborg measured crevices of 144")
    assert min(words["terbor"], words["144"]) > words["crevic"] > words["of"]


def test_what_is_in_every_report_comes_to_weigh_little() -> None:
    rarity = Rarity()
    before = made("", "So Marsum met Terborg", rarity)
    for _ in range(300):
        rarity.count(list(uses(split("", "So Marsum slept"))))
    after = made("", "So Marsum met Terborg", rarity)
    assert before["marsum"] == before["terbor"]
    assert after["marsum"] * 3 < after["terbor"]


@given(WORDS, WORDS)
def test_a_vector_is_of_unit_length_and_holds_the_heaviest_terms(title: list[str], text: list[str]) -> None:
    read = report("story", 0, at(0), title=" ".join(title), text=" ".join(text), rarity=Rarity())
    assert len(read.words) <= MOST_TERMS
    assert not read.words or abs(cosine(read.words, read.words) - UNIT**2) < UNIT * 20
    assert sorted(terms_of(read)) == sorted(uses(split(" ".join(title), " ".join(text))))


@given(WORDS, WORDS)
def test_a_cosine_does_not_depend_on_the_side(one: list[str], other: list[str]) -> None:
    left, right = made("", " ".join(one)), made("", " ".join(other))
    assert cosine(left, right) == cosine(right, left)


@given(st.lists(WORDS, max_size=6))
def test_what_was_counted_and_discounted_leaves_no_trace(texts: list[list[str]]) -> None:
    rarity, fresh = Rarity(), Rarity()
    for text in texts:
        rarity.count(list(uses(split("", " ".join(text)))))
    for text in texts:
        rarity.discount(list(uses(split("", " ".join(text)))))
    assert made("Marsum", "the crack of 14", rarity) == made("Marsum", "the crack of 14", fresh)
