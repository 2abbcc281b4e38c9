from services.enrich.facts.cldr import names, names_in_babel


def test_the_names_kept_are_those_of_babel() -> None:
    kept, found = names(), names_in_babel()
    assert kept == found
    assert list(kept.countries) == list(found.countries)
    assert list(kept.cities) == list(found.cities)
