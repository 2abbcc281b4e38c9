from services.enrich.subjects import SCHEME, _table, subject_name, subjects

ECONOMY, POLITICS, SPORT = "04000000", "11000000", "15000000"


def test_a_story_is_about_what_half_of_its_articles_with_a_section_say() -> None:
    urls = [
        "https://bote.example/wirtschaft/unternehmen/werft-1.html",
        "https://herald.example/business/2026/shipyard",
        "https://blatt.example/politik/werft-3.html",
        "https://anzeiger.example/werft-4.html",
    ]
    assert subjects(urls) == (ECONOMY,)


def test_an_address_that_names_two_sections_has_two_subjects() -> None:
    assert subjects(["https://bote.example/sport/politik/rede.html"]) == (POLITICS, SPORT)


def test_nothing_is_guessed() -> None:
    assert subjects(["https://bote.example/aktuell/sport-und-politik-123.html"]) == ()
    assert subjects(["https://bote.example/sport"]) == ()  # the last part names the article
    assert subjects([]) == ()


def test_codes_are_those_of_the_top_level_and_have_names() -> None:
    names, folders = _table()
    assert set(folders.values()) <= set(names)
    assert all(code.isdecimal() and code.endswith("000000") and len(code) == 8 for code in names)
    assert subject_name(SPORT) == "sport"
    assert SCHEME.endswith("/mediatopic/")
