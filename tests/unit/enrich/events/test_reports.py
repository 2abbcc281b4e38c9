import math
from datetime import timedelta

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts.events import EventReport
from services.enrich.events.index import Index
from services.enrich.events.lexicon import Numbers, Terms
from services.enrich.events.rarity import Rarity
from services.enrich.events.reports import (
    MOST_BY_NEWS,
    MOST_TERMS,
    UNIT,
    cosine,
    likeness,
    news_of,
    recall,
    report,
    share_people,
)
from services.enrich.events.terms import read
from tests.unit.enrich.members import START, at

WORDS = st.lists(
    st.sampled_from(["Marsum", "crack", "the", "bridge", "14", "of", "Terborg", "."]), max_size=40
)


def made(title: str, text: str, rarity: Rarity | None = None) -> dict[str, int]:
    return reported(title, text, rarity).words


def reported(title: str, text: str, rarity: Rarity | None = None) -> EventReport:
    return report("story", 0, at(0), title=title, text=text, rarity=rarity or Rarity()).kept


def terms(title: str, text: str) -> list[str]:
    found = Terms()
    return found.names_of(read(title, text, found).numbers)


def count(text: str, rarity: Rarity) -> Numbers:
    numbers = read("", text, rarity.terms).numbers
    rarity.count(numbers)
    return numbers


def test_names_and_numbers_weigh_more_than_other_words() -> None:
    words = made("", "We saw that Terborg measured crevices of 144")
    assert min(words["terbor"], words["144"]) > words["crevic"] > words["of"]


def test_what_is_in_every_report_comes_to_weigh_little() -> None:
    rarity = Rarity()
    before = made("", "So Marsum met Terborg", rarity)
    for _ in range(300):
        count("So Marsum slept", rarity)
    after = made("", "So Marsum met Terborg", rarity)
    assert before["marsum"] == before["terbor"]
    assert after["marsum"] * 3 < after["terbor"]


@given(WORDS, WORDS)
def test_a_vector_is_of_unit_length_and_holds_the_heaviest_terms(title: list[str], text: list[str]) -> None:
    read = reported(" ".join(title), " ".join(text))
    assert len(read.words) <= MOST_TERMS
    assert not read.words or abs(cosine(read.words, read.words) - UNIT**2) < UNIT * 20
    assert sorted((*read.words, *read.others.split())) == sorted(terms(" ".join(title), " ".join(text)))


@given(WORDS, WORDS)
def test_a_cosine_does_not_depend_on_the_side(one: list[str], other: list[str]) -> None:
    left, right = made("", " ".join(one)), made("", " ".join(other))
    assert cosine(left, right) == cosine(right, left)


@given(st.lists(WORDS, max_size=6))
def test_what_was_counted_and_discounted_leaves_no_trace(texts: list[list[str]]) -> None:
    rarity, fresh = Rarity(), Rarity()
    counted = [count(" ".join(text), rarity) for text in texts]
    for numbers in counted:
        rarity.discount(numbers.astype(np.int32))
    assert len(rarity.terms) == 0
    assert made("Marsum", "the crack of 14", rarity) == made("Marsum", "the crack of 14", fresh)


LETTERS = st.text("abc ", max_size=60)


@given(LETTERS, LETTERS, st.lists(LETTERS, max_size=4))
def test_a_vector_is_of_what_its_terms_weigh(title: str, text: str, before: list[str]) -> None:
    """The definition, term by term."""
    rarity = Rarity()
    for one in before:
        count(one, rarity)
    found = read(title, text, rarity.terms)
    weights = {}
    names = rarity.terms.names_of(found.numbers)
    for term, rare, (head, lead, rest) in zip(names, rarity.of(found), found.uses.T, strict=True):
        times = 4.0 * head + lead + 0.5 * rest
        weights[term] = rare * 0.6 * (1 + math.log(times) if times >= 1 else times)
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    heaviest = sorted(weights, key=lambda term: (-weights[term], term))[:MOST_TERMS]
    whole = {term: round(UNIT * weights[term] / length) for term in heaviest if length}
    assert list(made(title, text, rarity).items()) == [(t, weight) for t, weight in whole.items() if weight]


def test_people_are_kept_by_family_name_as_far_as_they_are_among_the_words_read() -> None:
    def named(text: str, *people: str) -> dict[str, int]:
        return report("story", 0, at(0), title="", text=text, people=people, rarity=Rarity()).kept.people

    found = named("We met Mayor Ilse Terborg with the man Vuk", "Ilse Terborg", "Vuk", "Anke Rolfs")
    assert set(found) == {"terbor", "vuk"}
    assert named("市长王小明今天说", "王小明").keys() <= {"王小", "小明"}
    assert named("Terborg", "Ilse Terborg") == named("TERBORG", "Terborg")


def test_people_count_for_two_reports_by_how_rare_they_are_to_the_later_one() -> None:
    earlier = msgspec.structs.replace(reported("", ""), people={"terbor": 5_000, "rolfs": 4_000})
    later = msgspec.structs.replace(earlier, people={"terbor": 3_000, "arnese": 6_000})
    assert share_people(later, earlier) == 3_000
    assert share_people(earlier, reported("", "")) == 0


@given(WORDS, WORDS)
def test_a_report_is_recalled_as_it_was_made(title: list[str], text: list[str]) -> None:
    rarity, fresh = Rarity(), Terms()
    made = report("story", 0, at(0), title=" ".join(title), text=" ".join(text), rarity=rarity)
    recalled = recall(made.kept, fresh)
    assert fresh.names_of(recalled.vector.terms) == rarity.terms.names_of(made.vector.terms)
    assert sorted(fresh.names_of(recalled.terms)) == sorted(rarity.terms.names_of(made.terms))
    assert recalled.vector.weights.tolist() == made.vector.weights.tolist()
    assert recalled.vector.shares.tolist() == made.vector.shares.tolist()
    assert recalled.vector.sharpness == made.vector.sharpness


def test_what_was_written_before_is_less_news_than_what_was_not() -> None:
    index = Index()
    for number in range(200):
        seen_at = START + timedelta(hours=number)
        list(index.put(report(f"s{number}", number, seen_at, title="Marsum", text="", rarity=index.rarity)))
    rarity = index.rarity
    assert (rarity.reports, rarity.lately) == (200, 100)
    kept = reported("Marsum", "Terborg", rarity)
    weighs, news = kept.words, news_of(kept)
    assert news["terbor"] / weighs["terbor"] > news["marsum"] / weighs["marsum"]


def test_news_makes_reports_little_more_alike_than_their_words_and_counts_as_words_where_none_is_kept() -> (
    None
):
    one = EventReport(story_id="s", number=0, seen_at=at(0), words={"marsum": 600, "terbor": 800})
    fresh = replace(one, words={"marsum": 600, "velden": 800}, news=(1_000, 0))
    assert news_of(one) == one.words
    assert news_of(fresh) == {"marsum": 1_000, "velden": 0}
    news = replace(one, news=(1_000, 0))
    most = 360_000 * MOST_BY_NEWS // 1_000
    assert likeness(news, fresh, news_of(news), news_of(fresh)) == most < 1_000_000
    assert likeness(one, one, news_of(one), news_of(one)) == 1_000_000
