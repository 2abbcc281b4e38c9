import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.desk.text.difference import difference
from services.desk.text.hunks import figures, hunks

WORDS = st.lists(st.sampled_from("Der Hafen. brennt\n 12 seit gestern,".split(" ")), max_size=120).map(
    " ".join
)


@given(WORDS, WORDS)
def test_hunks_join_to_what_was_told_apart_and_fold_no_change(older: str, newer: str) -> None:
    parts = difference(older, newer)
    found = list(hunks(parts))
    for ways in ({"same", "gone", "moved-away"}, {"same", "come", "moved-here"}):
        joined = "".join(part.text for hunk in found for part in hunk.parts if part.way in ways)
        assert joined == "".join(part.text for part in parts if part.way in ways)
    assert all(part.way == "same" for hunk in found if hunk.folded for part in hunk.parts)


def test_around_a_change_two_sentences_stay_and_the_rest_is_folded() -> None:
    filler = " ".join(f"Satz {number} steht hier wie zuvor." for number in range(40))
    before, change, behind = hunks(
        difference(f"{filler} Elf kamen. {filler}", f"{filler} Zwölf kamen. {filler}")
    )
    assert (before.folded, change.folded, behind.folded) == (True, False, True)
    assert "".join(p.text for p in change.parts if p.way == "same").count("Satz") == 3
    assert before.words > 200


@pytest.mark.parametrize(
    ("older", "newer", "small"),
    [
        ("Der Hafen - leer.", "Der Hafen – leer.", True),
        ("Die Straße ist dicht.", "Die Strasse ist dicht.", True),
        ("Das wuste keiner.", "Das wusste keiner.", True),
        ("Er kam nicht an.", "Er kam an.", False),
        ("Rund 1.5 Tonnen.", "Rund 15 Tonnen.", False),
        ("Es sprach Meier dazu.", "Es sprach Meyer dazu.", False),
        ("Das war legal.", "Das war illegal.", False),
    ],
)
def test_small_is_what_changes_no_meaning(older: str, newer: str, small: bool) -> None:
    (hunk,) = hunks(difference(older, newer))
    assert hunk.small is small


def test_a_figure_that_changed_is_named_with_what_it_counts() -> None:
    (edit,) = figures(difference("Es waren 11 Arbeiter.", "Es waren 14 Arbeiter."))
    assert (edit.before, edit.after) == ("11 Arbeiter", "14 Arbeiter")
