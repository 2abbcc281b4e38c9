import pytest

from services.enrich.facts.sources import sources


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Das berichtet der Lohener Bote (Quelle). Mehr nicht.", ("Lohener Bote",)),
        ("Wie die Zeitung Handelsblatt am Fjord (Quelle) schreibt.", ("Handelsblatt am Fjord",)),
        ("Der Fernsehsender Kanal Norda hatte zuvor gemeldet, es brenne.", ("Kanal Norda",)),
        ("The broadcaster Norda One reported on Monday that it burned.", ("Norda One",)),
        ("According to the newspaper Harbour Post, it burned.", ("Harbour Post",)),
        ("Es brennt.\n\nQuellen:\n\n- Lohener Bote - Kanal Norda\n", ("Lohener Bote", "Kanal Norda")),
        ("Auf Grundlage folgender Medien: Lohener Bote, Tele Kelsk.", ("Lohener Bote", "Tele Kelsk")),
        ("Die Zeitung Lohener Bote feiert Geburtstag.", ()),
        ("Der Sender ging um neun vom Netz.", ()),
        ("", ()),
    ],
)
def test_an_outlet_is_a_source_where_the_text_says_so(text: str, expected: tuple[str, ...]) -> None:
    assert sources(text) == expected
