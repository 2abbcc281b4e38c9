import numpy as np

from services.dedup.search.profile import profile, read
from services.dedup.text.shingles import distinct
from tests.unit.dedup.pieces import START, article, profiled, prose


def test_a_reading_holds_what_a_text_says_in_words_and_shingles() -> None:
    reading = read(f"{prose('a', 30)} {prose('a', 30)}")
    assert len(reading.shingles.wide) == 56
    assert reading.unique.tolist() == distinct(reading.shingles.wide).tolist()
    assert len(reading.unique) == 30
    assert not reading.boxed.any()


def test_figures_are_numbers_however_they_are_written() -> None:
    text = "Am 3. Mai fuhren 1.500 Leute 12,5 km weit, 1500 davon mit der U2."
    assert [figure.value for figure in profiled(article(text)).figures] == [3, 1500, 12.5]


def test_content_words_of_a_title_are_longer_than_three_letters_or_of_another_script() -> None:
    assert profiled(article("", title="Der Bau am Öd-Tor: Eine Brücke")).title == {"eine", "bruecke"}
    assert profiled(article("", title="港の橋")).title == {"港", "の", "橋"}


def test_rank_is_first_sight_to_the_microsecond_and_then_the_article() -> None:
    made = profiled(article("Text", at=START.replace(microsecond=999_999)))
    assert made.rank == (1_741_586_400_999_999, made.article.article_id)


def test_an_empty_text_has_an_empty_profile() -> None:
    reading = read("")
    made = profile(article(""), reading, np.zeros(0, np.uint8))
    assert (made.words, len(made.unique), len(made.days), made.figures) == (0, 0, 0, ())
