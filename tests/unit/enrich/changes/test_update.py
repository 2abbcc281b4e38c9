import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.clusters import Replaced
from services.contracts.stories import Edit, Update
from services.enrich.changes.update import update
from services.enrich.changes.words import edits
from services.enrich.facts.extract import facts
from tests.unit.enrich.members import member

OLD = (
    "Der Deich bei Marsum ist gebrochen. Es gab 12 Verletzte.\nDie Feuerwehr pumpt seit dem Morgen Wasser ab."
)


def told(
    new: str, *, old: str = OLD, title: str = "Deich bricht", now: str = "Deich bricht", note: str = ""
) -> Update:
    mine = member("a", title=now, version_id="a.2", correction_note=note)
    replaced = Replaced(version_id="a.1", title=title, text=old)
    return update(mine, new, replaced, facts(now, new, "de"), facts(title, old, "de"))


def test_figures_names_headline_and_passages_are_told() -> None:
    new = OLD.replace("12 Verletzte", "15 Verletzte") + (
        "\nBürgermeister Martin Olden will am Dienstag mit den Anwohnern über die Folgen sprechen."
    )
    found = told(new, now="Zahl der Verletzten steigt")
    assert found.headline == Edit(before="Deich bricht", after="Zahl der Verletzten steigt")
    assert found.figures == (Edit(before="12 Verletzte", after="15 Verletzte"),)
    assert found.names_added == ("Martin Olden",)
    assert [passage.split()[0] for passage in found.added] == ["Bürgermeister"]
    assert not found.dropped
    assert not found.house_style


def test_a_passage_that_went_is_told() -> None:
    assert told(OLD.partition("\n")[0]).dropped == ("Die Feuerwehr pumpt seit dem Morgen Wasser ab.",)


@pytest.mark.parametrize(
    "new",
    [
        OLD.replace("Deich", "DEICH"),
        OLD.replace("seit dem", "seit den"),
        OLD.replace("gebrochen.", "gebrochen!"),
        OLD.replace("Feuerwehr", "Feuerwehre"),
        f"  {OLD}  ",
    ],
)
def test_spelling_marks_and_small_words_are_house_style(new: str) -> None:
    assert told(new).house_style


@pytest.mark.parametrize(
    "new", [OLD.replace("12", "13"), OLD.replace("Wasser", "Öl"), OLD.replace("Morgen", "Abend")]
)
def test_what_a_reader_would_notice_is_none(new: str) -> None:
    assert not told(new).house_style


def test_a_correction_comes_with_its_note() -> None:
    assert told(OLD, note="Korrektur: 12 statt 13.").note == "Korrektur: 12 statt 13."


WORDS = st.lists(st.sampled_from(["a", "b.", "c", "dd", "12", "e!\n"]), max_size=30).map(" ".join)


@given(WORDS, WORDS)
def test_edits_account_for_every_word(before: str, after: str) -> None:
    found = list(edits(before, after))
    grown = sum(len(edit.after.split()) - len(edit.before.split()) for edit in found)
    assert grown == len(after.split()) - len(before.split())
    assert bool(found) == (before.split() != after.split()) or before.split() != after.split()


@given(WORDS)
def test_a_text_has_no_edits_against_itself(text: str) -> None:
    assert not list(edits(text, text))
