import pytest

from services.ingest.text.language import code, settle

GERMAN = "Der Rat von Neuenhafen hat am Montag den Bau einer zweiten Brücke über die Ilse beschlossen. " * 3
ENGLISH = "The council of Porthaven decided on Monday to build a second bridge across the river. " * 3


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("de-AT", "de"),
        ("EN_us", "en"),
        ("deu", "de"),
        ("x-klingon", ""),
        ("", ""),
        ("german", ""),
        ("de, en", "de"),
    ],
)
def test_a_declared_language_becomes_two_letters_or_nothing(declared: str, expected: str) -> None:
    assert code(declared) == expected


def test_a_long_text_overrules_a_wrong_declaration() -> None:
    assert settle("en-US", "Brücke", GERMAN) == "de"


def test_a_short_text_does_not_overrule_its_declaration() -> None:
    assert settle("de", "Breaking News", "Live.") == "de"


def test_without_a_declaration_the_text_decides() -> None:
    assert settle("", "Bridge", ENGLISH) == "en"


def test_what_nothing_is_known_of_is_und() -> None:
    assert settle("", "4:2", "") == "und"
