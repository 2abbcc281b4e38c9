import pytest

from services.dedup.text.screens import Screen, screen
from services.dedup.text.words import fold
from tests.unit.dedup.pieces import SETTINGS, prose
from tests.unit.dedup.walls import interview, pages, reconstruction, ticker

STUBS, CONSENTS, ARTICLES = pages("stub"), pages("consent"), pages("article")


def screened(title: str, text: str) -> Screen | None:
    return screen(title, text, fold(text), SETTINGS)


def reason(title: str, text: str) -> str | None:
    found = screened(title, text)
    return found.reason if found else None


@pytest.mark.parametrize("name", STUBS)
def test_a_page_that_sells_the_rest_of_itself_is_a_stub(name: str) -> None:
    assert reason(*STUBS[name]) == "stub"


@pytest.mark.parametrize("name", CONSENTS)
def test_a_page_that_asks_for_tracking_is_a_consent_wall(name: str) -> None:
    assert reason(*CONSENTS[name]) == "consent"


@pytest.mark.parametrize("language", ["de", "en"])
def test_many_timed_entries_are_a_ticker(language: str) -> None:
    assert reason("Hochwasser in Marsum", ticker(16, 60, language=language)) == "ticker"


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_ticker_of_twelve_thousand_words_is_one_still(language: str) -> None:
    assert reason("Hochwasser in Marsum", ticker(60, 200, language=language)) == "ticker"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Liveticker: Hochwasser in Marsum", "ticker"),
        ("Flood: live updates", "ticker"),
        ("Hochwasser in Marsum", None),
    ],
)
def test_a_title_that_says_ticker_needs_fewer_entries(title: str, expected: str | None) -> None:
    assert reason(title, ticker(4, 90, language="de")) == expected


@pytest.mark.parametrize("title", ["Liveticker: Hochwasser in Marsum", "Live updates: the flood"])
def test_a_title_alone_makes_no_ticker(title: str) -> None:
    assert screened(title, prose("calm", 500)) is None


@pytest.mark.parametrize(("title", "text"), [("", ""), ("", " \n\n\t"), ("  ", "\u00a0")])
def test_neither_title_nor_text_is_empty(title: str, text: str) -> None:
    assert reason(title, text) == "empty"


@pytest.mark.parametrize(
    ("title", "text"), [("A flash is a headline only", ""), ("", "Ein Satz."), ("", "😀")]
)
def test_a_headline_without_a_text_is_an_article(title: str, text: str) -> None:
    assert screened(title, text) is None


@pytest.mark.parametrize("name", ARTICLES)
def test_an_ordinary_article_passes(name: str) -> None:
    assert screened(*ARTICLES[name]) is None


def test_a_long_read_that_tells_the_hours_passes() -> None:
    assert len(fold(reconstruction())) > 2_000
    assert screened("Die Nacht am Deich", reconstruction()) is None


def test_an_interview_passes() -> None:
    assert screened("„Der Turm hat mich verlassen“", interview()) is None


@pytest.mark.parametrize("name", STUBS)
def test_the_same_offer_below_a_whole_article_passes(name: str) -> None:
    title, offer = STUBS[name]
    assert screened(title, f"{prose(name, 420)}\n\n{offer}") is None


@pytest.mark.parametrize("name", [*STUBS, *CONSENTS])
def test_a_screen_says_with_which_numbers(name: str) -> None:
    found = screened(*(STUBS | CONSENTS)[name])
    assert found is not None
    counted, total = (int(word) for word in found.detail.split() if word.isdigit())
    assert 0 < counted <= total <= SETTINGS.stub_words


@pytest.mark.parametrize("name", [*STUBS, *CONSENTS])
def test_typographic_blanks_and_line_breaks_make_no_difference(name: str) -> None:
    title, text = (STUBS | CONSENTS)[name]
    assert reason(title, text.replace(". ", ".\n\n")) == reason(title, text)
