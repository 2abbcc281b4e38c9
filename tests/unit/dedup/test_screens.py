# ruff: noqa: E501, ISC004 - pages as they are
import pytest

from services.dedup.text.screens import Screen, is_timed, screen
from services.dedup.text.words import fold
from tests.unit.dedup.pieces import SETTINGS, prose
from tests.unit.dedup.walls import interview, pages, reconstruction, ticker

STUBS, CONSENTS, ARTICLES = pages("stub"), pages("consent"), pages("article")


def screened(title: str, text: str) -> Screen | None:
    return screen(title, text, len(fold(text)), SETTINGS)


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
def test_a_round_up_of_timed_entries_is_none_of_what_it_quotes_but_no_ticker(language: str) -> None:
    text = ticker(16, 60, language=language)
    assert reason("Hochwasser in Marsum", text) is None
    assert is_timed(text, len(fold(text)), SETTINGS)


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


NEWS_OF_WALLS = {
    "subscriptions": (
        "Quarn Herald to charge for its site",
        "The Quarn Herald will ask its readers to subscribe from May, its owner said on Friday. A subscription is "
        "to cost six crowns a month, and subscribers to the printed paper keep full access at no further price. "
        "A free trial of two weeks is planned. The union of journalists welcomed the offer; the town council, "
        "which runs the library, asked for unlimited access from its reading room.",
    ),
    "cookies": (
        "Gericht rügt Knöpfe für Cookies",
        "Das Landgericht Quarn hat einem Händler verboten, die Einwilligung in das Tracking mit einem grünen Knopf zu "
        "erschleichen. Wer Cookies ablehnen wolle, müsse das mit demselben Aufwand können wie zustimmen, sagte der "
        "Richter. Geklagt hatte die Verbraucherzentrale. Der Händler kündigte Berufung an, denn ohne Werbung und "
        "Drittanbieter sei sein Angebot nicht zu bezahlen.",
    ),
    "prices": (
        "Sender erhöht Preis",
        "Der Sender Quarn+ verlangt vom Juli an zwei Euro mehr im Monat. Das Abo kostet dann elf Euro, kündbar ist es "
        "wie bisher zum Monatsende. Wer ein Konto teilt, zahlt künftig einen Aufschlag. Der Verband der Abonnenten "
        "sprach von einem schlechten Angebot und riet zum Vergleich der Zugänge.",
    ),
}


@pytest.mark.parametrize("name", NEWS_OF_WALLS)
def test_news_about_walls_speaks_to_nobody_and_is_news(name: str) -> None:
    assert reason(*NEWS_OF_WALLS[name]) is None


def test_times_in_running_text_are_no_entries() -> None:
    text = "\n\n".join(
        f"{prose(n, 24)} Um {8 + n}.15 Uhr kam das Boot. {prose((n, 2), 24)}" for n in range(12)
    )
    assert not is_timed(text, len(fold(text)), SETTINGS)


@pytest.mark.parametrize(
    "title", ["Brand in Quarn: Liveblog", "Incendio en Quarn: minuto a minuto", "Fire: live updates"]
)
def test_a_page_that_says_it_is_live_is_a_ticker_however_short(title: str) -> None:
    text = "\n".join(f"1{n}:05 Uhr: {prose(n, 12)}" for n in range(4))
    assert reason(title, text) == "ticker"


@pytest.mark.parametrize(
    "name", ["EN VİVO", "en vıvo", "En Vivo", "LİVE UPDATES", "mınute-by-mınute", "İn DİRETTA", "Na Żywo"]
)
def test_a_ticker_is_known_however_its_name_writes_an_i(name: str) -> None:
    text = "\n".join(f"1{hour}:30 Die Boote fahren weiter." for hour in range(6))
    assert reason(f"{name}: Flut im Hafen", text) == "ticker"
