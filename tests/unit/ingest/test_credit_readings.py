"""What a person read as credits is what Newsfold reads."""

import pytest

from bench.credits import of_press, of_scripts, score
from services.ingest.credits.attribution import credits_of
from tests.press import press_data


def test_credits_in_other_scripts_are_those_a_person_reads() -> None:
    read = score(of_scripts())
    assert read.pieces == 60
    assert read.precision >= 0.97
    assert read.recall >= 0.95


@pytest.mark.press
def test_credits_of_press_copy_are_those_a_person_reads() -> None:
    folder = press_data()
    if folder is None:
        pytest.skip("no press copy beside the repository")
    read = score(of_press(folder / "de-press" / "articles.jsonl.gz"))
    assert read.pieces == 200
    assert read.precision >= 0.97
    assert read.recall >= 0.95


@pytest.mark.parametrize(
    ("foot", "agencies"),
    [
        (
            "Quellen: „Der Bote“, Hafenamt, „Küstenblatt“, DPA, AFP, Erika Muster auf ihrer Seite",
            ("afp", "dpa"),
        ),
        ("Sources: harbour office, Reuters", ("reuters",)),
        ("Источники: администрация порта, ТАСС", ("tass",)),
        ("(Quelle: Hafenamt, AFP)", ()),
        ("Das Hafenamt nannte Quellen: Das seien, so dpa, die Fischer.", ()),
    ],
)
def test_an_agency_among_the_sources_that_end_a_text_is_credited(
    foot: str, agencies: tuple[str, ...]
) -> None:
    text = f"Der Hafen öffnet wieder. Die Fischer freut es. {foot}"
    assert credits_of("", text).agencies == agencies


@pytest.mark.parametrize("stop", ["", "."])
def test_a_bracket_that_says_the_name_for_short_is_no_credit(stop: str) -> None:
    told = f"Das sagte die Fischerin der Agentur Agence France-Presse (AFP){stop}"
    assert credits_of("", told).agencies == ()
    assert credits_of("", f"Der Hafen öffnet wieder, sagt die Fischerin (AFP){stop}").agencies == ("afp",)
