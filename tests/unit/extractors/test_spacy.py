"""With a stand-in for spaCy, which is not installed: what is asked of it, and what its answers become."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from services.contracts.facts import Name
from services.enrich.facts.extract import facts as facts_by_rules

MODULE = "services.extractors.spacy"
TITLE = "Brücke gesperrt"
TEXT = "Marsum. Odefey sagte in Frankreich, 140 Feuerwehrleute seien dort. Henning Odefey kam am Montag."
ENTITIES = (
    ("Marsum", "LOC"),
    ("Odefey", "PER"),
    ("Frankreich", "GPE"),
    ("Henning\nOdefey", "PERSON"),
    ("Montag", "DATE"),
    ("Wasserwacht Lind", "ORG"),
)


class Spacy(ModuleType):
    """Models find what they are told to find."""

    def __init__(self) -> None:
        super().__init__("spacy")
        self.loaded: list[str] = []

    def load(self, name: str, exclude: list[str]) -> Any:
        assert "ner" not in exclude
        if name == "missing":
            raise OSError(f"[E050] Can't find model {name!r}.")
        self.loaded.append(name)
        ents = [SimpleNamespace(text=text, label_=label) for text, label in ENTITIES]
        return lambda text: SimpleNamespace(ents=ents, text=text)


@contextmanager
def adapter(monkeypatch: pytest.MonkeyPatch, models: str) -> Iterator[tuple[Any, Spacy]]:
    spacy = Spacy()
    monkeypatch.setitem(sys.modules, "spacy", spacy)
    monkeypatch.setenv("NEWSFOLD_SPACY_MODELS", models)
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    try:
        yield import_module(MODULE), spacy
    finally:
        sys.modules.pop(MODULE, None)


def test_names_are_those_of_the_model_and_all_else_is_as_the_rules_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with adapter(monkeypatch, "de=de_model, en=en_model") as (module, spacy):
        said = module.facts(TITLE, TEXT, "de-AT")
        assert spacy.loaded == ["de_model", "en_model"]
    assert set(said.names) == {
        Name(name="Henning Odefey", kind="person", variants=("Odefey",), count=2),
        Name(name="Frankreich", kind="country", code="FR"),
        Name(name="Marsum", kind="place"),
        Name(name="Wasserwacht Lind", kind="organisation"),
    }
    assert said.figures == facts_by_rules(TITLE, TEXT, "de").figures != ()


def test_a_language_without_a_model_is_read_by_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    with adapter(monkeypatch, "en=en_model") as (module, _):
        assert module.facts(TITLE, TEXT, "de") == facts_by_rules(TITLE, TEXT, "de")


@pytest.mark.parametrize(
    ("models", "fault"), [("", "LANGUAGE=MODEL"), ("de_model", "LANGUAGE=MODEL"), ("de=missing", "E050")]
)
def test_a_model_that_is_not_there_is_told_when_the_module_is_loaded(
    monkeypatch: pytest.MonkeyPatch, models: str, fault: str
) -> None:
    with pytest.raises((ValueError, OSError), match=fault), adapter(monkeypatch, models):
        pass
