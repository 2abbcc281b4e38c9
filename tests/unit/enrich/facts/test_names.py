import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.facts import Name
from services.enrich.facts import names as reading
from services.enrich.facts.folding import fold_names
from services.enrich.facts.names import MOST, names


def told(text: str, language: str) -> dict[str, tuple[str, int]]:
    return {name.name: (name.kind, name.count) for name in names("", text, language)}


def test_german_nouns_are_no_names() -> None:
    text = "Die Reaktion der Regierung auf den Angriff war eine Warnung. Das Ende der Verhandlungen naht."
    assert not told(text, "de")


def test_a_role_or_a_given_name_tells_a_person_whose_family_name_counts_for_it() -> None:
    text = (
        "Außenministerin Ruva Lindqvast kam nach Berlin. Lindqvast sprach mit Martin Olden. Lindqvasts Rede."
    )
    assert told(text, "de") == {
        "Ruva Lindqvast": ("person", 3),
        "Berlin": ("place", 1),
        "Martin Olden": ("person", 1),
    }


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Russlands Nachbar"),
        ("en", "in Russia's east"),
        ("fr", "en Russie"),
        ("ru", "в России"),
        ("uk", "до Росії"),
        ("ar", "في روسيا"),
        ("zh", "在俄罗斯"),
        ("ja", "ロシアで"),
        ("ko", "러시아에서"),
    ],
)
def test_a_country_is_known_by_its_name_in_each_language(language: str, text: str) -> None:
    assert [name.code for name in names("", text, language)] == ["RU"]


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("zh", "弗兰·奥尔登说", "弗兰·奥尔登"),
        ("ja", "マーティン・オルデンは", "マーティン・オルデン"),
        ("ja", "オルデン大統領は", "オルデン"),
        ("ko", "오르덴 대통령은", "오르덴"),
    ],
)
def test_in_scripts_without_capitals_a_mark_or_a_role_tells_a_person(
    language: str, text: str, name: str
) -> None:
    assert told(text, language)[name][0] == "person"


def test_acronyms_are_organisations() -> None:
    assert told("The report by the UNBX and NORDA said so.", "en") == {
        "NORDA": ("organisation", 1),
        "UNBX": ("organisation", 1),
    }


def test_the_spellings_of_several_texts_become_one_name() -> None:
    german = (
        Name(name="Wolodymyr Selenskyj", kind="person", count=3),
        Name(name="Ukraine", kind="country", code="UA"),
    )
    russian = (
        Name(name="Владимир Зеленский", kind="person", count=2),
        Name(name="Украина", kind="country", code="UA"),
    )
    folded = fold_names([german, russian])
    assert [(name.name, name.variants, name.count) for name in folded] == [
        ("Wolodymyr Selenskyj", ("Владимир Зеленский",), 5),
        ("Ukraine", ("Украина",), 2),
    ]


@given(st.text(max_size=400), st.sampled_from(["de", "en", "ru", "zh", "und"]))
def test_any_text_can_be_read_and_what_is_told_is_bounded(text: str, language: str) -> None:
    found = names(text, text, language)
    assert len(found) <= MOST
    assert len({name.name for name in found}) <= len(found)


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_words_name_does_not_depend_on_what_is_remembered(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = [
        "Die Polizei",
        "Präsident Peter Olden",
        "Der Nord-Verband",
        "Martin Olden",
        "Die Schweiz",
        "Saudi-Arabien Am Montag",
        "Außenministerin Lindqvast's Rede",
    ]
    known = [reading._Readings(language)[one] for one in written]
    assert len(set(known)) > 3
    monkeypatch.setattr(reading, "_REMEMBERED", 4)
    few = reading._Readings(language)
    again = [*written, *reversed(written), *written]
    assert [few[one] for one in again] == [known[written.index(one)] for one in again]
    assert len(few) <= 2
