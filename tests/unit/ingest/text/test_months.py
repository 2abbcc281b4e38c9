from services.ingest.text.months import _names, is_weekday, month, names_in_babel


def test_the_names_kept_are_those_of_babel() -> None:
    found = names_in_babel()
    assert _names() == (found.months, frozenset(found.days))


def test_a_name_is_known_in_any_spelling_and_means_one_month_or_none() -> None:
    assert [month(word) for word in ("März", "AOÛT", "января", "Sept.", "luty", "Donnerstag")] == [
        3, 8, 1, 9, 2, None
    ]  # fmt: skip
    assert is_weekday("Segunda")
